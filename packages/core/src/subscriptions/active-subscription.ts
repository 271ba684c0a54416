import { ClosedError } from '../errors/connection-errors.js';
import { OverflowError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { quoteText } from '../errors/quote-text.js';
import type { Handling } from '../inbound/handling.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import { matchTopic } from '../topics/match-topic.js';
import type { FilterEntry } from './filter-entry.js';
import { OwedMessages } from './owed-messages.js';
import type { Filters } from './resolve-filters.js';
import type { ResolvedSubscribeOptions } from './resolve-subscribe-options.js';
import type { Grant, Subscription, SubscriptionObserver } from './subscribe-options.js';
import { Workload, type WorkloadTarget } from './workload.js';

/** What a subscription needs of its surroundings. */
export interface SubscriptionHost {
  remove(subscription: ActiveSubscription): Promise<void>;
  /** Other filters are wanted instead. */
  update(subscription: ActiveSubscription, filters: Filters): void;
  /** All that is wanted is granted: what it replaces can go. */
  leaveReplaced(subscription: ActiveSubscription): void;
  warn(error: unknown, what: string): void;
  /** A message of QoS 0 was given up; one of QoS 1 or 2 that nobody wants any more was acknowledged. */
  drop(message: InboundMessage, reason: 'overflow' | 'unobserved'): void;
  /** The subscription ends without having handled this message. */
  leave(message: InboundMessage, handling: Handling, hold: Acknowledger): void;
  /** The socket is not to be read (`true`), as far as this subscription goes, or may be again. */
  pressure(high: boolean): void;
  isPaused(): boolean;
  /** Calls back when all that has been read is handed on. */
  afterRead(callback: () => void): void;
  /** Its messages of QoS 0 are all handled. */
  idle(): void;
}

/** One wish: who observes which filters, how. */
export class ActiveSubscription implements Subscription, WorkloadTarget {
  readonly options: ResolvedSubscribeOptions;
  /** What it wants, as it was given last. */
  wanted: readonly FilterEntry[] = [];
  /** The filters whose messages it gets: those, and earlier ones until those are granted. The oldest come first. */
  entries: readonly FilterEntry[] = [];
  readonly #observer: SubscriptionObserver;
  /** Made when the first message comes: most of many observers wait, and are to take little. */
  #workload: Workload | undefined;
  readonly #owed = new OwedMessages();
  readonly #host: SubscriptionHost;
  #state: 'waiting' | 'granted' | 'over' = 'waiting';
  #over: MqttError | undefined;
  #grants: readonly Grant[] = [];
  #ready: Promise<readonly Grant[]> | undefined;
  #settleReady: { resolve(grants: readonly Grant[]): void; reject(error: MqttError): void } | undefined;
  #withdrawn: Promise<void> | undefined;

  constructor(options: ResolvedSubscribeOptions, observer: SubscriptionObserver, host: SubscriptionHost) {
    this.options = options;
    this.#observer = observer;
    this.#host = host;
  }

  get filters(): readonly string[] {
    return this.wanted.map(({ filter }) => filter);
  }

  /** Whether nothing is delivered any more. */
  get isOver(): boolean {
    return this.#state === 'over';
  }

  get ready(): Promise<readonly Grant[]> {
    this.#ready ??= new Promise((resolve, reject) => {
      if (this.#state === 'granted') resolve(this.#grants);
      else if (this.#state === 'over') reject(this.#over ?? withdrawn());
      else this.#settleReady = { resolve, reject };
    });
    return this.#ready;
  }

  unsubscribe(): Promise<void> {
    if (this.#withdrawn === undefined) {
      const wasOver = this.#state === 'over';
      this.#state = 'over';
      this.#settleReady?.reject(withdrawn());
      this.#letGo();
      this.#withdrawn = wasOver ? Promise.resolve() : this.#host.remove(this);
    }
    return this.#withdrawn;
  }

  update(filters: Filters): void {
    if (this.#state !== 'over') this.#host.update(this, filters);
  }

  /**
   * Whose copy it takes of a message that all of these match: that of its oldest filter; or, where that is to be given up, of a
   * later one as soon as it is granted, since messages come for that as well from then on.
   */
  firstOf(matching: readonly FilterEntry[]): FilterEntry | undefined {
    const oldest = this.entries.find((entry) => matching.includes(entry));
    if (oldest === undefined || this.wanted.includes(oldest)) return oldest;
    const isReady = (entry: FilterEntry): boolean =>
      matching.includes(entry) && entry.granted !== undefined && !entry.isTakingOver(this);
    return this.entries.find((entry) => this.wanted.includes(entry) && isReady(entry)) ?? oldest;
  }

  /** A message for the observer. */
  deliver(message: InboundMessage, handling: (() => Handling) | undefined): void {
    if (this.#state !== 'over') (this.#workload ??= new Workload(this.options, this)).give(message, handling);
  }

  /** A connection resumes the session, and the server sends again what was not acknowledged: of QoS 1, as new messages. */
  resumed(): void {
    this.#workload?.forgetRepeated();
    this.#owed.forgetRepeated();
  }

  takes(topic: string): boolean {
    return this.#state !== 'over' && this.entries.some(({ levels }) => matchTopic(levels, topic));
  }

  take(message: InboundMessage, handling: Handling): void {
    this.deliver(message, () => handling);
  }

  /** Gives a message to the observer's listener; what that throws or rejects with stays here. */
  run(message: InboundMessage, handling: (() => Handling) | undefined): void | PromiseLike<void> {
    try {
      const isOwed = handling !== undefined && this.options.ack === 'manual';
      const given = isOwed ? this.#owed.owe(message, handling()) : message;
      const result: unknown = this.#observer.message(given);
      // JavaScript returns what it likes: an arrow function around push() returns a number.
      if (!isPromiseLike(result)) return;
      return result.then(undefined, (error: unknown) => {
        this.#host.warn(error, `a message listener rejected for a message on ${quoteText(message.topic)}`);
      });
    } catch (error) {
      this.#host.warn(error, `a message listener threw for a message on ${quoteText(message.topic)}`);
    }
  }

  drop(message: InboundMessage): void {
    this.#host.drop(message, 'overflow');
  }

  pressure(high: boolean): void {
    this.#host.pressure(high);
  }

  isPaused(): boolean {
    return this.#host.isPaused();
  }

  afterRead(callback: () => void): void {
    this.#host.afterRead(callback);
  }

  idle(): void {
    this.#host.idle();
  }

  /** Messages of QoS 0 that are with the listener, or wait for it. */
  get unhandled(): number {
    return this.#workload?.unhandled ?? 0;
  }

  overflow(): void {
    if (this.#state === 'over') return;
    const [{ filter } = { filter: '' }] = this.entries;
    this.finish(
      new OverflowError(filter, 'its listener is too slow, and the overflow policy of the subscription is error'),
    );
    void this.#host.remove(this);
  }

  /**
   * Tells the observer when all filters are granted, and gives up those that they replace.
   * @param again whether to tell it also when it knows that already.
   */
  grant(again: boolean): void {
    if (this.#state === 'over' || (this.#state === 'granted' && !again)) return;
    const grants: Grant[] = [];
    for (const entry of this.wanted) {
      const { granted } = entry;
      const wanted = entry.wishes.get(this)?.options.qos ?? 0;
      if (granted === undefined || granted.request.qos < wanted || entry.isTakingOver(this)) return;
      grants.push({ filter: entry.filter, qos: granted.qos });
    }
    this.#state = 'granted';
    this.#grants = grants;
    if (this.entries.length > this.wanted.length) this.#host.leaveReplaced(this);
    this.#settleReady?.resolve(grants);
    this.#call('ready', () => this.#observer.ready?.(grants));
  }

  /** Other filters are wanted: they are to be granted anew. */
  changed(): void {
    if (this.#state === 'granted') this.#state = 'waiting';
  }

  /** Nothing will come any more: refused, failed, or closed by the user (no error). */
  finish(error: MqttError | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#letGo();
    this.#over = error ?? new ClosedError('the connection was closed before the server granted the subscription');
    this.#settleReady?.reject(this.#over);
    if (error === undefined) this.#call('end', () => this.#observer.end?.());
    else if (this.#observer.error !== undefined) this.#call('error', () => this.#observer.error?.(error));
    else if (this.#ready === undefined) this.#host.warn(error, 'a subscription ended and nobody listens for its error');
  }

  /** Nothing is delivered any more: what is not handled is left to others if it matters, and done with if not. */
  #letGo(): void {
    const waiting = this.#workload?.stop() ?? [];
    for (const { message, handling, hold } of [...this.#owed.clear(), ...waiting]) {
      if (this.options.ack === 'manual') this.#host.leave(message, handling, hold);
      else {
        this.#host.drop(message, 'unobserved');
        hold.settle(0);
      }
    }
  }

  #call(name: string, callback: () => unknown): void {
    const failed = (error: unknown): void => {
      this.#host.warn(error, `the ${name} callback of a subscription threw`);
    };
    try {
      const result = callback();
      if (isPromiseLike(result)) result.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}

function withdrawn(): ClosedError {
  return new ClosedError('the subscription was withdrawn before the server granted it');
}
