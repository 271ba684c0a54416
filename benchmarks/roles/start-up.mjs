import { median } from '../runner/statistics.mjs';

/** Measures starting: a fresh process for each of `starts`, after `warmups` that fill the machine's cache of files. The median counts. */
export async function measure({ start }, setting) {
  const { warmups, starts } = setting;
  for (let index = 0; index < warmups; index++) await start(setting);
  const startedAt = performance.now();
  const measured = [];
  for (let index = 0; index < starts; index++) measured.push(await start(setting));
  const medianOf = (name) => median(measured.map((one) => one[name]));
  return {
    value: medianOf('connected'),
    imported: medianOf('imported'),
    cpu: medianOf('cpu'),
    succeeded: measured.length,
    expected: starts,
    seconds: (performance.now() - startedAt) / 1e3,
    flaws: [],
  };
}
