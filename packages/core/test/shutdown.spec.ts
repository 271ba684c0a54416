import { createConnection } from '../src/index.js';
import type { Connection, ConnectionOptions, DrainReport } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { inTime } from './support/lived-time.js';
import { atOnce } from './support/open.js';
import { startProxy } from './support/proxy.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

/*
 * close() and drain() over real sockets, in every state and inside every kind of listener: they end, within their bound, with
 * everything settled, and leave no socket and no timer behind.
 */

leavesNothingBehind();

const DEADLINE = 300;
/** For close(), and for drain() beyond its deadline: a second that a goodbye may take, and what a busy machine adds. */
const BOUND = 3_000;
const message = { cmd: 'publish', topic: 'm', payload: 'x', qos: 0, dup: false, retain: false } as const;

interface Scene {
  readonly connection: Connection;
  readonly broker: ScriptedBroker;
}

function connect(url: string, options: ConnectionOptions = {}): Connection {
  const connection = createConnection(url, {
    reconnect: atOnce,
    clientId: 'me',
    session: { clean: false },
    ...options,
  });
  connection.open().catch(() => undefined);
  cleanup(() => connection.close());
  return connection;
}

async function connected(broker: ScriptedBroker, options: ConnectionOptions = {}): Promise<Scene> {
  const connection = connect(broker.url, options);
  await within(connection.open(), 5_000, 'open()');
  return { connection, broker };
}

