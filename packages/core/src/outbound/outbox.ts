import type { OutgoingMessage } from './outgoing-message.js';

/** A list of messages, linked through the messages themselves. */
class Lane {
  head: OutgoingMessage | undefined = undefined;
  tail: OutgoingMessage | undefined = undefined;

  append(message: OutgoingMessage): void {
    message.previous = this.tail;
    message.next = undefined;
    if (this.tail === undefined) this.head = message;
    else this.tail.next = message;
    this.tail = message;
  }

  prepend(message: OutgoingMessage): void {
    message.previous = undefined;
    message.next = this.head;
    if (this.head === undefined) this.tail = message;
    else this.head.previous = message;
    this.head = message;
  }

  remove(message: OutgoingMessage): void {
    const { previous, next } = message;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    message.previous = undefined;
    message.next = undefined;
  }
}

/**
 * The messages that wait to be sent, bounded by count and bytes. Messages of QoS 0 stand in a lane of their own: they need
 * not wait when the in-flight window is full.
 */
export class Outbox {
  readonly #capacity: number;
  readonly #maxBytes: number;
  readonly #direct = new Lane();
  readonly #windowed = new Lane();
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

  add(message: OutgoingMessage): void {
    this.#lane(message).append(message);
    this.#counted(message);
  }

  /** Puts a message back before all others; the bounds do not apply to what had been accepted. */
  putBack(message: OutgoingMessage): void {
    this.#lane(message).prepend(message);
    this.#counted(message);
  }

  remove(message: OutgoingMessage): void {
    this.#lane(message).remove(message);
    message.phase = 'none';
    this.#count--;
    this.#bytes -= message.size;
  }

  /** The message accepted first, among those that may go now. */
  first(windowOpen: boolean): OutgoingMessage | undefined {
    const direct = this.#direct.head;
    const windowed = windowOpen ? this.#windowed.head : undefined;
    if (direct === undefined || windowed === undefined) return direct ?? windowed;
    return direct.sequence < windowed.sequence ? direct : windowed;
  }

  #lane(message: OutgoingMessage): Lane {
    return message.qos === 0 ? this.#direct : this.#windowed;
  }

  #counted(message: OutgoingMessage): void {
    message.phase = 'queued';
    this.#count++;
    this.#bytes += message.size;
  }
}
