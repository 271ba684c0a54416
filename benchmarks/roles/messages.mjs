const PAYLOAD_BYTES = 64;

/** What every contestant and every peer sends: 100 topics in turn, 64 bytes of payload unless a case says otherwise. */
export const topics = Array.from({ length: 100 }, (_, room) => `sensors/room${room}/temperature`);

/** The payload of every message. */
export const payload = payloadOf();

/** Matches all topics. */
export const filter = 'sensors/+/temperature';

/** A payload of another size. */
export function payloadOf(bytes = PAYLOAD_BYTES) {
  return Buffer.alloc(bytes, 'a');
}

/** The units of `count` messages in turn: what a contestant that has touched topic and payload of each must arrive at. */
export function unitsOf(count, payloadBytes = PAYLOAD_BYTES) {
  const lengths = topics.map((topic) => topic.length + payloadBytes);
  const round = lengths.reduce((sum, length) => sum + length, 0);
  const rest = lengths.slice(0, count % topics.length).reduce((sum, length) => sum + length, 0);
  return Math.floor(count / topics.length) * round + rest;
}
