import { ClosedError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Handling } from '../inbound/handling.js';
import type { InboundMessage } from '../message/inbound-message.js';
import type { FilterEntry } from './filter-entry.js';
import type { ResolvedSubscribeOptions } from './resolve-subscribe-options.js';
import type { Grant, Subscription, SubscriptionObserver } from './subscribe-options.js';

/** What a subscription needs of the registry. */
export interface SubscriptionHost {
  remove(subscription: ActiveSubscription): Promise<void>;
  warn(error: unknown, what: string): void;
}

/** One wish: who observes which filters, how. */
export class ActiveSubscription implements Subscription {
  readonly filters: readonly string[];
  readonly options: ResolvedSubscribeOptions;
  entries: readonly FilterEntry[] = [];
  readonly #observer: SubscriptionObserver;
  readonly #manual: boolean;
  readonly #host: SubscriptionHost;
  #state: 'waiting' | 'granted' | 'over' = 'waiting';
  #over: MqttError | undefined;
  #grants: readonly Grant[] = [];
  #ready: Promise<readonly Grant[]> | undefined;
  #settleReady: { resolve(grants: readonly Grant[]): void; reject(error: MqttError): void } | undefined;
  #withdrawn: Promise<void> | undefined;

  constructor(
    filters: readonly string[],
    options: ResolvedSubscribeOptions,
    observer: SubscriptionObserver,
    host: SubscriptionHost,
  ) {
    this.filters = filters;
    this.options = options;
    this.#observer = observer;
    this.#manual = options.ack === 'manual';
    this.#host = host;
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
      this.#withdrawn = wasOver ? Promise.resolve() : this.#host.remove(this);
    }
    return this.#withdrawn;
  }

  /** Gives a message to the observer; what the observer throws stays here. */
  deliver(message: InboundMessage, handling: (() => Handling) | undefined): void {
    if (this.#state === 'over') return;
    const given =
      this.#manual && handling !== undefined ? message.withAcknowledger(handling().hold()) : message;
    try {
      const result = this.#observer.message(given);
      if (result !== undefined) this.#wait(result, given, handling);
    } catch (error) {
      this.#host.warn(error, 'a message listener threw');
    }
  }

  /**
   * Tells the observer when all filters are granted.
   * @param again whether to tell it also when it knows that already.
   */
  grant(again: boolean): void {
    if (this.#state === 'over' || (this.#state === 'granted' && !again)) return;
    const grants: Grant[] = [];
    for (const { filter, granted } of this.entries) {
      if (granted === undefined) return;
      grants.push({ filter, qos: granted.qos });
    }
    this.#state = 'granted';
    this.#grants = grants;
    this.#settleReady?.resolve(grants);
    this.#call('ready', () => this.#observer.ready?.(grants));
  }

  /** Nothing will come any more: refused, failed, or closed by the user (no error). */
  finish(error: MqttError | undefined): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#over = error ?? new ClosedError('the connection was closed before the server granted the subscription');
    this.#settleReady?.reject(this.#over);
    if (error === undefined) this.#call('end', () => this.#observer.end?.());
    else if (this.#observer.error !== undefined) this.#call('error', () => this.#observer.error?.(error));
    else if (this.#ready === undefined) this.#host.warn(error, 'a subscription ended and nobody listens for its error');
  }

  #wait(result: PromiseLike<void>, message: InboundMessage, handling: (() => Handling) | undefined): void {
    // With manual acknowledgement the message says itself when it is done.
    const hold = this.#manual ? undefined : handling?.().hold();
    result.then(
      () => {
        hold?.settle(0);
      },
      (error: unknown) => {
        this.#host.warn(error, `a message listener rejected for a message on ${message.topic}`);
        hold?.settle(0);
      },
    );
  }

  #call(name: string, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#host.warn(error, `the ${name} callback of a subscription threw`);
    }
  }
}

function withdrawn(): ClosedError {
  return new ClosedError('the subscription was withdrawn before the server granted it');
}
