import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock } from '../internal/clock.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import type { ReceivedLedger } from '../session/received-ledger.js';
import type { Wire } from '../wire/wire.js';
import { Abandonment, type AbandonmentOptions } from './abandonment.js';
import { AckWatchdog } from './ack-watchdog.js';
import { AtLeastOnce } from './at-least-once.js';
import type { Delivery } from './delivery.js';
import { ExactlyOnce } from './exactly-once.js';
import { ExactlyOnceFlows } from './exactly-once-flows.js';
import type { Handling } from './handling.js';
import { Handover, type HandoverEvents } from './handover.js';
import { Holding, type Taker } from './holding.js';
import { ReceiveLimit, type ReceiveLimits } from './receive-limit.js';

/** Limits of what has come and is not acknowledged, all set. */
export interface InboundOptions extends ReceiveLimits, AbandonmentOptions {
  readonly graceTime: number;
}

/** What happens to received messages. */
export interface InboundEvents extends HandoverEvents {
  warn(error: unknown, what: string): void;
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

/**
 * Received messages, by their QoS: whether they may come at all, and what becomes of them with the connection, the session
 * and the end.
 */
export class Inbound {
  readonly #flows = new ExactlyOnceFlows();
  readonly #holding: Holding;
  readonly #limit: ReceiveLimit;
  readonly #watchdog: AckWatchdog;
  readonly #abandonment: Abandonment;
  readonly #handover: Handover;
  readonly #atLeastOnce: AtLeastOnce;
  readonly #exactlyOnce: ExactlyOnce;
  #wire: Wire | undefined;
  #modern = false;
  #refusing = false;

  /** @param ledger takes down what was handled of QoS 2 before the server learns of it. */
  constructor(
    options: InboundOptions,
    delivery: Delivery,
    clock: Clock,
    events: InboundEvents,
    ledger?: ReceivedLedger,
  ) {
    this.#limit = new ReceiveLimit(options, (error, what) => {
      events.warn(error, what);
    });
    this.#abandonment = new Abandonment(options, this.#flows, {
      ...events,
      handled: (packetId, flow, reasonCode) => {
        this.#exactlyOnce.handled(packetId, flow, reasonCode);
      },
      drop: (message) => {
        this.#handover.drop(message);
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
    this.#handover = new Handover(delivery, this.#holding, events);
    this.#atLeastOnce = new AtLeastOnce(this.#handover, this.#abandonment, this.#watchdog);
    this.#exactlyOnce = new ExactlyOnce(this.#flows, this.#handover, this.#abandonment, this.#watchdog, ledger);
  }

  /** Messages that observers have and are not done with. */
  get atWork(): number {
    return this.#handover.atWork;
  }

  /** Messages received but not acknowledged: still with an observer, or with their acknowledgement waiting for its turn. */
  get unacknowledged(): number {
    return Math.max(this.#handover.unhandled, this.#atLeastOnce.size + this.#exactlyOnce.size);
  }

  /** Messages that wait for somebody to observe them. */
  get held(): number {
    return this.#holding.size;
  }

  /** Messages of QoS 2 that an earlier process has handled, with their reason codes. */
  restore(handled: ReadonlyMap<number, number>): void {
    for (const [packetId, reasonCode] of handled) this.#flows.restore(packetId, reasonCode);
  }

  /** The session is lost: identifiers mean nothing any more. */
  forgetSession(): void {
    this.#abandonment.clear();
    this.#exactlyOnce.forgetSession();
  }

  /** A connection is there. */
  connected({ wire, sessionPresent, modern }: InboundConnection): void {
    this.#wire = wire;
    this.#modern = modern;
    this.#abandonment.modern = modern;
    this.#handover.connected(wire, modern);
    if (!sessionPresent) {
      this.forgetSession();
      this.#holding.clear(false);
    }
    this.#watchdog.start([this.#atLeastOnce.connected(wire), this.#exactlyOnce.connected(wire, modern)]);
  }

  /** The connection is gone, and with it every acknowledgement that was due on it. */
  disconnected(): void {
    this.#wire = undefined;
    this.#handover.disconnected();
    this.#atLeastOnce.disconnected();
    this.#exactlyOnce.disconnected();
    this.#watchdog.stop();
    this.#holding.clear(true);
  }

  /** The observers are about to leave what they have not done, for good. */
  end(): void {
    this.#exactlyOnce.end();
  }

  /** It is over: nobody can be told anything any more. */
  close(): void {
    this.#exactlyOnce.end();
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
    if (message.qos === 2 ? this.#flows.get(message.packetId) !== undefined : sameConnection)
      this.#holding.add(message, handling, hold);
    else hold.settle(0);
    this.#handover.tellIdle();
  }

  /** A PUBLISH came. */
  publish(message: InboundMessage): void {
    const { qos } = message;
    if (this.#refusing) {
      // QoS 1 and 2 are sent again to whoever resumes the session; this is gone.
      if (qos === 0) this.#handover.drop(message);
      return;
    }
    this.#handover.delivering++;
    if (qos === 0) this.#handover.offer(message);
    else if (qos === 1) {
      if (this.#mayCome(message)) this.#atLeastOnce.receive(message);
    } else if (this.#flows.isOpen(message.packetId) || this.#mayCome(message)) this.#exactlyOnce.receive(message);
    this.#handover.delivering--;
    if (this.#intakeEnded) this.#handover.tellIdle();
  }

  /** A PUBREL came: the identifier is free again. */
  released(packetId: number): void {
    this.#exactlyOnce.released(packetId);
  }

  /** Read through a property, since an observer may have set it meanwhile. */
  get #intakeEnded(): boolean {
    return this.#refusing;
  }

  #mayCome({ payload }: InboundMessage): boolean {
    const count = this.#atLeastOnce.size + this.#flows.open;
    const bytes = this.#atLeastOnce.bytes + this.#exactlyOnce.bytes;
    const excess = this.#limit.excess(this.#modern, count, bytes, payload.length);
    if (excess === undefined) return true;
    this.#wire?.fail(excess);
    return false;
  }
}
