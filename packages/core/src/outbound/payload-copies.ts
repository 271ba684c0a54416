import type { OutgoingMessage } from './outgoing-message.js';

/**
 * Makes payloads our own: what the caller does with its buffer afterwards changes nothing. The copy of a message that was
 * given up serves the one that took its place; messages dropped as fast as they come would otherwise be garbage faster than
 * it is collected.
 */
export class PayloadCopies {
  #spare: Uint8Array | undefined;

  /** Copies the payload of a message; texts cannot change. */
  own(message: OutgoingMessage): void {
    const { payload } = message;
    if (typeof payload === 'string') return;
    const spare = this.#spare;
    if (spare?.length === payload.length) {
      this.#spare = undefined;
      spare.set(payload);
      message.payload = spare;
    } else message.payload = new Uint8Array(payload);
  }

  /** A message was given up before it was ever handed to a socket, which would still look at its payload. */
  release(message: OutgoingMessage): void {
    if (message.wasSent || typeof message.payload === 'string') return;
    this.#spare = message.payload;
    message.payload = '';
  }
}
