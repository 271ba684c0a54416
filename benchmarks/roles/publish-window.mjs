import { payload, topics } from './messages.mjs';
import { publishSample } from './publish-sample.mjs';
import { SettleTally } from './settle-tally.mjs';
import { stalled } from './stalled.mjs';
import { Stopwatch } from './stopwatch.mjs';

/** Measures a steady stream: `window` messages on their way at any time, the next one published when one has settled. */
export async function measure({ connect }, setting, link) {
  const { warmup, messages, window } = setting;
  const total = warmup + messages;
  const tally = new SettleTally();
  const publish = await connect(setting, tally);

  let sent = 0;
  const next = () => {
    if (sent < total) publish(topics[sent++ % topics.length], payload);
  };
  const watch = new Stopwatch();
  let settled;
  const warm = tally.until(warmup, () => {
    watch.start();
    settled = tally.until(total, () => {
      watch.stop();
    });
  });
  tally.onSettle = next;
  for (let started = 0; started < window; started++) next();

  const finished = warm.then(() => Promise.all([settled, link.reached]));
  await Promise.race([finished, stalled(() => tally.settled)]);
  if (tally.settled < total) watch.stopCpu();
  return publishSample(setting, tally, watch, await link.report());
}
