import type {
  Connection,
  MqttError,
  MqttMessage,
  SubscribeOptions,
  Subscription,
  SubscriptionObserver,
} from '@rxmqtt/core';
import type { Subscriber, Unsubscribable } from 'rxjs';
import { openOnUse } from '../internal/open-on-use.js';
import type { Emit } from './emit-decoded.js';
import type { Observed } from './observed.js';
import type { ReadFilters } from './read-filters.js';
import { readersOf } from './reader-table.js';
import type { Readers } from './topic-reader.js';

/** What all sessions of one `observe()` have in common. */
export interface SessionPlan<T> {
  readonly connection: Connection;
  readonly options: SubscribeOptions;
  readonly emit: Emit<T>;
}

/**
 * One observer's subscription, whose filters may change; it begins without one. It is the core's observer and the subscriber's
 * teardown itself, and has no functions of its own: there are as many as there are observers.
 */
export class FilterSession<T> implements SubscriptionObserver, Unsubscribable {
  readonly #plan: SessionPlan<T>;
  readonly #to: Subscriber<Observed<string, T>>;
  #subscription: Subscription | undefined;
  #readers: Readers | undefined;

  constructor(plan: SessionPlan<T>, to: Subscriber<Observed<string, T>>) {
    this.#plan = plan;
    this.#to = to;
  }

  /** Wants these filters, instead of those before; none is none. Throws what `Connection.subscribe` throws. */
  want({ readers, filters }: ReadFilters): void {
    if (readers.length === 0) {
      this.unsubscribe();
      return;
    }
    const { connection, options } = this.#plan;
    this.#readers = readersOf(readers, this.#readers?.wanted ?? []);
    if (this.#subscription !== undefined) this.#subscription.update(filters);
    else {
      this.#subscription = connection.subscribe(filters, options, this);
      openOnUse(connection);
    }
  }

  /** Whether nothing is wanted. */
  get isIdle(): boolean {
    return this.#subscription === undefined;
  }

  message(message: MqttMessage): PromiseLike<void> | undefined {
    const plan = this.#plan;
    const reader = this.#readers?.find(message.topic);
    return reader && plan.emit(plan.connection, this.#to, message, reader);
  }

  error(error: MqttError): void {
    this.#to.error(error);
  }

  end(): void {
    this.#to.complete();
  }

  unsubscribe(): void {
    void this.#subscription?.unsubscribe();
    this.#subscription = this.#readers = undefined;
  }
}
