import { Fifo } from '../internal/fifo.js';
import type { AckType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';

/** One received message, from its PUBLISH to its acknowledgement on the same connection. */
export interface AckSlot {
  readonly packetId: number;
  /** What it holds on to, in bytes. */
  readonly size: number;
  /** When it came; `Infinity` when it is let go of, and only waits for the store. */
  since: number;
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
  readonly #slots = new Fifo<AckSlot>();
  #bytes = 0;
  #closed = false;

  constructor(type: AckType, wire: Wire, onSent: (slot: AckSlot) => void) {
    this.#type = type;
    this.#wire = wire;
    this.#onSent = onSent;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Bytes of the messages that are not acknowledged. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The message that all others wait for. */
  get head(): AckSlot | undefined {
    return this.#slots.first;
  }

  /** Messages that came before this time, and are not handled. */
  unsettledSince(limit: number): AckSlot[] {
    return this.#slots.toArray().filter(({ since, reasonCode }) => since <= limit && reasonCode === undefined);
  }

  /** A message came. */
  push(packetId: number, size: number, since: number): AckSlot {
    const slot: AckSlot = { packetId, size, since, reasonCode: undefined };
    if (this.#closed) return slot;
    this.#slots.push(slot);
    this.#bytes += size;
    return slot;
  }

  /** A message is handled: it leaves, with all that were only waiting for it. */
  settle(slot: AckSlot, reasonCode: number): void {
    slot.reasonCode ??= reasonCode;
    if (this.#closed) return;
    for (let next = this.#slots.first; next?.reasonCode !== undefined; next = this.#slots.first) {
      this.#slots.shift();
      this.#bytes -= next.size;
      this.#wire.ack(this.#type, next.packetId, next.reasonCode);
      this.#onSent(next);
    }
  }

  /** The connection is gone: nothing is acknowledged any more, since another one may use the same identifiers. */
  close(): void {
    this.#closed = true;
    this.#slots.clear();
    this.#bytes = 0;
  }
}
