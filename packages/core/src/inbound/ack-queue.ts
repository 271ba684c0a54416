import type { AckType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';

/** One received message, from its PUBLISH to its acknowledgement on the same connection. */
export interface AckSlot {
  readonly packetId: number;
  /** Set when its turn may come: the message is handled. */
  reasonCode: number | undefined;
}

/**
 * Acknowledgements of one type on one connection: they leave in the order in which the messages came, whichever order they
 * were handled in. [MQTT-4.6.0-2] [MQTT-4.6.0-3]
 */
export class AckQueue {
  readonly #type: AckType;
  readonly #wire: Wire;
  readonly #onSent: (slot: AckSlot) => void;
  #slots: AckSlot[] = [];
  #head = 0;
  #closed = false;

  constructor(type: AckType, wire: Wire, onSent: (slot: AckSlot) => void) {
    this.#type = type;
    this.#wire = wire;
    this.#onSent = onSent;
  }

  get isEmpty(): boolean {
    return this.#head === this.#slots.length;
  }

  get size(): number {
    return this.#slots.length - this.#head;
  }

  /** A message came. */
  push(packetId: number): AckSlot {
    const slot: AckSlot = { packetId, reasonCode: undefined };
    this.#slots.push(slot);
    return slot;
  }

  /** A message is handled: it leaves, with all that were only waiting for it. */
  settle(slot: AckSlot, reasonCode: number): void {
    slot.reasonCode ??= reasonCode;
    if (this.#closed) return;
    for (; this.#head < this.#slots.length; this.#head++) {
      const next = this.#slots[this.#head]!;
      if (next.reasonCode === undefined) break;
      this.#wire.ack(this.#type, next.packetId, next.reasonCode);
      this.#onSent(next);
    }
    if (this.isEmpty) {
      this.#slots = [];
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The connection is gone: nothing is acknowledged any more, since another one may use the same identifiers. */
  close(): void {
    this.#closed = true;
    this.#slots = [];
    this.#head = 0;
  }
}
