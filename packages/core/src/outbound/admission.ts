import { OverflowError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { assertNever } from '../internal/assert-never.js';
import { Lane } from './lane.js';
import { type Outbox, replaced } from './outbox.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** What senders that wait for room may hold in bytes, as a part of what the outbox may. */
const WAITING_SHARE = 4;

/** The limits of the outbox. */
export interface AdmissionOptions {
  readonly capacity: number;
  readonly maxBytes: number;
}

/** What becomes of messages. */
export interface AdmissionEvents {
  /** There is room for it. */
  accept(message: OutgoingMessage): void;
  /** It is given up. */
  drop(message: OutgoingMessage, error: MqttError): void;
}

/** Decides what happens to messages that find the outbox full, and keeps those whose senders wait for room. */
export class Admission {
  readonly #outbox: Outbox;
  readonly #maxWaiting: number;
  readonly #maxWaitingBytes: number;
  readonly #events: AdmissionEvents;
  readonly #waiting = new Lane();
  #count = 0;
  #bytes = 0;
  #displacing = false;

  constructor(outbox: Outbox, { capacity, maxBytes }: AdmissionOptions, events: AdmissionEvents) {
    this.#outbox = outbox;
    this.#maxWaiting = capacity;
    this.#maxWaitingBytes = maxBytes / WAITING_SHARE;
    this.#events = events;
  }

  /** Messages whose senders wait for room. */
  get waiting(): number {
    return this.#count;
  }

  /**
   * Puts a message into the outbox as its overflow policy says; the answer is why it was refused, if it was.
   * @param mayDisplace whether others may be given up for it.
   */
  admit(message: OutgoingMessage, mayDisplace: boolean): OverflowError | undefined {
    const { overflow, topic, size } = message;
    if (!this.#outbox.canHold(size))
      return full(message, `${String(size)} bytes are more than publish.maxBytes allows`);
    const older = overflow === 'latest' ? this.#outbox.latest(topic) : undefined;
    const obstacle = older === undefined ? this.#obstacle(size) : 'a message for the topic waits';
    if (obstacle === undefined) {
      this.#accept(message);
      return undefined;
    }
    switch (overflow) {
      case 'error':
      case 'dropNewest':
        return full(message, `the outbox is full (${obstacle})`);
      case 'latest':
      case 'dropOldest':
        if (!mayDisplace || this.#displacing)
          return full(
            message,
            `the outbox is full (${obstacle}), and this came from a listener of what was dropped for another`,
          );
        this.#displace(message, older);
        return undefined;
      case 'block':
        if (this.#count >= this.#maxWaiting || !this.#mayHold(message)) {
          return full(message, `the outbox is full (${obstacle}), and as many senders wait already as may`);
        }
        this.#count++;
        this.#bytes += message.payloadLength;
        message.phase = 'blocked';
        this.#waiting.append(message);
        return undefined;
      default:
        return assertNever(overflow);
    }
  }

  /** The outbox has become smaller: senders that waited get their turn, in their order. */
  refill(): void {
    for (let next = this.#waiting.head; next !== undefined; next = this.#waiting.head) {
      if (this.#outbox.obstacle(next.size) !== undefined) return;
      this.remove(next);
      this.#accept(next);
    }
  }

  /** The next in turn, if it is of QoS 0 and so needs no room when it can be sent. */
  get direct(): OutgoingMessage | undefined {
    const { head } = this.#waiting;
    return head?.qos === 0 ? head : undefined;
  }

  /** Takes a waiting message out. */
  remove(message: OutgoingMessage): void {
    this.#waiting.remove(message);
    message.phase = 'none';
    this.#count--;
    this.#bytes -= message.payloadLength;
  }

  /** All waiting messages; the current one may be removed meanwhile. */
  [Symbol.iterator](): Iterator<OutgoingMessage> {
    return this.#waiting[Symbol.iterator]();
  }

  /** One may always wait, whatever it holds; and whoever holds nothing. */
  #mayHold({ payloadLength }: OutgoingMessage): boolean {
    return this.#bytes === 0 || payloadLength === 0 || this.#bytes + payloadLength <= this.#maxWaitingBytes;
  }

  /** Nobody overtakes a sender that waits. */
  #obstacle(size: number): string | undefined {
    return this.#outbox.obstacle(size) ?? (this.#count > 0 ? 'other senders wait for room' : undefined);
  }

  #accept(message: OutgoingMessage): void {
    this.#outbox.add(message);
    this.#events.accept(message);
  }

  /**
   * Gives up what is in the way of a message, and takes it; only then are the others told. What their listeners publish in
   * turn gives nothing up, or that would never end.
   */
  #displace(message: OutgoingMessage, older: OutgoingMessage | undefined): void {
    const { size } = message;
    const given: [OutgoingMessage, OverflowError][] = [];
    if (older !== undefined) given.push([older, replaced(older)]);
    if (older !== undefined && this.#outbox.replace(older, message)) {
      this.#events.accept(message);
      // It has its number, and so its record in the store is written over, where it has one.
      if (message.recorded) older.recorded = false;
    } else {
      if (older !== undefined) this.#outbox.remove(older, true);
      while (this.#outbox.obstacle(size) !== undefined) {
        const oldest = this.#outbox.first(true);
        if (oldest === undefined) break;
        this.#outbox.remove(oldest);
        given.push([oldest, new OverflowError(oldest.topic, 'the outbox was full and newer messages came')]);
      }
      this.#accept(message);
    }
    this.#displacing = true;
    for (const [each, error] of given) this.#events.drop(each, error);
    this.#displacing = false;
  }
}

function full(message: OutgoingMessage, why: string): OverflowError {
  return new OverflowError(message.topic, `${why}: publish slower, or raise publish.capacity or publish.maxBytes`);
}
