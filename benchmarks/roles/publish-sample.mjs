import { unitsOf } from './messages.mjs';

/**
 * Makes a sample of a publishing run. Success is what the peer has counted and, above QoS 0, what was acknowledged too. The
 * time ends when the peer has counted the last message and the client has been told of the end of each.
 */
export function publishSample({ qos, warmup, messages }, tally, watch, peer) {
  const counted = peer.counted - warmup;
  const acknowledged = tally.settled - tally.failed - warmup;
  const succeeded = qos === 0 ? counted : Math.min(counted, acknowledged);
  const complete = tally.settled === warmup + messages;
  const secondsAtPeer = watch.seconds(BigInt(peer.lastAt));
  const seconds = Math.max(secondsAtPeer, complete ? watch.seconds() : watch.seconds(tally.lastAt));
  const flaws = [];
  if (tally.failed > 0) flaws.push(`${tally.failed} refused: ${tally.firstError.message}`);
  if (peer.repeated > 0) flaws.push(`${peer.repeated} sent again`);
  if (peer.counted > warmup + messages) flaws.push(`the peer counted ${counted} of ${messages}`);
  if (counted === messages && peer.units !== unitsOf(warmup + messages))
    flaws.push('topics or payloads differ at the peer');
  return {
    value: succeeded / seconds,
    cpuMicros: watch.cpuMicros / messages,
    wallMicros: (seconds * 1e6) / messages,
    succeeded,
    expected: messages,
    seconds,
    secondsAtPeer,
    flaws,
    peer,
  };
}
