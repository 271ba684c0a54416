import type { DropEvent } from '../connection/connection.js';
import { ProtocolError } from '../errors/connection-errors.js';
import type { InboundMessage } from '../message/inbound-message.js';
import { PacketType, RECEIVE_MAXIMUM_EXCEEDED } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import { AckQueue, type AckSlot } from './ack-queue.js';
import { Handling } from './handling.js';

/** Gives a message to whoever observes its topic. */
export interface Delivery {
  /**
   * Delivers to all observers.
   * @param handling gives the message's handling, for observers that are not done when they return; none for QoS 0.
   * @returns whether there was an observer.
   */
  deliver(message: InboundMessage, handling: (() => Handling) | undefined): boolean;
}

/** What happens to received messages. */
export interface InboundEvents {
  drop(event: DropEvent): void;
  /** Nothing is unacknowledged any more. */
  idle(): void;
}

/** An identifier of QoS 2, from the first PUBLISH to PUBREL. The message was delivered once, however often it came. */
interface ExactlyOnce {
  /** Undefined while it is being handled. */
  reasonCode: number | undefined;
  /** Where its PUBREC is due, on the current connection. */
  slots: AckSlot[];
}

/** Received messages: delivered, counted and acknowledged. What must outlive a connection for QoS 2 lives here. */
export class Inbound {
  readonly #delivery: Delivery;
  readonly #events: InboundEvents;
  readonly #exactlyOnce = new Map<number, ExactlyOnce>();
  /** QoS 2 identifiers that count against Receive Maximum on this connection. */
  readonly #open = new Set<number>();
  #pubacks: AckQueue | undefined;
  #pubrecs: AckQueue | undefined;
  #wire: Wire | undefined;
  #receiveMaximum = Infinity;
  #canRefuse = false;
  #refusing = false;

  constructor(delivery: Delivery, events: InboundEvents) {
    this.#delivery = delivery;
    this.#events = events;
  }

  /** Messages received but not acknowledged. */
  get unacknowledged(): number {
    return (this.#pubacks?.size ?? 0) + (this.#pubrecs?.size ?? 0);
  }

  /** A connection is there. `receiveMaximum` is `Infinity` where the protocol has none. */
  connected(wire: Wire, sessionPresent: boolean, receiveMaximum: number, canRefuse: boolean): void {
    this.#wire = wire;
    this.#receiveMaximum = receiveMaximum;
    this.#canRefuse = canRefuse;
    if (!sessionPresent) this.#exactlyOnce.clear();
    const onSent = (): void => {
      if (this.unacknowledged === 0) this.#events.idle();
    };
    this.#pubacks = new AckQueue(PacketType.puback, wire, onSent);
    this.#pubrecs = new AckQueue(PacketType.pubrec, wire, (slot) => {
      // A negative PUBREC ends the flow. [MQTT 5, 4.3.3]
      if ((slot.reasonCode ?? 0) >= 0x80) this.#forget(slot.packetId);
      onSent();
    });
  }

  /** The connection is gone, and with it every acknowledgement that was due on it. */
  disconnected(): void {
    this.#wire = undefined;
    this.#pubacks?.close();
    this.#pubrecs?.close();
    this.#open.clear();
    for (const entry of this.#exactlyOnce.values()) entry.slots = [];
  }

  /** Delivers nothing new from now on. QoS 1 and 2 stay unacknowledged, for whoever resumes the session. */
  refuse(): void {
    this.#refusing = true;
  }

  /** A PUBLISH came. */
  publish(message: InboundMessage): void {
    if (this.#refusing) return;
    if (message.qos === 0) this.#atMostOnce(message);
    else if (message.qos === 1) this.#atLeastOnce(message);
    else this.#exactlyOnceMessage(message);
  }

  /** A PUBREL came: the identifier is free again. */
  released(packetId: number): void {
    const known = this.#forget(packetId);
    // [MQTT 5, 3.7.2.1] 0x92: not known, or not known any more.
    this.#wire?.ack(PacketType.pubcomp, packetId, known || !this.#canRefuse ? 0 : 0x92);
  }

  #atMostOnce(message: InboundMessage): void {
    if (!this.#delivery.deliver(message, undefined)) this.#unobserved(message);
  }

  #atLeastOnce(message: InboundMessage): void {
    const queue = this.#pubacks!;
    if (!this.#mayCome()) return;
    // Most messages are done when their observers return, and nothing is ahead of them: no slot, no handling.
    let slot = queue.isEmpty ? undefined : queue.push(message.packetId);
    let handling: Handling | undefined;
    const observed = this.#delivery.deliver(message, () => {
      if (handling === undefined) {
        const due = (slot ??= queue.push(message.packetId));
        handling = new Handling(this.#canRefuse, (reasonCode) => {
          queue.settle(due, reasonCode);
        });
      }
      return handling;
    });
    if (!observed) this.#unobserved(message);
    if (handling !== undefined) handling.end(0);
    else if (slot !== undefined) queue.settle(slot, 0);
    else this.#wire?.ack(PacketType.puback, message.packetId, 0);
  }

  #exactlyOnceMessage(message: InboundMessage): void {
    const { packetId } = message;
    const queue = this.#pubrecs!;
    if (!this.#open.has(packetId)) {
      if (!this.#mayCome()) return;
      this.#open.add(packetId);
    }
    const slot = queue.push(packetId);
    const known = this.#exactlyOnce.get(packetId);
    if (known !== undefined) {
      // Sent again: it was delivered already, and its PUBREC goes out when that is handled.
      known.slots.push(slot);
      if (known.reasonCode !== undefined) queue.settle(slot, known.reasonCode);
      return;
    }
    const entry: ExactlyOnce = { reasonCode: undefined, slots: [slot] };
    this.#exactlyOnce.set(packetId, entry);
    const handling = new Handling(this.#canRefuse, (reasonCode) => {
      entry.reasonCode = reasonCode;
      for (const due of entry.slots) this.#pubrecs?.settle(due, reasonCode);
    });
    if (!this.#delivery.deliver(message, () => handling)) this.#unobserved(message);
    handling.end(0);
  }

  /** [MQTT-3.3.4-7] More than we allowed is a protocol error. */
  #mayCome(): boolean {
    if ((this.#pubacks?.size ?? 0) + this.#open.size < this.#receiveMaximum) return true;
    const limit = String(this.#receiveMaximum);
    this.#wire?.fail(
      new ProtocolError(RECEIVE_MAXIMUM_EXCEEDED, `more than ${limit} messages came ahead of their acknowledgements`),
    );
    return false;
  }

  #forget(packetId: number): boolean {
    this.#open.delete(packetId);
    return this.#exactlyOnce.delete(packetId);
  }

  #unobserved({ topic, qos }: InboundMessage): void {
    this.#events.drop({ direction: 'in', topic, qos, reason: 'unobserved', error: undefined });
  }
}
