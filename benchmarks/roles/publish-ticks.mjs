import { payload, topics, unitsOf } from './messages.mjs';
import { SettleTally } from './settle-tally.mjs';
import { Stopwatch } from './stopwatch.mjs';

/**
 * Measures in how many frames the messages of one tick of the event loop leave: `perTick` are published in one tick, and the
 * next ones when the peer has counted those.
 */
export async function measure({ connect }, setting, link) {
  const { warmup, messages, perTick } = setting;
  const tally = new SettleTally();
  const publish = await connect(setting, tally);

  const before = await publishInTicks(publish, 0, warmup, perTick, link);
  const watch = new Stopwatch();
  watch.start();
  const after = await publishInTicks(publish, warmup, warmup + messages, perTick, link);
  watch.stop();
  const flaws = [];
  if (tally.failed > 0) flaws.push(`${tally.failed} refused: ${tally.firstError.message}`);
  if (after.units !== unitsOf(warmup + messages)) flaws.push('topics or payloads differ at the peer');
  return {
    value: (after.frames - before.frames) / (messages / perTick),
    succeeded: after.counted - before.counted,
    expected: messages,
    seconds: watch.seconds(),
    flaws,
    peer: after,
  };
}

/** Gives what the peer has counted in the end. */
async function publishInTicks(publish, from, to, perTick, link) {
  let report;
  for (let sent = from; sent < to; ) {
    for (const end = sent + perTick; sent < end; sent++) publish(topics[sent % topics.length], payload);
    do report = await link.report();
    while (report.counted < sent);
  }
  return report;
}
