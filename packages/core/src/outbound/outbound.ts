import type { DropEvent } from '../connection/connection.js';
import type { Negotiated } from '../connection/negotiated.js';
import { ClosedError } from '../errors/connection-errors.js';
import {
  AbortedError,
  ExpiredError,
  LimitExceededError,
  OfflineError,
  OverflowError,
  PublishRefusedError,
  TimeoutError,
  UnknownOutcomeError,
} from '../errors/delivery-errors.js';
import { isMqttError, type MqttError } from '../errors/mqtt-error.js';
import { textOf } from '../errors/quote-text.js';
import type { Clock } from '../internal/clock.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { Ack } from '../wire/codec/ack-codec.js';
import type { Wire } from '../wire/wire.js';
import { MessageAcceptor } from './accept-message.js';
import { Admission } from './admission.js';
import { ExpirySweep } from './expiry-sweep.js';
import { InFlight } from './in-flight.js';
import { Outbox } from './outbox.js';
import { OutgoingMessage } from './outgoing-message.js';
import { PayloadCopies } from './payload-copies.js';
import type { OfflinePolicy, OverflowPolicy, Payload, PublishOptions } from './publish-options.js';
import { limitExceeded } from './server-limits.js';
import { aborted, limitWait } from './wait-limits.js';

/** Limits of what is on its way out, all set. */
export interface OutboundOptions {
  /** `undefined`: as fits the protocol version. */
  readonly window: number | undefined;
  readonly capacity: number;
  readonly maxBytes: number;
  readonly overflow: OverflowPolicy;
  readonly maxAge: number;
  readonly onSessionLost: 'republish' | 'fail';
  readonly offline: OfflinePolicy;
}

/** What happens to messages on their way out. */
export interface OutboundEvents {
  drop(event: DropEvent): void;
  warn(error: unknown, what: string): void;
  congestion(congested: boolean): void;
  /** Nothing is waiting or unacknowledged any more. */
  idle(): void;
}

const SUCCESS = { reasonCode: 0, properties: undefined };
/** Payloads below this size are encoded before `publish()` returns, if they are sent at once. */
const SMALL = 16 * 1024;

