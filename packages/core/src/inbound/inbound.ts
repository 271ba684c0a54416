import type { DropEvent } from '../connection/connection.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock } from '../internal/clock.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import { PacketType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import type { ReceivedLedger } from '../session/received-ledger.js';
import { Abandonment, type AbandonmentOptions } from './abandonment.js';
import { AckQueue, type AckSlot } from './ack-queue.js';
import { AckWatchdog } from './ack-watchdog.js';
import { ExactlyOnce, type ExactlyOnceFlow } from './exactly-once.js';
import { Handling } from './handling.js';
import { Holding, type Taker } from './holding.js';
import { ReceiveLimit, type ReceiveLimits } from './receive-limit.js';

/** Limits of what has come and is not acknowledged, all set. */
export interface InboundOptions extends ReceiveLimits, AbandonmentOptions {
  readonly graceTime: number;
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
  /** Nobody is at work any more, and all acknowledgements that may go have gone. */
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

/** Received messages: delivered, counted and acknowledged. What must outlive a connection for QoS 2 lives here. */
export class Inbound {
  readonly #delivery: Delivery;
  readonly #clock: Clock;
  readonly #events: InboundEvents;
  readonly #exactlyOnce = new ExactlyOnce();
  readonly #holding: Holding;
  readonly #limit: ReceiveLimit;
  readonly #watchdog: AckWatchdog;
  readonly #abandonment: Abandonment;
  readonly #ledger: ReceivedLedger | undefined;
  #pubacks: AckQueue | undefined;
  #pubrecs: AckQueue | undefined;
  #wire: Wire | undefined;
  #modern = false;
  #refusing = false;
  /** What is let go of from now on was left, not handled: whoever resumes the session gets it. */
  #ending = false;
  /** How many messages observers have not done with. */
  #handlings = 0;
  /** How many messages are being given to observers: they may end the intake, and publish what comes of the message. */
  #delivering = 0;
  /** The message of QoS 1 that is being delivered, and what has been made for it. */
  #current: InboundMessage | undefined;
  #slot: AckSlot | undefined;
  #handling: Handling | undefined;

  /** @param ledger takes down what was handled of QoS 2 before the server learns of it. */
  constructor(options: InboundOptions, delivery: Delivery, clock: Clock, events: InboundEvents, ledger?: ReceivedLedger) {
    this.#ledger = ledger;
    this.#delivery = delivery;
    this.#clock = clock;
    this.#events = events;
    this.#limit = new ReceiveLimit(options, (error, what) => {
      events.warn(error, what);
    });
    this.#abandonment = new Abandonment(options, this.#exactlyOnce, {
      warn: (error, what) => {
        events.warn(error, what);
      },
      cycle: (error) => events.cycle(error),
      handled: (packetId, flow, reasonCode) => {
        this.#handled(packetId, flow, reasonCode);
      },
      drop: (message) => {
        this.#drop(message);
      },
    });
    this.#holding = new Holding(clock, options.graceTime, (message, handling, hold) => {
      // Without a connection nobody can be told: it waits on.
      if (this.#wire === undefined) this.#holding.add(message, handling, hold);
      else this.#abandonment.unobserved(message, hold);
    });
    this.#watchdog = new AckWatchdog(clock, options.ackTimeout, (queue, slot) => {
      this.#abandonment.late(queue, slot, this.#watchdog.late());
    });
  }

  /** Messages that observers have and are not done with. */
  get atWork(): number {
    return this.#handlings - this.#holding.size + this.#delivering;
  }

  /** Messages received but not acknowledged: still with an observer, or with their acknowledgement waiting for its turn. */
  get unacknowledged(): number {
    return Math.max(this.#handlings, (this.#pubacks?.size ?? 0) + (this.#pubrecs?.size ?? 0));
  }

  /** Messages that wait for somebody to observe them. */
  get held(): number {
    return this.#holding.size;
  }

  /** Messages of QoS 2 that an earlier process has handled, with their reason codes. */
  restore(handled: ReadonlyMap<number, number>): void {
    for (const [packetId, reasonCode] of handled) this.#exactlyOnce.restore(packetId, reasonCode);
  }

  /** The session is lost: identifiers mean nothing any more. */
  forgetSession(): void {
    this.#exactlyOnce.clear();
    this.#abandonment.clear();
    this.#ledger?.clear();
  }

  /** A connection is there. */
  connected({ wire, sessionPresent, modern }: InboundConnection): void {
    this.#wire = wire;
    this.#modern = modern;
    this.#abandonment.modern = modern;
    if (!sessionPresent) {
      this.forgetSession();
      this.#holding.clear(false);
    }
    this.#pubacks = new AckQueue(PacketType.puback, wire, ({ packetId }) => {
      this.#abandonment.acknowledged(packetId);
    });
    this.#pubrecs = new AckQueue(PacketType.pubrec, wire, ({ packetId, reasonCode = 0 }) => {
      this.#abandonment.acknowledged(packetId);
      // A negative PUBREC ends the flow. [MQTT 5, 4.3.3]
      if (reasonCode >= 0x80) this.#exactlyOnce.end(packetId);
    });
    this.#watchdog.start([this.#pubacks, this.#pubrecs]);
  }

  /** The connection is gone, and with it every acknowledgement that was due on it. */
  disconnected(): void {
    this.#wire = undefined;
    this.#pubacks?.close();
    this.#pubrecs?.close();
    this.#watchdog.stop();
    this.#exactlyOnce.disconnected();
    this.#holding.clear(true);
  }

  /** The observers are about to leave what they have not done, for good. */
  end(): void {
    this.#ending = true;
  }

  /** It is over: nobody can be told anything any more. */
  close(): void {
    this.#ending = true;
    this.disconnected();
    this.#holding.close();
  }

  /** Delivers nothing new from now on. QoS 1 and 2 stay unacknowledged, for whoever resumes the session. */
  refuse(): void {
    this.#refusing = true;
    this.#holding.freeze();
  }

  /** Somebody new observes: what waits for an observer is offered. */
  offer(taker: Taker): void {
    if (this.#holding.size > 0) this.#holding.offer(taker);
  }

  /** An observer has left this message unhandled. */
  leave(message: InboundMessage, handling: Handling, hold: Acknowledger): void {
    // Of an earlier connection only QoS 2 matters: QoS 1 came again, or never will.
    const sameConnection = this.#wire !== undefined && handling.wire === this.#wire;
    if (message.qos === 2 ? this.#exactlyOnce.get(message.packetId) !== undefined : sameConnection) this.#holding.add(message, handling, hold);
    else hold.settle(0);
    this.#tellIdle();
  }

  /** A PUBLISH came. */
  publish(message: InboundMessage): void {
    if (this.#refusing) {
      // QoS 1 and 2 are sent again to whoever resumes the session; this is gone.
      if (message.qos === 0) this.#drop(message);
      return;
    }
    this.#delivering++;
    if (message.qos === 0) this.#atMostOnce(message);
    else if (message.qos === 1) this.#atLeastOnce(message);
    else this.#exactlyOnceMessage(message);
    this.#delivering--;
    if (this.#intakeEnded) this.#tellIdle();
  }

  /** A PUBREL came: the identifier is free again. */
  released(packetId: number): void {
    // [MQTT 5, 3.7.2.1] 0x92: not known, or not known any more.
    const reasonCode = this.#exactlyOnce.end(packetId) || !this.#modern ? 0 : 0x92;
    const wire = this.#wire;
    const proceed = (): void => {
      if (wire === this.#wire) wire?.ack(PacketType.pubcomp, packetId, reasonCode);
    };
    if (this.#ledger === undefined) proceed();
    else this.#ledger.released(packetId, proceed);
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
    else if (queue === this.#pubacks) this.#ackAtOnce(message.packetId);
    if (slot !== undefined && this.#abandonment.isLate(message)) queue.settle(slot, 0);
  }

  #ackAtOnce(packetId: number): void {
    this.#abandonment.acknowledged(packetId);
    this.#wire?.ack(PacketType.puback, packetId, 0);
  }

  /** Read through a property, since an observer may have set it meanwhile. */
  get #intakeEnded(): boolean {
    return this.#refusing;
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
    if (!this.#exactlyOnce.isOpen(packetId)) {
      if (!this.#mayCome(message)) return;
      this.#exactlyOnce.opened(packetId);
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
    const flow = this.#exactlyOnce.begin(packetId, slot);
    const handling = this.#newHandling((reasonCode) => {
      this.#handled(packetId, flow, reasonCode);
    });
    this.#deliver(message, () => handling);
    handling.end(0);
  }

  /** A message of QoS 2 needs no handling any more: its PUBREC may leave, once the store knows. */
  #handled(packetId: number, flow: ExactlyOnceFlow, reasonCode: number): void {
    const proceed = (): void => {
      flow.reasonCode ??= reasonCode;
      for (const due of flow.slots) this.#pubrecs?.settle(due, flow.reasonCode);
    };
    // A negative PUBREC ends the flow: there is nothing to be remembered. [MQTT 5, 4.3.3]
    const isOver = flow.reasonCode !== undefined || this.#exactlyOnce.get(packetId) !== flow;
    if (this.#ledger === undefined || reasonCode >= 0x80 || isOver || this.#ending) proceed();
    else this.#ledger.handled(packetId, reasonCode, proceed);
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
    if (this.atWork === 0) this.#events.idle();
  }

  #deliver(message: InboundMessage, handling: () => Handling): void {
    const result = this.#delivery.deliver(message, handling);
    if (result === 'unwanted') this.#drop(message);
    if (result === 'unobserved') this.#holding.add(message, handling(), handling().hold());
  }

  #push(queue: AckQueue, { packetId, payload }: InboundMessage): AckSlot {
    const slot = queue.push(packetId, payload.length, this.#clock.now());
    if (this.#wire !== undefined) this.#watchdog.watch();
    return slot;
  }

  #mayCome({ payload }: InboundMessage): boolean {
    const count = (this.#pubacks?.size ?? 0) + this.#exactlyOnce.open;
    const bytes = (this.#pubacks?.bytes ?? 0) + (this.#pubrecs?.bytes ?? 0);
    const excess = this.#limit.excess(this.#modern, count, bytes, payload.length);
    if (excess === undefined) return true;
    this.#wire?.fail(excess);
    return false;
  }

  #drop({ topic, qos }: InboundMessage): void {
    this.#events.drop({ direction: 'in', topic, qos, reason: 'unobserved', error: undefined });
  }
}
