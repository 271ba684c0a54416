import { createLink } from './link.mjs';

// One contestant, one measurement, one process: started by the runner with what to do as its only argument.
const { role, contestant, setting } = JSON.parse(process.argv[2]);
const { measure } = await import(`./${role}.mjs`);
const sample = await measure(await import(contestant), setting, createLink());
process.send({ type: 'sample', sample }, () => {
  process.exit(0);
});
