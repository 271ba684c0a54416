import type { InboundMessage } from '../message/inbound-message.js';
import { PacketType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import type { Abandonment } from './abandonment.js';
import { AckQueue, type AckSlot } from './ack-queue.js';
import type { AckWatchdog } from './ack-watchdog.js';
import type { Handling } from './handling.js';
import type { Handover } from './handover.js';

/**
 * Messages of QoS 1, from PUBLISH to PUBACK. Apart from those of QoS 2, since nothing of them outlives the connection: what is
 * not acknowledged on it comes again as a new message.
 */
export class AtLeastOnce {
  readonly #handover: Handover;
  readonly #abandonment: Abandonment;
  readonly #watchdog: AckWatchdog;
  #queue: AckQueue | undefined;
  #wire: Wire | undefined;
  /** The message that is being delivered, and what has been made for it. */
  #current: InboundMessage | undefined;
  #slot: AckSlot | undefined;
  #handling: Handling | undefined;

  constructor(handover: Handover, abandonment: Abandonment, watchdog: AckWatchdog) {
    this.#handover = handover;
    this.#abandonment = abandonment;
    this.#watchdog = watchdog;
  }

  /** How many are not acknowledged. */
  get size(): number {
    return this.#queue?.size ?? 0;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#queue?.bytes ?? 0;
  }

  /** A connection is there: the answer is the queue of its acknowledgements. */
  connected(wire: Wire): AckQueue {
    this.#wire = wire;
    this.#queue = new AckQueue(PacketType.puback, wire, ({ packetId }) => {
      this.#abandonment.acknowledged(packetId);
    });
    return this.#queue;
  }

  /** The connection is gone, and with it every acknowledgement that was due on it. */
  disconnected(): void {
    this.#wire = undefined;
    this.#queue?.close();
  }

  /**
   * A message came. Most are done when their observers return, and nothing is ahead of them: no slot and no handling is made
   * for them. What an observer asks for meanwhile stands in fields, not in a closure per message.
   */
  receive(message: InboundMessage): void {
    const queue = this.#queue!;
    const outer = this.#current;
    const outerSlot = this.#slot;
    const outerHandling = this.#handling;
    this.#current = message;
    this.#slot = queue.size === 0 ? undefined : this.#watchdog.enqueue(queue, message);
    this.#handling = undefined;
    this.#handover.deliver(message, this.#handle);
    const slot = this.#slot;
    const handling = this.#handlingMade();
    this.#current = outer;
    this.#slot = outerSlot;
    this.#handling = outerHandling;
    if (handling !== undefined) handling.end(0);
    else if (slot !== undefined) queue.settle(slot, 0);
    else if (queue === this.#queue) this.#ackAtOnce(message.packetId);
    if (slot !== undefined && this.#abandonment.isLate(message)) queue.settle(slot, 0);
  }

  #ackAtOnce(packetId: number): void {
    this.#abandonment.acknowledged(packetId);
    this.#wire?.ack(PacketType.puback, packetId, 0);
  }

  /** Read through a method, since an observer may have set it meanwhile. */
  #handlingMade(): Handling | undefined {
    return this.#handling;
  }

  /** The handling of the message that is being delivered. */
  readonly #handle = (): Handling => {
    if (this.#handling === undefined) {
      const queue = this.#queue!;
      const slot = (this.#slot ??= this.#watchdog.enqueue(queue, this.#current!));
      this.#handling = this.#handover.begin((reasonCode) => {
        queue.settle(slot, reasonCode);
      });
    }
    return this.#handling;
  };
}
