import type { Negotiated } from '../connection/negotiated.js';
import { OfflineError } from '../errors/delivery-errors.js';
import { isMqttError, type MqttError } from '../errors/mqtt-error.js';
import { textOf } from '../errors/quote-text.js';
import type { Clock } from '../internal/clock.js';
import type { Journal } from '../session/journal.js';
import type { OutgoingLedger } from '../session/outgoing-ledger.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { BadEntry, RestoredRecord } from '../session/read-session.js';
import type { Ack } from '../wire/codec/ack-codec.js';
import type { Wire } from '../wire/wire.js';
import { MessageAcceptor } from './accept-message.js';
import { Admission } from './admission.js';
import { ExpirySweep } from './expiry-sweep.js';
import { InFlight } from './in-flight.js';
import { MessageAge } from './message-age.js';
import { messageLedger } from './message-ledger.js';
import { Outbox } from './outbox.js';
import type { OutboundEvents, OutboundOptions } from './outbound-options.js';
import { Outcomes } from './outcomes.js';
import { OutgoingMessage } from './outgoing-message.js';
import { PayloadCopies } from './payload-copies.js';
import type { OfflinePolicy, Payload, PublishOptions } from './publish-options.js';
import { Recovery } from './recovery.js';
import { sendWindow } from './send-window.js';
import { limitExceeded } from './server-limits.js';
import { aborted, limitWait } from './wait-limits.js';
import { Withdrawal } from './withdrawal.js';

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
  readonly #age: MessageAge;
  readonly #ids: PacketIds;
  /** What outlives the process; `undefined` where nothing does. */
  readonly #ledger: OutgoingLedger<OutgoingMessage> | undefined;
  readonly #outcomes: Outcomes;
  readonly #recovery: Recovery;
  readonly #withdrawal: Withdrawal;
  readonly #warn: (error: unknown, what: string) => void;
  #wire: Wire | undefined;
  #negotiated: Negotiated | undefined;
  #sequence = 0;
  #congested = false;
  #refusal: (() => MqttError) | undefined;
  #closing: ((message: OutgoingMessage) => MqttError) | undefined;

  constructor(options: OutboundOptions, ids: PacketIds, clock: Clock, events: OutboundEvents, journal?: Journal) {
    this.#options = options;
    this.#ids = ids;
    this.#clock = clock;
    this.#events = events;
    this.#age = new MessageAge(clock, options.maxAge);
    this.#warn = (error, what) => {
      events.warn(error, what);
    };
    this.#ledger =
      journal &&
      messageLedger(journal, clock, this.#age, {
        warn: this.#warn,
        failed: (message, error) => {
          this.#takeBack(message, error);
        },
      });
    this.#outcomes = new Outcomes(events, this.#ledger);
    this.#outbox = new Outbox(options.capacity, options.maxBytes);
    this.#admission = new Admission(this.#outbox, options, {
      accept: (message) => {
        this.#accepted(message);
      },
      drop: (message, error) => {
        this.#copies.release(message);
        this.#outcomes.giveUp(message, error);
      },
    });
    this.#inFlight = new InFlight(
      ids,
      (message, dup) => this.#wire?.publish(message, message.packetId, dup, this.#age.remaining(message)),
      (message, ack) => {
        this.#outcomes.answered(message, ack);
      },
      this.#ledger,
    );
    this.#withdrawal = new Withdrawal(this.#outbox, this.#admission, this.#inFlight, this.#outcomes, (message) =>
      this.#isForNow(message),
    );
    this.#sweep = new ExpirySweep(clock, (now) => {
      const next = this.#withdrawal.withdrawStale(now);
      this.#roomMade();
      return next;
    });
    const targets = { outbox: this.#outbox, inFlight: this.#inFlight, sweep: this.#sweep, ledger: this.#ledger };
    this.#recovery = new Recovery(targets, options, events);
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
    if (obstacle !== undefined) return this.#outcomes.refuse(message, obstacle);
    message.sequence = ++this.#sequence;
    this.#age.limit(message);
    const wire = this.#wire;
    const sendNow = wire !== undefined && !wire.congested && this.#nothingAhead(message);
    // What outlives this call must not change with the caller's buffer; what is refused needs no copy.
    const copied = sendNow && (message.qos > 0 || message.payloadLength >= SMALL);
    if (copied) this.#copies.own(message);
    if (!sendNow || !this.#send(wire, message)) {
      const overflow = this.#admission.admit(message, !this.#events.isTellingDrop());
      if (overflow !== undefined) return this.#outcomes.refuse(message, overflow);
      if (!copied) this.#copies.own(message);
      // A listener of what was dropped for it may have closed the connection.
      if (this.#closing !== undefined) this.#withdrawal.end(message, this.#closing);
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
    return this.#outcomes.refuse(new OutgoingMessage(textOf(topic), 0, '', 0, 0, false, undefined, undefined), error);
  }

  /** Messages of an earlier process come before all others. The answer is what no message can be made of. */
  restore(records: readonly RestoredRecord[]): readonly BadEntry[] {
    const context = { acceptor: this.#acceptor, age: this.#age, clock: this.#clock, ids: this.#ids };
    return this.#recovery.restore(records, context);
  }

  /** A connection is there: resume what the session still knows, repeat what it has forgotten, then send what waits. */
  connected(wire: Wire, negotiated: Negotiated): void {
    this.#wire = wire;
    this.#negotiated = negotiated;
    const failed = negotiated.sessionPresent ? [] : this.#recovery.startOver();
    this.#inFlight.connected(wire, sendWindow(this.#options.window, negotiated), negotiated.protocolVersion === 5);
    for (const { message, error } of failed) this.#outcomes.giveUp(message, error);
    this.pump();
  }

  /** The session is lost: what the server may not have waits again, unless newer replaces it; what it may have is in doubt. */
  forgetSession(): void {
    for (const { message, error } of this.#recovery.startOver()) this.#outcomes.giveUp(message, error);
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#wire = undefined;
    this.#negotiated = undefined;
    this.#inFlight.disconnected();
    this.#watchCongestion();
  }

  /** What is not to be sent later goes with the connection: when its loss was told, and before there is another. */
  dropUnsent(): void {
    if (this.#wire === undefined && this.#closing === undefined && this.#withdrawal.withdrawUnsent()) this.#roomMade();
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
      this.#withdrawal.remove(message);
      const obstacle = this.#age.expired(message) ?? limitExceeded(message, this.#negotiated!);
      if (obstacle !== undefined) this.#outcomes.giveUp(message, obstacle);
      else if (!this.#send(wire, message)) {
        // It was the newest of its topic a moment ago, and so is still.
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

  /** Settles everything. What is in the store stays there, unless it is not to be sent later. */
  close(error: (message: OutgoingMessage) => MqttError): void {
    this.#closing = error;
    this.disconnected();
    this.#withdrawal.endAll(error);
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
    return this.#offline(message) === 'queue' ? undefined : new OfflineError(message.topic);
  }

  #offline(message: OutgoingMessage): OfflinePolicy {
    return message.offline ?? this.#options.offline;
  }

  #isForNow(message: OutgoingMessage): boolean {
    return this.#offline(message) === 'drop';
  }

  /** Writes a message for the first time; `false` when there is no identifier for it. */
  #send(wire: Wire, message: OutgoingMessage): boolean {
    if (message.qos > 0) {
      if (!this.#inFlight.start(message)) return false;
      if (this.#ledger === undefined) message.accept();
      return true;
    }
    wire.publish(message, 0, false, this.#age.remaining(message));
    message.acknowledge(SUCCESS);
    return true;
  }

  /** There is room for a message. */
  #accepted(message: OutgoingMessage): void {
    if (this.#ledger === undefined || message.qos === 0) message.accept();
    // What must not be sent later is in the store from when it is sent: no other process is to find it before.
    else if (!this.#isForNow(message)) this.#ledger.queued(message);
  }

  /** Settles a message early. One that waits is gone; one in flight goes on, but nobody waits for it any more. */
  #takeBack(message: OutgoingMessage, error: MqttError): void {
    this.#withdrawal.withdraw(message, error);
    this.#roomMade();
  }

  #roomMade(): void {
    this.#admission.refill();
    this.pump();
    this.#tellIdle();
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
