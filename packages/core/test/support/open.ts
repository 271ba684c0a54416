import { createConnection } from '../../src/index.js';
import type {
  Connection,
  ConnectionOptions,
  ConnectionState,
  MqttMessage,
  SubscribeOptions,
  Subscription,
} from '../../src/index.js';
import { cleanup } from './globals.js';
import { Watch } from './watch.js';
import { within } from './within.js';

/** Reconnects at once, and never waits longer because a connection was short. */
export const atOnce = { initialDelay: 1, maxDelay: 1, jitter: 'none', resetAfter: 0 } as const;

/** A connection that is closed after the test. It is not opened. */
export function newConnection(url: string, options: ConnectionOptions = {}): Connection {
  const connection = createConnection(url, { reconnect: atOnce, ...options });
  cleanup(() => within(connection.close(), 1_000, 'close() at the end of the test'));
  return connection;
}

/** A connection that is open, and closed after the test. */
export async function openConnection(url: string, options: ConnectionOptions = {}): Promise<Connection> {
  const connection = newConnection(url, options);
  await within(connection.open(), 5_000, 'open()');
  return connection;
}

/** Records the states of a connection, from the current one on. */
export class StateLog {
  readonly states: ConnectionState[];
  readonly #watch = new Watch(() => `states: ${this.types.join(' ')}`);

  constructor(connection: Connection) {
    this.states = [connection.state];
    connection.on('state', (state) => {
      this.states.push(state);
      this.#watch.changed();
    });
  }

  get types(): ConnectionState['type'][] {
    return this.states.map(({ type }) => type);
  }

  /** The states of one type, in order. */
  all<T extends ConnectionState['type']>(type: T): Extract<ConnectionState, { type: T }>[] {
    return this.states.filter((state): state is Extract<ConnectionState, { type: T }> => state.type === type);
  }

  /** Fulfils with the states of one type as soon as there are `count` of them. */
  async until<T extends ConnectionState['type']>(
    type: T,
    count = 1,
    deadline?: number,
  ): Promise<Extract<ConnectionState, { type: T }>[]> {
    await this.#watch.until(() => this.all(type).length >= count, `state ${type}, ${String(count)} times`, deadline);
    return this.all(type);
  }
}

/** A subscription that keeps what it gets. */
export class Inbox {
  readonly messages: MqttMessage[] = [];
  readonly errors: unknown[] = [];
  ended = false;
  readonly subscription: Subscription;
  readonly #watch = new Watch(() => `received: ${this.texts.slice(-20).join(' ')}`);

  constructor(
    connection: Connection,
    filter: string | readonly string[],
    options: SubscribeOptions = {},
    onMessage?: (message: MqttMessage) => void | PromiseLike<void>,
  ) {
    this.subscription = connection.subscribe(filter, options, {
      message: (message) => {
        this.messages.push(message);
        this.#watch.changed();
        return onMessage?.(message);
      },
      error: (error) => {
        this.errors.push(error);
        this.#watch.changed();
      },
      end: () => {
        this.ended = true;
        this.#watch.changed();
      },
    });
    // Tests that want the refusal await `ready` themselves.
    this.subscription.ready.catch(() => undefined);
  }

  /** The payloads, as text. */
  get texts(): string[] {
    return this.messages.map(({ payload }) => Buffer.from(payload).toString());
  }

  /** Fulfils when `count` messages have come. */
  async received(count: number, deadline?: number): Promise<MqttMessage[]> {
    await this.#watch.until(() => this.messages.length >= count, `${String(count)} messages received`, deadline);
    return this.messages;
  }

  /** Fulfils when the subscription has errored. */
  async failed(deadline?: number): Promise<unknown> {
    await this.#watch.until(() => this.errors.length > 0, 'the subscription errors', deadline);
    return this.errors[0];
  }
}

/** The error that a promise rejects with; fails when it fulfils. */
export async function failure(promise: PromiseLike<unknown>, deadline = 5_000): Promise<unknown> {
  try {
    await within(promise, deadline, 'the operation settles');
  } catch (error) {
    return error;
  }
  throw new Error('the operation should have failed');
}
