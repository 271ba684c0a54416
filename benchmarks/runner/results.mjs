import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCHEMA = 1;

/** The newest results of each case; what the README shows. */
export const LATEST = fileURLToPath(new URL('../results/latest.json', import.meta.url));

/** What `--check` compares with. */
export const BASELINE = fileURLToPath(new URL('../results/baseline.json', import.meta.url));

/** Makes the record of a case: what was run where with what, what came out, and every sample it came out of. */
export function recordOf(definition, run, settings, contestants, rows) {
  const { title, unit, reference, better = 'higher', grain, more } = definition;
  return {
    title,
    unit,
    reference,
    better,
    grain,
    more,
    run,
    contestants: rows.map((row, index) => ({
      ...row,
      setting: settings[index],
      samples: contestants[index].samples,
    })),
  };
}

/** Reads a results file; one that is not there has no cases. */
export function readResults(file) {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    return results.schema === SCHEMA ? results.cases : {};
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw new Error(`${file} cannot be read: ${error.message}`, { cause: error });
  }
}

/** Writes a results file. */
export function writeResults(file, cases) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ schema: SCHEMA, cases }, undefined, 1)}\n`);
}

/** Puts the cases of a run into a results file, in the order of `names`, and leaves its other cases as they are. */
export function mergeResults(file, cases, names) {
  const merged = { ...readResults(file), ...cases };
  const ordered = Object.fromEntries(names.filter((name) => name in merged).map((name) => [name, merged[name]]));
  writeResults(file, ordered);
  return ordered;
}
