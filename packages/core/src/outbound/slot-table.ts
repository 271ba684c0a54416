import type { OutgoingMessage } from './outgoing-message.js';

const SMALLEST = 64;

/**
 * Messages by packet identifier. Identifiers are given out in turn, so those in use lie close together: a short ring holds
 * them without the cost of a Map, whose rolling insertions and deletions keep rehashing it. It grows when two in use meet.
 */
export class SlotTable {
  #slots: (OutgoingMessage | undefined)[] = new Array<OutgoingMessage | undefined>(SMALLEST).fill(undefined);
  #mask = SMALLEST - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(packetId: number): OutgoingMessage | undefined {
    const message = this.#slots[packetId & this.#mask];
    return message?.packetId === packetId ? message : undefined;
  }

  add(message: OutgoingMessage): void {
    while (this.#slots[message.packetId & this.#mask] !== undefined) this.#grow();
    this.#slots[message.packetId & this.#mask] = message;
    this.#size++;
  }

  delete(packetId: number): void {
    if (this.get(packetId) === undefined) return;
    this.#slots[packetId & this.#mask] = undefined;
    this.#size--;
  }

  /** All messages, in the order in which they were accepted, which is the order in which they were sent. */
  inOrder(): OutgoingMessage[] {
    return this.#slots.filter((message) => message !== undefined).sort((a, b) => a.sequence - b.sequence);
  }

  clear(): void {
    this.#slots.fill(undefined);
    this.#size = 0;
  }

  /** Twice as long, and again until nothing meets; with 65,536 slots nothing can. What did not meet before does not then. */
  #grow(): void {
    const messages = this.#slots;
    const length = messages.length * 2;
    this.#mask = length - 1;
    this.#slots = new Array<OutgoingMessage | undefined>(length).fill(undefined);
    for (const message of messages) if (message !== undefined) this.#slots[message.packetId & this.#mask] = message;
  }
}
