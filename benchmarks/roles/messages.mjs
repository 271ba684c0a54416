/** What every contestant and every peer sends: 100 topics in turn, 64 bytes of payload. */
export const topics = Array.from({ length: 100 }, (_, room) => `sensors/room${room}/temperature`);

/** The payload of every message. */
export const payload = Buffer.alloc(64, 'a');

/** Matches all topics. */
export const filter = 'sensors/+/temperature';

/** The units of `count` messages in turn: what a contestant that has touched topic and payload of each must arrive at. */
export function unitsOf(count) {
  const lengths = topics.map((topic) => topic.length + payload.length);
  const round = lengths.reduce((sum, length) => sum + length, 0);
  const rest = lengths.slice(0, count % topics.length).reduce((sum, length) => sum + length, 0);
  return Math.floor(count / topics.length) * round + rest;
}
