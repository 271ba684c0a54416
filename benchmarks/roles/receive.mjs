import { unitsOf } from './messages.mjs';
import { ReceiveTally } from './receive-tally.mjs';
import { stalled } from './stalled.mjs';

/**
 * Measures a receiver: the peer floods it as soon as it subscribes.
 * @param watch what runs from the end of the warm-up to the last message, if another role wants to watch more than time.
 */
export async function measure({ receive }, setting, link, watch) {
  const { messages, warmup, qos, payloadBytes } = setting;
  const tally = new ReceiveTally(setting, watch);
  await receive(setting, tally);
  await Promise.race([Promise.all([tally.finished, link.reached]), stalled(() => tally.count)]);
  if (tally.count < tally.total) tally.watch.stop();

  const peer = await link.report();
  const received = tally.count - warmup;
  const seconds = tally.watch.seconds();
  const flaws = [];
  const units = unitsOf(tally.total, payloadBytes);
  if (tally.count === tally.total && tally.units !== units) {
    flaws.push(`touched ${tally.units} units instead of ${units}`);
  }
  if (peer.misordered > 0) flaws.push(`${peer.misordered} acknowledgements out of order`);
  return {
    value: received / seconds,
    cpuMicros: tally.watch.cpuMicros / received,
    succeeded: qos === 0 ? received : Math.min(received, peer.counted - warmup),
    expected: messages,
    seconds,
    flaws,
    peer,
  };
}
