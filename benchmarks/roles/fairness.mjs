import { Bystander } from './bystander.mjs';
import { LoopWatch } from './loop-watch.mjs';
import { measure as measureReceiver } from './receive.mjs';

/** Measures what a flood leaves to the rest of the process: to its event loop, a timer, and another connection. */
export async function measure({ receive, connect }, setting, link) {
  const watch = new LoopWatch();
  const bystander = await Bystander.start(connect, setting);
  const flood = await measureReceiver({ receive }, setting, link, watch);
  await bystander.stop();
  watch.stopLoop();

  const startedAt = Number(watch.startedAt) / 1e6;
  const { flaws, ...rest } = bystander.report(startedAt, startedAt + flood.seconds * 1e3);
  return {
    ...flood,
    ...rest,
    value: watch.delay(0.99),
    worstDelay: watch.delay(1),
    looks: watch.looks,
    perSecond: flood.value,
    flaws: [...flood.flaws, ...flaws, ...(watch.looks === 0 ? ['the event loop did not turn'] : [])],
  };
}
