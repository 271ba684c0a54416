import { createLink } from './link.mjs';
import { createProfiler } from './profiler.mjs';
import { Stopwatch } from './stopwatch.mjs';

// One contestant, one measurement, one process: started by the runner with what to do as its only argument.
const { role, contestant, name, setting, profile } = JSON.parse(process.argv[2]);
const { measure } = await import(`./${role}.mjs`);
if (profile !== undefined) Stopwatch.profiler = createProfiler(profile, name);
const sample = await measure(await import(contestant), setting, createLink());
process.send({ type: 'sample', sample }, () => {
  process.exit(0);
});
