import type { Connection } from '../connection/connection.js';
import { createConnection } from '../connection/create-connection.js';
import { type Timer, systemClock } from '../internal/clock.js';
import { randomId } from '../internal/random.js';
import type { MqttMessage } from '../message/mqtt-message.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import type { ServerOption } from '../options/server-options.js';

/** Where the cases find the transport under test. */
export interface TransportSetup {
  /** The server, a real broker that keeps sessions; its name is for errors only. */
  readonly server: ServerOption;
  /** How it is reached; `transport` is what is under test. */
  readonly options: ConnectionOptions;
  /** Breaks the newest stream, as a network does. */
  cut(): void;
}

/** One thing that every transport must do. */
export interface TransportCase {
  readonly name: string;
  /** Rejects with what is wrong; takes 10 s at most. */
  run(setup: TransportSetup): Promise<void>;
}

const LIMIT = 10_000;

/**
 * What every `transport` must do, as named cases for any test framework. A case that fails rejects.
 *
 * @example
 * ```ts
 * for (const { name, run } of transportCases) {
 *   test(name, () => run({ server: 'mqtt://broker.test', options: { transport: myTransport }, cut: () => myTransport.cut() }));
 * }
 * ```
 */
export const transportCases: readonly TransportCase[] = [
  {
    name: 'carries messages of every QoS there and back',
    run: (setup) =>
      withConnection(setup, async (connection, topic) => {
        const { all: echoed } = await echo(connection, topic, 3);
        for (const qos of [0, 1, 2] as const) await connection.publish(topic, String(qos), { qos });
        const texts = (await echoed).map(({ payload }) => new TextDecoder().decode(payload));
        expectEqual(texts.sort().join(' '), '0 1 2', 'what came back');
      }),
  },
  {
    name: 'carries a megabyte as it is',
    run: (setup) =>
      withConnection(setup, async (connection, topic) => {
        const sent = Uint8Array.from({ length: 1 << 20 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
        const { all: echoed } = await echo(connection, topic, 1);
        await connection.publish(topic, sent, { qos: 1 });
        const [message] = await echoed;
        const wrong = sent.findIndex((byte, index) => message?.payload[index] !== byte);
        expectEqual(
          `${String(message?.payload.length)} bytes, wrong at ${String(wrong)}`,
          `${String(sent.length)} bytes, wrong at -1`,
          'what came back',
        );
      }),
  },
  {
    name: 'keeps the order of many messages, also when it takes no more for a while',
    run: (setup) =>
      withConnection(setup, async (connection, topic) => {
        const count = 500;
        const { all: echoed } = await echo(connection, topic, count);
        const filling = 'x'.repeat(8_192);
        const sent = Array.from({ length: count }, (_, index) =>
          connection.publish(topic, `${String(index)} ${filling}`, { qos: 1 }),
        );
        await Promise.all(sent);
        const numbers = (await echoed).map(({ payload }) => parseInt(new TextDecoder().decode(payload), 10));
        expectEqual(numbers.join(' '), numbers.map((_, index) => index).join(' '), 'the order');
      }),
  },
  {
    name: 'is opened anew when it breaks, and what was unacknowledged arrives',
    run: (setup) =>
      withConnection(setup, async (connection, topic) => {
        const { all: echoed } = await echo(connection, topic, 1);
        const back = reconnected(connection);
        setup.cut();
        await back;
        await connection.publish(topic, 'again', { qos: 1 });
        await echoed;
      }),
  },
  {
    name: 'ends with the connection',
    run: (setup) =>
      withConnection(setup, async (connection) => {
        await connection.close();
        const { by } = await connection.closed;
        expectEqual(by, 'user', 'who ended it');
      }),
  },
];

/** An open connection, closed at the end, and a topic of its own. */
async function withConnection(
  { server, options }: TransportSetup,
  use: (connection: Connection, topic: string) => Promise<void>,
): Promise<void> {
  const connection = createConnection(server, {
    reconnect: { initialDelay: 10, maxDelay: 100, resetAfter: 0 },
    ...options,
    publish: { capacity: 10_000, ...options.publish },
  });
  try {
    await within(connection.open(), 'the connection');
    await within(use(connection, `transport-cases/${randomId(8)}`), 'the case');
  } finally {
    await within(connection.close(), 'close()');
  }
}

/** Fulfils when subscribed, with so many messages to come. */
async function echo(
  connection: Connection,
  topic: string,
  count: number,
): Promise<{ readonly all: Promise<MqttMessage[]> }> {
  const messages: MqttMessage[] = [];
  let done: (messages: MqttMessage[]) => void;
  const all = new Promise<MqttMessage[]>((resolve) => {
    done = resolve;
  });
  const subscription = connection.subscribe(topic, { qos: 2 }, (message) => {
    messages.push(message);
    if (messages.length === count) done(messages);
  });
  await subscription.ready;
  return { all };
}

function reconnected(connection: Connection): Promise<void> {
  return new Promise((resolve) => {
    let lost = false;
    const stop = connection.on('state', ({ type }) => {
      if (type === 'reconnecting') lost = true;
      if (type !== 'connected' || !lost) return;
      stop();
      resolve();
    });
  });
}

async function within<T>(promise: PromiseLike<T>, what: string): Promise<T> {
  let timer: Timer;
  const late = new Promise<never>((_, reject) => {
    timer = systemClock.setTimeout(() => {
      reject(new Error(`${what} took more than ${String(LIMIT)} ms`));
    }, LIMIT);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    systemClock.clearTimeout(timer);
  }
}

function expectEqual(actual: string, expected: string, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${shorten(actual)}; but it should be: ${shorten(expected)}`);
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)} …` : text;
}
