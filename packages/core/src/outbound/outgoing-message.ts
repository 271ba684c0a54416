import type { Ack } from '../wire/codec/ack-codec.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties, UserProperty } from '../message/publish-properties.js';
import type {
  OfflinePolicy,
  OverflowPolicy,
  Payload,
  Publication,
  PublishOutcome,
  PublishResult,
} from './publish-options.js';

/** Reason code of a PUBACK or PUBREC: accepted, but nobody is subscribed. */
const NO_MATCHING_SUBSCRIBERS = 0x10;

/** What came with an acknowledgement. */
export interface Acknowledgement {
  readonly reasonCode: number;
  readonly properties:
    | { readonly reasonString?: string; readonly userProperties?: readonly UserProperty[] }
    | undefined;
}

/** Where a message is: nowhere yet or any more; waiting for room; in the outbox; sent; or, with QoS 2, received by the server. */
export type OutgoingPhase = 'none' | 'blocked' | 'queued' | 'sent' | 'received';

/**
 * A message on its way out and its publication, in one object: a publish allocates nothing else. It is a link of the
 * outbox's list as well, so that it can be taken out in constant time wherever it stands.
 */
export class OutgoingMessage implements Publication {
  readonly topic: string;
  readonly topicLength: number;
  payload: Payload;
  readonly payloadLength: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: PublishProperties | undefined;
  readonly offline: OfflinePolicy | undefined;
  overflow: OverflowPolicy = 'error';
  phase: OutgoingPhase = 'none';
  /** The bytes of its properties. */
  propertiesLength = 0;
  packetId = 0;
  /** Order of acceptance among all messages. */
  sequence = 0;
  /** When the server need not deliver it any more, on the connection's clock; `Infinity` for never. */
  expiresAt = Infinity;
  /** When it has waited too long to be sent at all. */
  staleAt = Infinity;
  /** The connection on which it is under way; 0 for none. */
  epoch = 0;
  /** Whether it was sent at some time, and so may have arrived or may still arrive. (QoS 0 is settled when it is sent.) */
  wasSent = false;
  /** Whether it was written under its present packet identifier. */
  isWritten = false;
  /** Whether it was sent more than once under its identifier. */
  redelivered = false;
  /** Whether the session's store has it. */
  recorded = false;
  /** What the PUBREC of QoS 2 said, which PUBCOMP does not repeat. */
  received: Ack | undefined = undefined;
  /** Told of listeners that throw. */
  warn: ((error: unknown, what: string) => void) | undefined = undefined;
  previous: OutgoingMessage | undefined = undefined;
  next: OutgoingMessage | undefined = undefined;
  outcome: PublishOutcome | undefined = undefined;
  /** The first listener by itself: most messages have one, and none needs a list. */
  #listener: ((outcome: PublishOutcome) => void) | undefined = undefined;
  #listeners: ((outcome: PublishOutcome) => void)[] | undefined = undefined;
  #promise: Promise<PublishResult> | undefined = undefined;
  #accepted = false;
  #stored: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined = undefined;

  constructor(
    topic: string,
    topicLength: number,
    payload: Payload,
    payloadLength: number,
    qos: QoS,
    retain: boolean,
    properties: PublishProperties | undefined,
    offline: OfflinePolicy | undefined,
  ) {
    this.topic = topic;
    this.topicLength = topicLength;
    this.payload = payload;
    this.payloadLength = payloadLength;
    this.qos = qos;
    this.retain = retain;
    this.properties = properties;
    this.offline = offline;
  }

  /** What it costs the outbox. */
  get size(): number {
    return this.topicLength + this.payloadLength + this.propertiesLength;
  }

  get stored(): Promise<void> {
    if (this.#stored === undefined) {
      let resolve!: () => void;
      const promise = new Promise<void>((fulfil, reject) => {
        resolve = fulfil;
        this.onSettled((outcome) => {
          if (outcome.status === 'failed') reject(outcome.error);
          else fulfil();
        });
      });
      this.#stored = { promise, resolve };
      if (this.#accepted) resolve();
    }
    return this.#stored.promise;
  }

  /** The outbox, the wire or, where there is one, the session's store has taken it. */
  accept(): void {
    this.#accepted = true;
    this.#stored?.resolve();
  }

  then<A = PublishResult, B = never>(
    onFulfilled?: ((result: PublishResult) => A | PromiseLike<A>) | null,
    onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#promise ??= new Promise((resolve, reject) => {
      this.onSettled((outcome) => {
        if (outcome.status === 'acknowledged') resolve(outcome.result);
        else reject(outcome.error);
      });
    });
    return this.#promise.then(onFulfilled, onRejected);
  }

  onSettled(listener: (outcome: PublishOutcome) => void): void {
    if (this.outcome !== undefined) this.#call(listener, this.outcome);
    else if (this.#listener === undefined) this.#listener = listener;
    else (this.#listeners ??= []).push(listener);
  }

  /** Settles well, unless it has settled before. */
  acknowledge({ reasonCode, properties }: Acknowledgement): void {
    if (this.outcome !== undefined) return;
    this.#settle({
      status: 'acknowledged',
      result: {
        topic: this.topic,
        qos: this.qos,
        reasonCode,
        noMatchingSubscribers: reasonCode === NO_MATCHING_SUBSCRIBERS,
        reasonString: properties?.reasonString,
        userProperties: properties?.userProperties ?? NO_PAIRS,
      },
    });
  }

  /** Settles badly; the answer is whether it had not settled before. */
  fail(error: MqttError): boolean {
    if (this.outcome !== undefined) return false;
    this.#settle({ status: 'failed', error });
    return true;
  }

  #settle(outcome: PublishOutcome): void {
    this.outcome = outcome;
    const listener = this.#listener;
    const listeners = this.#listeners;
    this.#listener = undefined;
    this.#listeners = undefined;
    if (listener !== undefined) this.#call(listener, outcome);
    if (listeners !== undefined) for (const each of listeners) this.#call(each, outcome);
  }

  /** A listener that throws harms nobody else. */
  #call(listener: (outcome: PublishOutcome) => void, outcome: PublishOutcome): void {
    try {
      listener(outcome);
    } catch (error) {
      this.warn?.(error, 'a listener of a publication threw');
    }
  }
}

const NO_PAIRS: readonly UserProperty[] = Object.freeze([]);
