import type { DropEvent } from '../connection/connection.js';
import type { Negotiated } from '../connection/negotiated.js';
import { ClosedError } from '../errors/connection-errors.js';
import {
  AbortedError,
  ExpiredError,
  OfflineError,
  OverflowError,
  PublishRefusedError,
  TimeoutError,
  UnknownOutcomeError,
} from '../errors/delivery-errors.js';
import { isMqttError, type MqttError } from '../errors/mqtt-error.js';
import { quoteTopic } from '../errors/quote-topic.js';
import type { Clock } from '../internal/clock.js';
import type { PacketIds } from '../session/packet-ids.js';
import type { Ack } from '../wire/codec/ack-codec.js';
import { PacketType } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import { MessageAcceptor } from './accept-message.js';
import { Outbox } from './outbox.js';
import { OutgoingMessage } from './outgoing-message.js';
import type { OfflinePolicy, Payload, PublishOptions } from './publish-options.js';
import { limitExceeded } from './server-limits.js';

/** Limits of what is on its way out, all set. */
export interface OutboundOptions {
  /** `undefined`: as fits the protocol version. */
  readonly window: number | undefined;
  readonly capacity: number;
  readonly maxBytes: number;
  readonly offline: OfflinePolicy;
}

/** What happens to messages on their way out. */
export interface OutboundEvents {
  drop(event: DropEvent): void;
  congestion(congested: boolean): void;
  /** Nothing is waiting or unacknowledged any more. */
  idle(): void;
}

const SUCCESS = { reasonCode: 0, properties: undefined };
const PACKET_ID_NOT_FOUND = 0x92;