/** Brings a connection to where it shall end. */
const STATES: Readonly<Record<string, () => Promise<Scene>>> = {
  'that was never opened': async () => {
    const broker = await startBroker();
    return { connection: createConnection(broker.url), broker };
  },
  'whose credentials are being fetched': async () => {
    const broker = await startBroker();
    return { connection: connect(broker.url, { credentials: () => new Promise(() => undefined) }), broker };
  },
  'that is making a socket': async () => {
    const broker = await startBroker();
    return { connection: connect(broker.url), broker };
  },
  'that waits for CONNACK': async () => {
    const broker = await startBroker({ connect: silent });
    const connection = connect(broker.url);
    await broker.connection(0);
    return { connection, broker };
  },
  'that is connected': async () => connected(await startBroker()),
  'with unacknowledged messages': async () => {
    const scene = await connected(await startBroker({ publish: silent }));
    for (const qos of [1, 2] as const) scene.connection.publish('p', 'x', { qos }).onSettled(() => undefined);
    await scene.broker.latest.received('publish', 2);
    return scene;
  },
  'to a broker that neither reads nor writes': async () => {
    const scene = await connected(await startBroker());
    scene.broker.latest.stall();
    for (let i = 0; i < 100; i++)
      scene.connection.publish('p', Buffer.alloc(100_000), { qos: 0 }).onSettled(() => undefined);
    return scene;
  },
  'that has paused its socket': async () => {
    const scene = await connected(await startBroker());
    const subscription = scene.connection.subscribe(
      'm',
      { overflow: 'pause', capacity: 1, concurrency: 1 },
      () => new Promise(() => undefined),
    );
    await within(subscription.ready, 5_000, 'SUBACK');
    scene.broker.latest.send(message, message, message);
    await within(new Promise((resolve) => setImmediate(() => setImmediate(resolve))), 5_000, 'a turn');
    return scene;
  },
  'with a listener that is never done': async () => {
    const scene = await connected(await startBroker());
    const received = new Promise<void>((resolve) => {
      scene.connection.subscribe('m', { qos: 1 }, () => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    await scene.broker.latest.received('subscribe');
    scene.broker.latest.send({ ...message, qos: 1, messageId: 1 });
    await within(received, 5_000, 'the message');
    return scene;
  },
  'that waits before its next attempt': async () => {
    const broker = await startBroker();
    const scene = await connected(broker, { reconnect: { initialDelay: 60_000, maxDelay: 60_000, jitter: 'none' } });
    const waits = new Promise<void>((resolve) => {
      scene.connection.on('state', ({ type }) => {
        if (type === 'reconnecting') resolve();
      });
    });
    broker.latest.cut();
    await within(waits, 5_000, 'reconnecting');
    scene.connection.publish('p', 'x', { qos: 1 }).onSettled(() => undefined);
    return scene;
  },
  'behind a network that has died': async () => {
    const broker = await startBroker();
    const proxy = await startProxy(broker.port);
    const connection = connect(proxy.url);
    await within(connection.open(), 5_000, 'open()');
    await proxy.close();
    return { connection, broker };
  },
};

describe.each(Object.keys(STATES))('a connection %s', (state) => {
  test('is closed, as often as it is asked for', async () => {
    const { connection } = await STATES[state]!();
    const publication = connection.publish('late', 'x', { qos: 1 });
    await inTime(Promise.all([connection.close(), connection.close()]), BOUND, 'close()');
    await inTime(connection.close(), BOUND, 'close() once more');
    expect(connection.state.type).toBe('closed');
    expect(publication.outcome).toMatchObject({ status: 'failed' });
    expect(await inTime(connection.drain(), BOUND, 'drain() afterwards')).toEqual(expect.objectContaining({}));
  });

  test('is drained within its deadline', async () => {
    const { connection } = await STATES[state]!();
    const reports = await inTime(
      Promise.all([connection.drain({ deadline: DEADLINE }), connection.drain()]),
      DEADLINE + BOUND,
      'drain()',
    );
    expect(reports[0]).toEqual(reports[1]);
    expect(connection.state.type).toBe('closed');
    await inTime(connection.close(), BOUND, 'close() afterwards');
  });

  test('is drained, and closed in the middle of that', async () => {
    const { connection } = await STATES[state]!();
    const draining = connection.drain({ deadline: 60_000 });
    await inTime(connection.close(), BOUND, 'close()');
    await inTime(draining, BOUND, 'drain()');
    expect(connection.state.type).toBe('closed');
  });
});

describe('what the end of a connection waits for', () => {
  test('drain() lets a slow listener finish, with what it publishes, and acknowledges its message before DISCONNECT', async () => {
    const { connection, broker } = await connected(await startBroker());
    let proceed = (): void => undefined;
    const received = new Promise<void>((resolve) => {
      connection.subscribe('m', { qos: 1 }, async () => {
        resolve();
        await new Promise<void>((go) => (proceed = go));
        await connection.publish('result', 'done', { qos: 2 });
      });
    });
    await broker.latest.received('subscribe');
    broker.latest.send({ ...message, qos: 1, messageId: 7 });
    await within(received, 5_000, 'the message');
    const draining = connection.drain();
    proceed();
    expect(await within(draining, 5_000, 'drain()')).toEqual({ unsettled: 0, unacknowledged: 0 });
    expect(broker.latest.commands).toEqual(['subscribe', 'publish', 'pubrel', 'puback', 'disconnect']);
  });

  test('`await using` drains', async () => {
    const broker = await startBroker();
    let report: DrainReport | undefined;
    {
      await using connection = createConnection(broker.url);
      await within(connection.open(), 5_000, 'open()');
      connection.publish('p', 'x', { qos: 1 }).onSettled(() => undefined);
      void connection.closed.then(async () => (report = await connection.drain()));
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(broker.latest.commands).toEqual(['publish', 'disconnect']);
    expect(report).toEqual({ unsettled: 0, unacknowledged: 0 });
  });

  test.each([
    ['close', 0],
    ['drain', 0],
    ['close', 1],
    ['drain', 1],
  ] as const)('a listener may await %s() (QoS %s)', async (how, qos) => {
    const { connection, broker } = await connected(await startBroker());
    const done = new Promise<void>((resolve) => {
      connection.subscribe('m', { qos: 1 }, async () => {
        await (how === 'close' ? connection.close() : connection.drain({ deadline: DEADLINE }));
        resolve();
      });
    });
    await broker.latest.received('subscribe');
    broker.latest.send({ ...message, qos, ...(qos === 1 ? { messageId: 1 } : {}) });
    await inTime(done, DEADLINE + BOUND, `${how}() inside the listener`);
    expect(connection.state.type).toBe('closed');
    // What was not done is not acknowledged.
    expect(broker.latest.packets('puback')).toEqual([]);
  });
});
