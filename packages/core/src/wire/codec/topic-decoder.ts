import { decodeUtf8, isPlainAscii } from '../../internal/utf8.js';
import { malformed } from './malformed.js';

const SLOTS = 4096;
const LONGEST_CACHED = 256;

interface Slot {
  readonly bytes: Uint8Array;
  readonly topic: string;
}

/**
 * Turns the bytes of topic names into strings. Topics repeat, so each is checked and built once and then found by its
 * bytes: the same string each time, whose hash the engine has cached. Two places for each hash, so the memory is bounded.
 */
export class TopicDecoder {
  readonly #slots: (Slot | undefined)[] = new Array<Slot | undefined>(SLOTS).fill(undefined);

  /** The topic in `bytes[start, end)`. Throws a ProtocolError when it is no topic name. */
  decode(bytes: Uint8Array, start: number, end: number): string {
    if (end - start > LONGEST_CACHED) return build(bytes, start, end);
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const index = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const slot = this.#slots[index];
    if (slot !== undefined && equal(slot.bytes, bytes, start, end)) return slot.topic;
    const second = this.#slots[index ^ 1];
    if (second !== undefined && equal(second.bytes, bytes, start, end)) return second.topic;
    const topic = build(bytes, start, end);
    // The newest stands first, and pushes the one before it to the second place.
    this.#slots[index ^ 1] = slot;
    this.#slots[index] = { bytes: new Uint8Array(bytes.subarray(start, end)), topic };
    return topic;
  }
}

function equal(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = known;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}

function build(bytes: Uint8Array, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    // [MQTT-3.3.2-2] [MQTT-4.7.3-2]
    if (byte === 0x23 || byte === 0x2b) throw malformed('a topic name contains a wildcard');
    if (byte === 0) throw malformed('a topic name contains NUL');
  }
  if (isPlainAscii(bytes, start, end) && end - start <= LONGEST_CACHED) {
    return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
  }
  try {
    return decodeUtf8(bytes, start, end);
  } catch (cause) {
    throw malformed(`a topic name is not UTF-8: ${String(cause)}`);
  }
}
