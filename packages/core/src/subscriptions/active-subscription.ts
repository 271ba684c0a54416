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
import { Workload, type WorkloadHost, type WorkloadTarget } from './workload.js';

/** What a subscription needs of its surroundings. */
export interface SubscriptionHost extends WorkloadHost {
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
}

/** A promise that somebody has asked for. What has settled it once stands. */
class Ready {
  resolve!: (grants: readonly Grant[]) => void;
  reject!: (error: MqttError) => void;
  readonly promise = new Promise<readonly Grant[]>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** One wish: who observes which filters, how. Most of many wait, and are to take little: the rest is made when it is needed. */
export class ActiveSubscription implements Subscription, WorkloadTarget {
  readonly options: ResolvedSubscribeOptions;
  /** What it wants, as it was given last. */
  wanted: readonly FilterEntry[] = [];
  /** The filters whose messages it gets: those, and earlier ones until those are granted. The oldest come first. */
  entries: readonly FilterEntry[] = [];
  readonly #observer: SubscriptionObserver;
  #workload: Workload | undefined;
  #owed: OwedMessages | undefined;
  readonly #host: SubscriptionHost;
  #state: 'waiting' | 'granted' | 'over' = 'waiting';
  #over: MqttError | undefined;
  #ready: Ready | undefined;
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
    const ready = (this.#ready ??= new Ready());
    if (this.#state === 'granted') ready.resolve(grantsOf(this.wanted));
    else if (this.#state === 'over') ready.reject(this.#over ?? withdrawn());
    return ready.promise;
  }

  unsubscribe(): Promise<void> {
    if (this.#withdrawn === undefined) {
      const wasOver = this.#state === 'over';
      this.#state = 'over';
      this.#ready?.reject(withdrawn());
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
      this.wanted.includes(entry) &&
      matching.includes(entry) &&
      entry.granted !== undefined &&
      !entry.isTakingOver(this);
    return this.entries.find(isReady) ?? oldest;
  }

  /** A message for the observer. */
  deliver(message: InboundMessage, handling: (() => Handling) | undefined): void {
    if (this.#state !== 'over')
      (this.#workload ??= new Workload(this.options, this, this.#host)).give(message, handling);
  }

  /** A connection resumes the session, and the server sends again what was not acknowledged: of QoS 1, as new messages. */
  resumed(): void {
    this.#workload?.forgetRepeated();
    this.#owed?.forgetRepeated();
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
      const given = isOwed ? (this.#owed ??= new OwedMessages()).owe(message, handling()) : message;
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

  /** Messages of QoS 0 that are with the listener, or wait for it. */
  get unhandled(): number {
    return this.#workload?.unhandled ?? 0;
  }

  overflow(): void {
    if (this.#state === 'over') return;
    const filter = this.entries[0]?.filter ?? '';
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
    for (const entry of this.wanted) {
      const { granted } = entry;
      const wanted = entry.wishes.get(this)?.options.qos ?? 0;
      if (granted === undefined || granted.qos < wanted || entry.isTakingOver(this)) return;
    }
    this.#state = 'granted';
    if (this.entries.length > this.wanted.length) this.#host.leaveReplaced(this);
    this.#ready?.resolve(grantsOf(this.wanted));
    if (this.#observer.ready !== undefined) this.#call('ready', () => this.#observer.ready?.(grantsOf(this.wanted)));
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
    this.#ready?.reject(this.#over);
    if (error === undefined) this.#call('end', () => this.#observer.end?.());
    else if (this.#observer.error !== undefined) this.#call('error', () => this.#observer.error?.(error));
    else if (this.#ready === undefined) this.#host.warn(error, 'a subscription ended and nobody listens for its error');
  }

  /** Nothing is delivered any more: what is not handled is left to others if it matters, and done with if not. */
  #letGo(): void {
    const waiting = this.#workload?.stop() ?? [];
    for (const { message, handling, hold } of [...(this.#owed?.clear() ?? []), ...waiting]) {
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

function grantsOf(entries: readonly FilterEntry[]): readonly Grant[] {
  return entries.map(({ filter, qos }) => ({ filter, qos }));
}

function withdrawn(): ClosedError {
  return new ClosedError('the subscription was withdrawn before the server granted it');
}