/** Every message on its way out: accepted, waiting, in flight, acknowledged. Outlives connections. */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #ids: PacketIds;
  readonly #clock: Clock;
  readonly #events: OutboundEvents;
  readonly #acceptor = new MessageAcceptor();
  readonly #outbox: Outbox;
  /** QoS 1 and 2, from the first PUBLISH to the last acknowledgement, in sending order. */
  readonly #inFlight = new Map<number, OutgoingMessage>();
  /** What must be sent again on this connection, before anything new of QoS 1 and 2. */
  #redelivery: OutgoingMessage[] = [];
  /** How many of those in flight are on this connection. */
  #onWire = 0;
  #wire: Wire | undefined;
  #negotiated: Negotiated | undefined;
  #window = 0;
  #sequence = 0;
  #congested = false;
  #refusal: (() => MqttError) | undefined;

  constructor(options: OutboundOptions, ids: PacketIds, clock: Clock, events: OutboundEvents) {
    this.#options = options;
    this.#ids = ids;
    this.#clock = clock;
    this.#events = events;
    this.#outbox = new Outbox(options.capacity, options.maxBytes);
  }

  /** Messages waiting or unacknowledged. */
  get pending(): number {
    return this.#outbox.count + this.#inFlight.size;
  }

  /** Takes a message; see `Connection.publish`. */
  publish(topic: string, payload: Payload, options: PublishOptions): OutgoingMessage {
    let message: OutgoingMessage;
    try {
      message = this.#acceptor.accept(topic, payload, options);
    } catch (error) {
      if (!isMqttError(error)) throw error;
      return this.#refuse(new OutgoingMessage(String(topic), 0, '', 0, 0, false, undefined, undefined), error);
    }
    const obstacle = this.#obstacle(message, options);
    if (obstacle !== undefined) return this.#refuse(message, obstacle);
    message.sequence = ++this.#sequence;
    const expiry = message.properties?.messageExpiryInterval;
    if (expiry !== undefined) message.expiresAt = this.#clock.now() + expiry * 1000;
    const wire = this.#wire;
    const sendNow =
      wire !== undefined && !wire.congested && this.#outbox.first(this.#windowOpen) === undefined && this.#mayGo(message);
    // What outlives this call must not change with the caller's buffer; small QoS 0 messages are encoded before it ends.
    if (typeof message.payload !== 'string' && !(sendNow && message.qos === 0 && message.payloadLength < 16_384)) {
      message.payload = new Uint8Array(message.payload);
    }
    if (sendNow) this.#send(wire, message);
    else this.#outbox.add(message);
    this.#watchCongestion();
    if (message.outcome === undefined) this.#limitWait(message, options);
    return message;
  }

  /** A connection is there: resume what the session still knows, repeat what it has forgotten, then send what waits. */
  connected(wire: Wire, negotiated: Negotiated): void {
    this.#wire = wire;
    this.#negotiated = negotiated;
    // [MQTT-3.3.4-9]
    this.#window = Math.min(this.#options.window ?? defaultWindow(negotiated), negotiated.receiveMaximum);
    this.#onWire = 0;
    if (negotiated.sessionPresent) this.#redelivery = [...this.#inFlight.values()];
    else this.#startOver();
    this.pump();
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#wire = undefined;
    this.#negotiated = undefined;
    this.#redelivery = [];
    this.#onWire = 0;
    this.#watchCongestion();
  }

  /** PUBACK, PUBREC or PUBCOMP came. */
  acknowledged(type: 4 | 5 | 7, ack: Ack): void {
    const message = this.#inFlight.get(ack.packetId);
    if (type === PacketType.pubrec) this.#received(message, ack);
    // An acknowledgement that fits nothing has no effect: it may be late.
    else if (message !== undefined && message.qos === (type === PacketType.puback ? 1 : 2)) {
      if (type === PacketType.puback || message.phase === 'received') this.#finish(message, ack);
    }
    this.pump();
  }

  /** Sends what may go now. */
  pump(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    this.#redeliver(wire);
    // A listener of an outcome may close the connection.
    while (this.#wire === wire && !wire.congested) {
      const message = this.#outbox.first(this.#windowOpen);
      if (message === undefined) break;
      this.#outbox.remove(message);
      const obstacle = this.#expired(message) ?? limitExceeded(message, this.#negotiated!);
      if (obstacle !== undefined) this.#drop(message, obstacle);
      else if (!this.#send(wire, message)) break;
    }
    this.#watchCongestion();
    if (this.pending === 0) this.#events.idle();
  }

  /** Takes no more messages: each is refused with this error from now on. */
  refuse(error: () => MqttError): void {
    this.#refusal = error;
  }

  /** Settles everything. */
  close(error: (message: OutgoingMessage) => MqttError): void {
    this.disconnected();
    for (const message of this.#inFlight.values()) {
      this.#ids.release(message.packetId);
      this.#drop(message, error(message));
    }
    this.#inFlight.clear();
    for (let message = this.#outbox.first(true); message !== undefined; message = this.#outbox.first(true)) {
      this.#outbox.remove(message);
      this.#drop(message, error(message));
    }
  }

  get #windowOpen(): boolean {
    return this.#redelivery.length === 0 && this.#onWire < this.#window && this.#inFlight.size < 65_535;
  }

  #mayGo(message: OutgoingMessage): boolean {
    return message.qos === 0 || this.#windowOpen;
  }

  #obstacle(message: OutgoingMessage, options: PublishOptions): MqttError | undefined {
    if (this.#refusal !== undefined) return this.#refusal();
    if (options.signal?.aborted === true) return aborted(message, options.signal, false);
    if (this.#negotiated !== undefined) {
      const limit = limitExceeded(message, this.#negotiated);
      if (limit !== undefined) return limit;
    } else if ((message.offline ?? this.#options.offline) === 'error') return new OfflineError(message.topic);
    const full = this.#outbox.obstacle(message.size);
    return full === undefined ? undefined : new OverflowError(message.topic, full);
  }

  /** Writes a message for the first time; `false` when there is no identifier for it, and it waits. */
  #send(wire: Wire, message: OutgoingMessage): boolean {
    if (message.qos === 0) {
      wire.publish(message, 0, false, this.#remainingExpiry(message));
      message.acknowledge(SUCCESS);
      return true;
    }
    const id = this.#ids.allocate();
    if (id === 0) {
      this.#outbox.putBack(message);
      return false;
    }
    message.packetId = id;
    message.phase = 'sent';
    this.#inFlight.set(id, message);
    this.#onWire++;
    wire.publish(message, id, false, this.#remainingExpiry(message));
    return true;
  }

  /** Same identifier, same order, marked as a duplicate; within the window, like everything. [MQTT-4.4.0-1] */
  #redeliver(wire: Wire): void {
    let index = 0;
    while (index < this.#redelivery.length && this.#onWire < this.#window && !wire.congested) {
      const message = this.#redelivery[index++]!;
      // It may have been acknowledged meanwhile.
      if (this.#inFlight.get(message.packetId) !== message) continue;
      this.#onWire++;
      if (message.phase === 'received') wire.ack(PacketType.pubrel, message.packetId, 0);
      else wire.publish(message, message.packetId, true, this.#remainingExpiry(message));
    }
    if (index > 0) this.#redelivery = this.#redelivery.slice(index);
  }

  /** The session is lost: what the server may not have goes out as new, what it may have is in doubt. */
  #startOver(): void {
    const messages = [...this.#inFlight.values()].reverse();
    this.#inFlight.clear();
    for (const message of messages) {
      this.#ids.release(message.packetId);
      if (message.outcome !== undefined) continue;
      if (message.phase === 'sent') this.#outbox.putBack(message);
      else this.#drop(message, new UnknownOutcomeError(message.topic, 'the session was lost after the server had received it'));
    }
  }

  #received(message: OutgoingMessage | undefined, { packetId, reasonCode, properties }: Ack): void {
    if (message?.qos !== 2) {
      if (this.#negotiated?.protocolVersion === 5) this.#wire?.ack(PacketType.pubrel, packetId, PACKET_ID_NOT_FOUND);
      return;
    }
    if (reasonCode >= 0x80) {
      this.#finish(message, { packetId, reasonCode, properties });
      return;
    }
    message.phase = 'received';
    this.#wire?.ack(PacketType.pubrel, packetId, 0);
  }

  #finish(message: OutgoingMessage, { packetId, reasonCode, properties }: Ack): void {
    this.#inFlight.delete(packetId);
    this.#ids.release(packetId);
    this.#onWire--;
    message.phase = 'none';
    // 0x92 is no failure: the server had finished the message before the connection was lost.
    if (reasonCode < 0x80 || reasonCode === PACKET_ID_NOT_FOUND) {
      message.acknowledge({ reasonCode: reasonCode === PACKET_ID_NOT_FOUND ? 0 : reasonCode, properties });
    } else this.#drop(message, new PublishRefusedError(message.topic, reasonCode, properties?.reasonString));
  }

  #expired(message: OutgoingMessage): MqttError | undefined {
    if (message.expiresAt === Infinity || this.#clock.now() < message.expiresAt) return undefined;
    return new ExpiredError(message.topic);
  }

  /** What is left of the message expiry interval, in whole seconds. [MQTT-3.3.2-6] */
  #remainingExpiry(message: OutgoingMessage): number | undefined {
    if (message.expiresAt === Infinity) return undefined;
    return Math.max(0, Math.ceil((message.expiresAt - this.#clock.now()) / 1000));
  }

  #limitWait(message: OutgoingMessage, { signal, timeout }: PublishOptions): void {
    if (timeout !== undefined) {
      const timer = this.#clock.setTimeout(() => {
        const what = `publishing to ${quoteTopic(message.topic)}`;
        this.#takeBack(message, new TimeoutError(what, timeout, message.phase !== 'queued'));
      }, timeout);
      message.onSettled(() => {
        this.#clock.clearTimeout(timer);
      });
    }
    if (signal !== undefined) {
      const onAbort = (): void => {
        this.#takeBack(message, aborted(message, signal, message.phase !== 'queued'));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      message.onSettled(() => {
        signal.removeEventListener('abort', onAbort);
      });
    }
  }

  /** Settles a message early. One that waits is gone; one in flight goes on, but nobody waits for it any more. */
  #takeBack(message: OutgoingMessage, error: MqttError): void {
    if (message.phase === 'queued') this.#outbox.remove(message);
    this.#drop(message, error);
    if (this.pending === 0) this.#events.idle();
  }

  #refuse(message: OutgoingMessage, error: MqttError): OutgoingMessage {
    this.#drop(message, error);
    return message;
  }

  #drop(message: OutgoingMessage, error: MqttError): void {
    if (!message.fail(error)) return;
    this.#events.drop({ direction: 'out', topic: message.topic, qos: message.qos, reason: dropReason(error), error });
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

function aborted(message: OutgoingMessage, signal: AbortSignal, mayStillArrive: boolean): AbortedError {
  return new AbortedError(`publishing to ${quoteTopic(message.topic)}`, signal.reason, mayStillArrive);
}

function dropReason(error: MqttError): DropEvent['reason'] {
  if (error instanceof OverflowError) return 'overflow';
  if (error instanceof ExpiredError) return 'expired';
  if (error instanceof ClosedError) return 'closed';
  if (error instanceof AbortedError || error instanceof TimeoutError) return 'aborted';
  if (error instanceof UnknownOutcomeError) return 'unknown';
  return 'refused';
}
