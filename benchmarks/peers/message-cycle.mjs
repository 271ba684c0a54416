import { payloadOf, topics } from '../roles/messages.mjs';
import { encodePublish } from './encode.mjs';

const LENGTHS = [2_500, 65_500];
const MOST_BYTES = 8 << 20;

/**
 * Messages encoded ahead of time, sent round and round without touching them again: any run of them is one slice. QoS 1 needs
 * so many that an identifier has long been acknowledged when it comes round; 8 MB of them will do if they are long.
 */
class MessageCycle {
  #bytes;
  #offsets;

  constructor(version, qos, properties, payloadBytes) {
    const payload = payloadOf(payloadBytes);
    // Whole rounds of the topics, so that one cycle goes on where the one before has ended.
    const most = Math.floor(MOST_BYTES / payload.length / topics.length) * topics.length;
    this.length = Math.min(LENGTHS[qos], most);
    const packets = Array.from({ length: this.length }, (_, index) =>
      encodePublish(version, { topic: topics[index % topics.length], payload, qos, packetId: index + 1, properties }),
    );
    this.#bytes = Buffer.concat(packets);
    this.#offsets = new Float64Array(this.length + 1);
    packets.forEach((packet, index) => {
      this.#offsets[index + 1] = this.#offsets[index] + packet.length;
    });
  }

  /** How many messages from number `from` on lie in one piece, at most `count`. */
  run(from, count) {
    return Math.min(count, this.length - (from % this.length));
  }

  /** The bytes of `count` messages from number `from` on; `count` as `run()` gave it. */
  slice(from, count) {
    const first = from % this.length;
    return this.#bytes.subarray(this.#offsets[first], this.#offsets[first + count]);
  }
}

const cycles = new Map();

/** The cycle of such messages. Encoding one takes a while, so that it is done once and not for each session. */
export function cycleOf(version, qos, properties, payloadBytes) {
  const key = JSON.stringify([version, qos, properties, payloadBytes]);
  if (!cycles.has(key)) cycles.set(key, new MessageCycle(version, qos, properties, payloadBytes));
  return cycles.get(key);
}
