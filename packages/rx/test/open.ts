import { inspect } from 'node:util';
import type { Observable } from 'rxjs';
import { connect } from '../src/index.js';
import type { ConnectionOptions, Mqtt } from '../src/index.js';
import { cleanup, Watch, within } from './support.js';

/** Reconnects at once, and never waits longer because a connection was short. */
const atOnce = { initialDelay: 1, maxDelay: 20, resetAfter: 0 };

/** A client that is closed after the test. */
export function newClient(url: string, options: ConnectionOptions = {}): Mqtt {
  const mqtt = connect(url, { reconnect: atOnce, ...options });
  cleanup(() => within(mqtt.close(), 1_000, 'close() at the end of the test'));
  return mqtt;
}

/** A subscription to an Observable that keeps what it gets, until the end of the test. */
export class Log<T> {
  readonly values: T[] = [];
  error: unknown;
  completed = false;
  readonly unsubscribe: () => void;
  readonly #watch = new Watch(() => `got ${String(this.values.length)} values, error: ${inspect(this.error)}`);

  constructor(source: Observable<T>) {
    const subscription = source.subscribe({
      next: (value) => {
        this.values.push(value);
        this.#watch.changed();
      },
      error: (error: unknown) => {
        this.error = error;
        this.#watch.changed();
      },
      complete: () => {
        this.completed = true;
        this.#watch.changed();
      },
    });
    this.unsubscribe = () => {
      subscription.unsubscribe();
    };
    cleanup(this.unsubscribe);
  }

  /** Fulfils when `count` values have come. */
  async received(count: number, deadline?: number): Promise<T[]> {
    await this.until((values) => values.length >= count, `${String(count)} values`, deadline);
    return this.values;
  }

  /** Fulfils when the condition holds. */
  until(condition: (values: readonly T[]) => boolean, what: string, deadline?: number): Promise<void> {
    return this.#watch.until(() => condition(this.values), what, deadline);
  }

  /** Fulfils when it has completed or errored. */
  async ended(deadline?: number): Promise<void> {
    await this.#watch.until(() => this.completed || this.error !== undefined, 'it completes or errors', deadline);
  }
}
