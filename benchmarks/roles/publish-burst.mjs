import { payload, topics } from './messages.mjs';
import { publishSample } from './publish-sample.mjs';
import { SettleTally } from './settle-tally.mjs';
import { stalled } from './stalled.mjs';
import { Stopwatch } from './stopwatch.mjs';

const WARMUP_BURST = 1_000;

/**
 * Measures bursts: `burst` messages are published in one tick, all of them unless it says so; the next ones when these have
 * settled. The warm-up is many small bursts.
 */
export async function measure({ connect }, setting, link) {
  const { warmup, messages, burst = messages } = setting;
  const tally = new SettleTally();
  const publish = await connect(setting, tally);

  const givenUp = stalled(() => tally.settled);

  await Promise.race([publishBursts(publish, warmup, WARMUP_BURST, tally), givenUp]);
  const watch = new Stopwatch();
  watch.start();
  const settled = publishBursts(publish, messages, burst, tally).then(() => {
    watch.stopWall();
  });
  await Promise.race([Promise.all([settled, link.reached]), givenUp]);
  watch.stopCpu();
  return publishSample(setting, tally, watch, await link.report());
}

async function publishBursts(publish, count, burst, tally) {
  for (let sent = 0; sent < count; sent += burst) {
    const settled = tally.until(tally.settled + burst);
    for (let index = 0; index < burst; index++) publish(topics[index % topics.length], payload);
    await settled;
  }
}
