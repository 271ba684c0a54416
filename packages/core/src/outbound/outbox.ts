import { OverflowError } from '../errors/delivery-errors.js';
import { Lane } from './lane.js';
import type { OutgoingMessage } from './outgoing-message.js';

/**
 * The messages that wait to be sent, bounded by count and bytes. Messages of QoS 0 stand in a lane of their own: they need
 * not wait when the in-flight window is full.
 */
export class Outbox {
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #direct = new Lane();
  readonly #windowed = new Lane();
  /** The newest message of each topic, of those that only the newest of is wanted. */
  readonly #latest = new Map<string, OutgoingMessage>();
  #count = 0;
  #bytes = 0;

  constructor(capacity: number, maxBytes: number) {
    this.#capacity = capacity;
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Why a message of this size does not fit in now, or `undefined` when it does. */
  obstacle(size: number): string | undefined {
    if (this.#count >= this.#capacity) return `${String(this.#capacity)} messages`;
    if (this.#bytes + size > this.#maxBytes) return `${String(this.#maxBytes)} bytes`;
    return undefined;
  }

  /** Whether a message of this size could ever fit in. */
  canHold(size: number): boolean {
    return size <= this.#maxBytes;
  }

  add(message: OutgoingMessage): void {
    this.#lane(message).append(message);
    this.#added(message);
    if (message.overflow === 'latest') this.#latest.set(message.topic, message);
  }

  /**
   * Puts a message back before all others; the bounds do not apply to what had been accepted. `false` when a newer one for its
   * topic waits, to which it gives way.
   */
  putBack(message: OutgoingMessage): boolean {
    if (message.overflow === 'latest') {
      if (this.latest(message.topic) !== undefined) return false;
      this.#latest.set(message.topic, message);
    }
    this.#lane(message).prepend(message);
    this.#added(message);
    return true;
  }

  /**
   * Puts a newer message in the place of an older one of its topic, so that topics which change often get their turn as well;
   * `false` when it has to wait at the end, being larger than there is room for, or in the other lane.
   */
  replace(older: OutgoingMessage, message: OutgoingMessage): boolean {
    const lane = this.#lane(older);
    if (lane !== this.#lane(message) || this.#bytes - older.size + message.size > this.#maxBytes) return false;
    lane.replace(older, message);
    message.sequence = older.sequence;
    older.phase = 'none';
    this.#count--;
    this.#bytes -= older.size;
    this.#added(message);
    this.#latest.set(message.topic, message);
    return true;
  }

  /**
   * Takes a message out.
   * @param replaced whether a newer one for its topic follows at once, whose entry then takes the place of its own.
   */
  remove(message: OutgoingMessage, replaced = false): void {
    this.#lane(message).remove(message);
    message.phase = 'none';
    this.#count--;
    this.#bytes -= message.size;
    if (!replaced && this.#latest.get(message.topic) === message) this.#latest.delete(message.topic);
  }

  /** The message accepted first, among those that may go now. */
  first(windowOpen: boolean): OutgoingMessage | undefined {
    const direct = this.#direct.head;
    const windowed = windowOpen ? this.#windowed.head : undefined;
    if (direct === undefined || windowed === undefined) return direct ?? windowed;
    return direct.sequence < windowed.sequence ? direct : windowed;
  }

  /** The waiting message of this topic that a newer one replaces. */
  latest(topic: string): OutgoingMessage | undefined {
    const message = this.#latest.get(topic);
    return message?.phase === 'queued' ? message : undefined;
  }

  /** All messages; the current one may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<OutgoingMessage> {
    yield* this.#direct;
    yield* this.#windowed;
  }

  #lane(message: OutgoingMessage): Lane {
    return message.qos === 0 ? this.#direct : this.#windowed;
  }

  #added(message: OutgoingMessage): void {
    message.phase = 'queued';
    this.#count++;
    this.#bytes += message.size;
  }
}

/** Why a message fails that gives way to a newer one for its topic. */
export function replaced({ topic }: OutgoingMessage): OverflowError {
  return new OverflowError(topic, 'a newer message for the topic took its place');
}
