import type { DropEvent } from '../connection/connection.js';
import { ProtocolError } from '../errors/connection-errors.js';
import { UnacknowledgedError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { quoteText } from '../errors/quote-text.js';
import { type Clock, LONGEST_DELAY, type Timer } from '../internal/clock.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import { PacketType, QUOTA_EXCEEDED, RECEIVE_MAXIMUM_EXCEEDED, UNSPECIFIED_ERROR } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import { AckQueue, type AckSlot } from './ack-queue.js';
import { Handling } from './handling.js';
import { Holding, type Taker } from './holding.js';

/** Limits of what has come and is not acknowledged, all set. */
export interface InboundOptions {
  readonly receiveMaximum: number;
  readonly maxBytes: number;
  readonly ackTimeout: number;
  readonly graceTime: number;
  readonly abandoned: 'redeliver' | 'ack' | 'nack';
}

/** Who a message reached: observers; nobody, and nobody waits for it; or nobody yet. */
export type DeliveryResult = 'delivered' | 'unwanted' | 'unobserved';

/** Gives a message to whoever observes its topic. */
export interface Delivery {
  /**
   * Delivers to all observers.
   * @param handling gives the message's handling, for observers that are not done when they return; none for QoS 0.
   */
  deliver(message: InboundMessage, handling: (() => Handling) | undefined): DeliveryResult;
}

/** What happens to received messages. */
export interface InboundEvents {
  drop(event: DropEvent): void;
  warn(error: unknown, what: string): void;
  /** Nothing is unacknowledged any more. */
  idle(): void;
  /**
   * Messages stay unacknowledged: ends the connection, so that the server sends them again on the next; `false` where it
   * would not.
   */
  cycle(error: MqttError): boolean;
}

/** The connection that messages come on. */
export interface InboundConnection {
  readonly wire: Wire;
  readonly sessionPresent: boolean;
  /** MQTT 5: Receive Maximum binds the server, and messages can be refused. */
  readonly modern: boolean;
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
  readonly #options: InboundOptions;
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #events: InboundEvents;
  readonly #exactlyOnce = new Map<number, ExactlyOnce>();
  /** QoS 2 identifiers that count against Receive Maximum on this connection. */
  readonly #open = new Set<number>();
  readonly #holding: Holding;
  #pubacks: AckQueue | undefined;
  #pubrecs: AckQueue | undefined;
  #wire: Wire | undefined;
  #modern = false;
  #refusing = false;
  /** How many messages observers have not done with. */
  #handlings = 0;
  #ackTimer: Timer;
  #ackWatched = false;
  /** The message of QoS 1 that is being delivered, and what has been made for it. */
  #current: InboundMessage | undefined;
  #slot: AckSlot | undefined;
  #handling: Handling | undefined;

  constructor(options: InboundOptions, delivery: Delivery, clock: Clock, events: InboundEvents) {
    this.#options = options;
    this.#delivery = delivery;
    this.#clock = clock;
    this.#events = events;
    this.#holding = new Holding(clock, options.graceTime, (message, handling, hold) => {
      this.#abandon(message, handling, hold);
    });
  }

  /** Messages received but not acknowledged: still with an observer, or with their acknowledgement waiting for its turn. */
  get unacknowledged(): number {
    return Math.max(this.#handlings, (this.#pubacks?.size ?? 0) + (this.#pubrecs?.size ?? 0));
  }

  /** A connection is there. */
  connected({ wire, sessionPresent, modern }: InboundConnection): void {
    this.#wire = wire;
    this.#modern = modern;
    if (!sessionPresent) {
      this.#exactlyOnce.clear();
      this.#holding.clear(false);
    }
    const onSent = (): void => {
      this.#tellIdle();
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
    this.#holding.clear(true);
    this.#clock.clearTimeout(this.#ackTimer);
    this.#ackWatched = false;
  }

  /** It is over: nobody can be told anything any more. */
  close(): void {
    this.disconnected();
    this.#holding.clear(false);
  }

  /** Delivers nothing new from now on. QoS 1 and 2 stay unacknowledged, for whoever resumes the session. */
  refuse(): void {
    this.#refusing = true;
  }

  /** Somebody new observes: what waits for an observer is offered. */
  offer(taker: Taker): void {
    if (this.#holding.size > 0) this.#holding.offer(taker);
  }

  /** An observer has left this message unhandled. */
  leave(message: InboundMessage, handling: Handling, hold: Acknowledger): void {
    // Of an earlier connection only QoS 2 matters: QoS 1 came again, or never will.
    const sameConnection = this.#wire !== undefined && handling.wire === this.#wire;
    if (message.qos === 2 ? this.#exactlyOnce.has(message.packetId) : sameConnection) this.#holding.add(message, handling, hold);
    else hold.settle(0);
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
    this.#wire?.ack(PacketType.pubcomp, packetId, known || !this.#modern ? 0 : 0x92);
  }

  #atMostOnce(message: InboundMessage): void {
    if (this.#delivery.deliver(message, undefined) !== 'delivered') this.#drop(message);
  }

  /**
   * Most messages are done when their observers return, and nothing is ahead of them: no slot and no handling is made for
   * them. What an observer asks for meanwhile stands in fields, not in a closure per message.
   */
  #atLeastOnce(message: InboundMessage): void {
    const queue = this.#pubacks!;
    if (!this.#mayCome(message)) return;
    const outer = this.#current;
    const outerSlot = this.#slot;
    const outerHandling = this.#handling;
    this.#current = message;
    this.#slot = queue.size === 0 ? undefined : this.#push(queue, message);
    this.#handling = undefined;
    this.#deliver(message, this.#handle);
    const slot = this.#slot;
    const handling = this.#handlingMade();
    this.#current = outer;
    this.#slot = outerSlot;
    this.#handling = outerHandling;
    if (handling !== undefined) handling.end(0);
    else if (slot !== undefined) queue.settle(slot, 0);
    else this.#wire?.ack(PacketType.puback, message.packetId, 0);
  }

  /** Read through a method, since an observer may have set it meanwhile. */
  #handlingMade(): Handling | undefined {
    return this.#handling;
  }

  /** The handling of the message of QoS 1 that is being delivered. */
  readonly #handle = (): Handling => {
    if (this.#handling === undefined) {
      const queue = this.#pubacks!;
      const slot = (this.#slot ??= this.#push(queue, this.#current!));
      this.#handling = this.#newHandling((reasonCode) => {
        queue.settle(slot, reasonCode);
      });
    }
    return this.#handling;
  };

  #exactlyOnceMessage(message: InboundMessage): void {
    const { packetId } = message;
    const queue = this.#pubrecs!;
    if (!this.#open.has(packetId)) {
      if (!this.#mayCome(message)) return;
      this.#open.add(packetId);
    }
    const known = this.#exactlyOnce.get(packetId);
    // Its PUBREC is due already.
    if (known !== undefined && known.reasonCode === undefined && known.slots.length > 0) return;
    const slot = this.#push(queue, message);
    if (known !== undefined) {
      // Sent again: it was delivered already, and its PUBREC goes out when that is handled.
      known.slots.push(slot);
      if (known.reasonCode !== undefined) queue.settle(slot, known.reasonCode);
      return;
    }
    const entry: ExactlyOnce = { reasonCode: undefined, slots: [slot] };
    this.#exactlyOnce.set(packetId, entry);
    const handling = this.#newHandling((reasonCode) => {
      entry.reasonCode = reasonCode;
      for (const due of entry.slots) this.#pubrecs?.settle(due, reasonCode);
    });
    this.#deliver(message, () => handling);
    handling.end(0);
  }

  #newHandling(onDone: (reasonCode: number) => void): Handling {
    this.#handlings++;
    return new Handling(this.#wire, this.#modern, (reasonCode) => {
      this.#handlings--;
      onDone(reasonCode);
      this.#tellIdle();
    });
  }

  #tellIdle(): void {
    if (this.unacknowledged === 0) this.#events.idle();
  }

  #deliver(message: InboundMessage, handling: () => Handling): void {
    const result = this.#delivery.deliver(message, handling);
    if (result === 'unwanted') this.#drop(message);
    if (result === 'unobserved') this.#holding.add(message, handling(), handling().hold());
  }

  #push(queue: AckQueue, { packetId, payload }: InboundMessage): AckSlot {
    const slot = queue.push(packetId, payload.length, this.#clock.now());
    if (this.#wire !== undefined) this.#watchAcks();
    return slot;
  }

  /** [MQTT-3.3.4-7] More than we allowed is a protocol error; where nothing could be allowed, bytes are the limit. */
  #mayCome({ payload }: InboundMessage): boolean {
    const { receiveMaximum, maxBytes } = this.#options;
    if (this.#modern) {
      if ((this.#pubacks?.size ?? 0) + this.#open.size < receiveMaximum) return true;
      const what = `more than ${String(receiveMaximum)} messages came ahead of their acknowledgements`;
      this.#wire?.fail(new ProtocolError(RECEIVE_MAXIMUM_EXCEEDED, what));
      return false;
    }
    const bytes = (this.#pubacks?.bytes ?? 0) + (this.#pubrecs?.bytes ?? 0);
    if (bytes === 0 || bytes + payload.length <= maxBytes) return true;
    const what = `unacknowledged messages of more than ${String(maxBytes)} bytes (receive.maxBytes) came`;
    this.#wire?.fail(new ProtocolError(QUOTA_EXCEEDED, what));
    return false;
  }

  /** One message that nobody acknowledges holds up all that came after it: it may do so for `ackTimeout`. */
  #watchAcks(): void {
    if (this.#ackWatched || this.#options.ackTimeout === Infinity) return;
    const heads = [this.#pubacks?.head, this.#pubrecs?.head].filter((slot) => slot !== undefined);
    if (heads.length === 0) return;
    const due = Math.min(...heads.map(({ since }) => since)) + this.#options.ackTimeout;
    this.#ackWatched = true;
    this.#ackTimer = this.#clock.setTimeout(() => {
      this.#ackWatched = false;
      for (const queue of [this.#pubacks, this.#pubrecs]) this.#releaseLate(queue);
      this.#watchAcks();
    }, Math.min(due - this.#clock.now(), LONGEST_DELAY));
  }

  #releaseLate(queue: AckQueue | undefined): void {
    const { ackTimeout } = this.#options;
    for (let head = queue?.head; head !== undefined && head.reasonCode === undefined; head = queue?.head) {
      if (this.#clock.now() < head.since + ackTimeout) return;
      const seconds = String(ackTimeout / 1000);
      const error = new UnacknowledgedError(`a message was not acknowledged for ${seconds} s (receive.ackTimeout)`);
      this.#events.warn(error, error.message);
      const slot = head;
      this.#release(error, (reasonCode) => queue?.settle(slot, reasonCode));
      if (queue?.head === slot) return;
    }
  }

  /** Nobody has taken a held message in time. */
  #abandon(message: InboundMessage, handling: Handling, hold: Acknowledger): void {
    // Without a connection nobody can be told: it waits on.
    if (this.#wire === undefined) {
      this.#holding.add(message, handling, hold);
      return;
    }
    const error = new UnacknowledgedError(
      `nobody observed the message on ${quoteText(message.topic)} within the grace time (receive.graceTime)`,
    );
    this.#release(error, (reasonCode) => {
      this.#drop(message);
      hold.settle(reasonCode);
    });
  }

  /** Lets go of an unacknowledged message, as the policy says. */
  #release(error: MqttError, settle: (reasonCode: number) => void): void {
    const { abandoned } = this.#options;
    if (abandoned === 'redeliver' && this.#events.cycle(error)) return;
    settle(abandoned === 'nack' && this.#modern ? UNSPECIFIED_ERROR : 0);
  }

  #forget(packetId: number): boolean {
    this.#open.delete(packetId);
    return this.#exactlyOnce.delete(packetId);
  }

  #drop({ topic, qos }: InboundMessage): void {
    this.#events.drop({ direction: 'in', topic, qos, reason: 'unobserved', error: undefined });
  }
}