/** Every message on its way out: checked, waiting, in flight, settled. Outlives connections. */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #clock: Clock;
  readonly #events: OutboundEvents;
  readonly #acceptor = new MessageAcceptor();
  readonly #copies = new PayloadCopies();
  readonly #outbox: Outbox;
  readonly #admission: Admission;
  readonly #inFlight: InFlight;
  readonly #sweep: ExpirySweep;
  readonly #warn: (error: unknown, what: string) => void;
  #wire: Wire | undefined;
  #negotiated: Negotiated | undefined;
  #sequence = 0;
  #congested = false;
  #refusal: (() => MqttError) | undefined;
  #closing: ((message: OutgoingMessage) => MqttError) | undefined;

  constructor(options: OutboundOptions, ids: PacketIds, clock: Clock, events: OutboundEvents) {
    this.#options = options;
    this.#clock = clock;
    this.#events = events;
    this.#outbox = new Outbox(options.capacity, options.maxBytes);
    this.#admission = new Admission(this.#outbox, options, (message, error) => {
      this.#copies.release(message);
      this.#drop(message, error);
    });
    this.#inFlight = new InFlight(
      ids,
      (message, dup) => this.#wire?.publish(message, message.packetId, dup, this.#remainingExpiry(message)),
      (message, ack) => {
        this.#finished(message, ack);
      },
    );
    this.#warn = (error, what) => {
      events.warn(error, what);
    };
    this.#sweep = new ExpirySweep(clock, (now) => this.#giveUpStale(now));
  }

  /** Messages waiting or unacknowledged. */
  get pending(): number {
    return this.#outbox.count + this.#admission.waiting + this.#inFlight.size;
  }

  /** Messages in the outbox, their bytes, and messages whose senders wait for room in it. */
  get waiting(): { readonly messages: number; readonly bytes: number; readonly senders: number } {
    return { messages: this.#outbox.count, bytes: this.#outbox.bytes, senders: this.#admission.waiting };
  }

  /** Messages that were sent and not acknowledged. */
  get unacknowledged(): number {
    return this.#inFlight.size;
  }

  /** Takes a message; see `Connection.publish`. */
  publish(topic: string, payload: Payload, options: PublishOptions): OutgoingMessage {
    let message: OutgoingMessage;
    try {
      message = this.#acceptor.accept(topic, payload, options);
    } catch (error) {
      if (!isMqttError(error)) throw error;
      return this.fail(topic, error);
    }
    message.warn = this.#warn;
    message.overflow = options.overflow ?? this.#options.overflow;
    const obstacle = this.#obstacle(message, options);
    if (obstacle !== undefined) return this.#refuse(message, obstacle);
    message.sequence = ++this.#sequence;
    this.#limitAge(message);
    const wire = this.#wire;
    const sendNow = wire !== undefined && !wire.congested && this.#nothingAhead(message);
    // What outlives this call must not change with the caller's buffer; what is refused needs no copy.
    const copied = sendNow && (message.qos > 0 || message.payloadLength >= SMALL);
    if (copied) this.#copies.own(message);
    if (!sendNow || !this.#send(wire, message)) {
      const overflow = this.#admission.admit(message);
      if (overflow !== undefined) return this.#refuse(message, overflow);
      if (!copied) this.#copies.own(message);
      // A listener of what was dropped for it may have closed the connection.
      if (this.#closing !== undefined) this.#withdraw(message, this.#closing(message));
      this.#sweep.watch(message.staleAt);
    }
    this.#watchCongestion();
    if (message.outcome === undefined) {
      limitWait(message, options, this.#clock, (taken, error) => {
        this.#takeBack(taken, error);
      });
    }
    return message;
  }

  /** The publication of a message that is not even looked at. */
  fail(topic: string, error: MqttError): OutgoingMessage {
    return this.#refuse(new OutgoingMessage(textOf(topic), 0, '', 0, 0, false, undefined, undefined), error);
  }

  /** A connection is there: resume what the session still knows, repeat what it has forgotten, then send what waits. */
  connected(wire: Wire, negotiated: Negotiated): void {
    this.#wire = wire;
    this.#negotiated = negotiated;
    const doubtful = negotiated.sessionPresent ? [] : this.#startOver();
    // [MQTT-3.3.4-9]
    const window = Math.min(this.#options.window ?? defaultWindow(negotiated), negotiated.receiveMaximum);
    this.#inFlight.connected(wire, window, negotiated.protocolVersion === 5);
    for (const { message, why } of doubtful) this.#drop(message, new UnknownOutcomeError(message.topic, why));
    this.pump();
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#wire = undefined;
    this.#negotiated = undefined;
    this.#inFlight.disconnected();
    this.#watchCongestion();
  }

  /** PUBACK, PUBREC or PUBCOMP came. */
  acknowledged(type: 4 | 5 | 7, ack: Ack): void {
    this.#inFlight.acknowledged(type, ack);
    this.pump();
  }

  /** Sends what may go now. */
  pump(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#inFlight.redeliver();
    // A listener of an outcome may close the connection.
    while (this.#wire === wire && !wire.congested) {
      const message = this.#outbox.first(this.#inFlight.isOpen) ?? this.#admission.direct;
      if (message === undefined) break;
      this.#remove(message);
      const obstacle = this.#expired(message) ?? limitExceeded(message, this.#negotiated!);
      if (obstacle !== undefined) this.#drop(message, obstacle);
      else if (!this.#send(wire, message)) {
        this.#outbox.putBack(message);
        break;
      }
      if (this.#admission.waiting > 0) this.#admission.refill();
    }
    this.#watchCongestion();
    this.#tellIdle();
  }

  /** Takes no more messages: each is refused with this error from now on. */
  refuse(error: () => MqttError): void {
    this.#refusal = error;
  }

  /** Settles everything. */
  close(error: (message: OutgoingMessage) => MqttError): void {
    this.#closing = error;
    this.disconnected();
    for (const message of this.#inFlight.takeAll()) this.#drop(message, error(message));
    for (const message of [...this.#outbox, ...this.#admission]) this.#withdraw(message, error(message));
    this.#sweep.stop();
  }

  #nothingAhead(message: OutgoingMessage): boolean {
    const { isOpen } = this.#inFlight;
    return (message.qos === 0 || isOpen) && this.#admission.waiting === 0 && this.#outbox.first(isOpen) === undefined;
  }

  #obstacle(message: OutgoingMessage, options: PublishOptions): MqttError | undefined {
    if (this.#refusal !== undefined) return this.#refusal();
    if (options.signal?.aborted === true) return aborted(message, options.signal);
    if (this.#negotiated !== undefined) return limitExceeded(message, this.#negotiated);
    return (message.offline ?? this.#options.offline) === 'error' ? new OfflineError(message.topic) : undefined;
  }

  /** Writes a message for the first time; `false` when there is no identifier for it. */
  #send(wire: Wire, message: OutgoingMessage): boolean {
    if (message.qos > 0) {
      if (!this.#inFlight.start(message)) return false;
      message.accept();
      return true;
    }
    wire.publish(message, 0, false, this.#remainingExpiry(message));
    message.acknowledge(SUCCESS);
    return true;
  }

  #finished(message: OutgoingMessage, { reasonCode, properties }: Ack): void {
    if (reasonCode < 0x80) message.acknowledge({ reasonCode, properties });
    else this.#drop(message, new PublishRefusedError(message.topic, reasonCode, properties?.reasonString));
  }

  /** The session is lost: what the server may not have goes out as new; what it may have is in doubt, and the answer. */
  #startOver(): { readonly message: OutgoingMessage; readonly why: string }[] {
    const doubtful: { readonly message: OutgoingMessage; readonly why: string }[] = [];
    for (const message of this.#inFlight.takeAll().reverse()) {
      if (message.outcome !== undefined) continue;
      const received = message.phase === 'received';
      const why = `${received ? 'the server had received it' : 'it was sent, but not acknowledged'} when the session was lost`;
      if (received || (message.qos === 1 && this.#options.onSessionLost === 'fail')) doubtful.unshift({ message, why });
      else this.#outbox.putBack(message);
    }
    return doubtful;
  }

  #limitAge(message: OutgoingMessage): void {
    const expiry = message.properties?.messageExpiryInterval;
    if (expiry === undefined && this.#options.maxAge === Infinity) return;
    const now = this.#clock.now();
    if (expiry !== undefined) message.expiresAt = now + expiry * 1000;
    message.staleAt = Math.min(message.expiresAt, now + this.#options.maxAge);
  }

  #expired(message: OutgoingMessage): MqttError | undefined {
    if (message.staleAt === Infinity || this.#clock.now() < message.staleAt) return undefined;
    return new ExpiredError(message.topic);
  }

  /** What is left of the message expiry interval, in whole seconds. [MQTT-3.3.2-6] */
  #remainingExpiry(message: OutgoingMessage): number | undefined {
    if (message.expiresAt === Infinity) return undefined;
    return Math.max(0, Math.ceil((message.expiresAt - this.#clock.now()) / 1000));
  }

  /** Gives up what has waited too long; the answer is when the next message will have. */
  #giveUpStale(now: number): number {
    let next = Infinity;
    for (const message of [...this.#outbox, ...this.#admission]) {
      if (message.staleAt <= now) this.#withdraw(message, new ExpiredError(message.topic));
      else next = Math.min(next, message.staleAt);
    }
    this.#roomMade();
    return next;
  }

  /** Settles a message early. One that waits is gone; one in flight goes on, but nobody waits for it any more. */
  #takeBack(message: OutgoingMessage, error: MqttError): void {
    this.#withdraw(message, error);
    this.#roomMade();
  }

  #roomMade(): void {
    this.#admission.refill();
    this.pump();
    this.#tellIdle();
  }

  #withdraw(message: OutgoingMessage, error: MqttError): void {
    this.#remove(message);
    this.#drop(message, error);
  }

  #remove(message: OutgoingMessage): void {
    if (message.phase === 'queued') this.#outbox.remove(message);
    else if (message.phase === 'blocked') this.#admission.remove(message);
  }

  #refuse(message: OutgoingMessage, error: MqttError): OutgoingMessage {
    this.#drop(message, error);
    return message;
  }

  #drop(message: OutgoingMessage, reason: MqttError): void {
    const error = message.wasSent && saysNotSent(reason) ? inDoubt(message, reason) : reason;
    if (!message.fail(error)) return;
    this.#events.drop({ direction: 'out', topic: message.topic, qos: message.qos, reason: dropReason(error), error });
  }

  #tellIdle(): void {
    if (this.pending === 0) this.#events.idle();
  }

  #watchCongestion(): void {
    const congested = this.#wire?.congested === true;
    if (congested === this.#congested) return;
    this.#congested = congested;
    this.#events.congestion(congested);
  }
}

/** Servers of MQTT 3.x cannot say what they take; Mosquitto, for one, hangs up on more than 20 of QoS 2. */
function defaultWindow({ protocolVersion }: Negotiated): number {
  return protocolVersion === 5 ? 64 : 20;
}

/** Whether an error implies that the message never left. */
function saysNotSent(error: MqttError): boolean {
  return error instanceof ExpiredError || error instanceof OverflowError || error instanceof LimitExceededError;
}

function inDoubt({ topic }: OutgoingMessage, cause: MqttError): UnknownOutcomeError {
  return new UnknownOutcomeError(topic, `it was sent, the session was lost, and then it was given up: ${cause.message}`);
}

function dropReason(error: MqttError): DropEvent['reason'] {
  if (error instanceof OverflowError) return 'overflow';
  if (error instanceof ExpiredError) return 'expired';
  if (error instanceof ClosedError) return 'closed';
  if (error instanceof AbortedError || error instanceof TimeoutError) return 'aborted';
  if (error instanceof UnknownOutcomeError) return 'unknown';
  return 'refused';
}
