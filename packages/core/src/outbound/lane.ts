import type { OutgoingMessage } from './outgoing-message.js';

/** A list of messages, linked through the messages themselves: any of them leaves in constant time. */
export class Lane {
  head: OutgoingMessage | undefined = undefined;
  #tail: OutgoingMessage | undefined = undefined;

  append(message: OutgoingMessage): void {
    message.previous = this.#tail;
    message.next = undefined;
    if (this.#tail === undefined) this.head = message;
    else this.#tail.next = message;
    this.#tail = message;
  }

  prepend(message: OutgoingMessage): void {
    message.previous = undefined;
    message.next = this.head;
    if (this.head === undefined) this.#tail = message;
    else this.head.previous = message;
    this.head = message;
  }

  /** Puts a message where another one stands, which leaves. */
  replace(older: OutgoingMessage, message: OutgoingMessage): void {
    const { previous, next } = older;
    message.previous = previous;
    message.next = next;
    if (previous === undefined) this.head = message;
    else previous.next = message;
    if (next === undefined) this.#tail = message;
    else next.previous = message;
    older.previous = undefined;
    older.next = undefined;
  }

  remove(message: OutgoingMessage): void {
    const { previous, next } = message;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.#tail = previous;
    else next.previous = previous;
    message.previous = undefined;
    message.next = undefined;
  }

  /** All messages in their order; the current one may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<OutgoingMessage> {
    let next = this.head;
    while (next !== undefined) {
      const current = next;
      next = current.next;
      yield current;
    }
  }
}
