import { MemoryWatch } from './memory-watch.mjs';

/**
 * Measures what something takes of memory. A contestant does it once in small, since the runtime takes its own share when it first
 * runs, code and its young generation; what is measured comes on top of that.
 */
export async function measure({ prepare }, setting, link) {
  const { warmUp, run, count = 1 } = await prepare(setting, link);
  await warmUp();
  const started = performance.now();
  const watch = new MemoryWatch();
  const { succeeded, expected, flaws = [], ...more } = await run();
  const grown = watch.stop();
  return {
    value: grown.peak,
    ...grown,
    ...more,
    // Of each of many, in kB: all that is held for it, and what the process has grown by.
    keptEach: (grown.kept * 1_024) / count,
    residentEach: (grown.resident * 1_024) / count,
    succeeded,
    expected,
    seconds: (performance.now() - started) / 1_000,
    flaws,
  };
}
