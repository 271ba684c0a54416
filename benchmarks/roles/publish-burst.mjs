import { payload, topics } from './messages.mjs';
import { publishSample } from './publish-sample.mjs';
import { SettleTally } from './settle-tally.mjs';
import { stalled } from './stalled.mjs';
import { Stopwatch } from './stopwatch.mjs';

const WARMUP_BURST = 1_000;

/** Measures a burst: all messages are published in one tick. The warm-up is many small bursts, each awaited. */
export async function measure({ connect }, setting, link) {
  const { warmup, messages } = setting;
  const tally = new SettleTally();
  const publish = await connect(setting, tally);

  for (let sent = 0; sent < warmup; sent += WARMUP_BURST) {
    const settled = tally.until(sent + WARMUP_BURST);
    publishAll(publish, WARMUP_BURST);
    await Promise.race([settled, stalled(() => tally.settled)]);
  }

  const watch = new Stopwatch();
  const settled = tally.until(warmup + messages, () => {
    watch.stopWall();
  });
  watch.start();
  publishAll(publish, messages);
  await Promise.race([Promise.all([settled, link.reached]), stalled(() => tally.settled)]);
  watch.stopCpu();
  return publishSample(setting, tally, watch, await link.report());
}

function publishAll(publish, count) {
  for (let index = 0; index < count; index++) publish(topics[index % topics.length], payload);
}
