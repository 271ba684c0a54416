import type { Authentication, AuthenticationContext, AuthenticationExchange } from '../options/authentication.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

/** Lets what promises have brought about happen; no time passes. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

const bytes = (...all: number[]): Uint8Array => Uint8Array.from(all);

interface Scripted {
  readonly test: TestConnection;
  readonly contexts: AuthenticationContext[];
  /** What the exchanges were told. */
  readonly told: (Uint8Array | undefined)[];
}

async function opened(
  exchange: Partial<AuthenticationExchange> = {},
  start?: Authentication['start'],
  options = {},
): Promise<Scripted> {
  const contexts: AuthenticationContext[] = [];
  const told: (Uint8Array | undefined)[] = [];
  const authentication: Authentication = {
    method: 'M',
    start: (context) => {
      contexts.push(context);
      if (start !== undefined) return start(context);
      return {
        initialData: bytes(1),
        continue: (data) => {
          told.push(data);
          return bytes(told.length + 1);
        },
        ...exchange,
      };
    },
  };
  const test = createTestConnection({
    authentication,
    reconnect: { initialDelay: 100, jitter: 'none' },
    connectTimeout: 1_000,
    ...options,
  });
  test.connection.open().catch(() => {});
  await turn();
  return { test, contexts, told };
}

const accepted = (data?: Uint8Array) => ({
  properties: { authenticationMethod: 'M', ...(data && { authenticationData: data }) },
});

async function connected(exchange?: Partial<AuthenticationExchange>): Promise<Scripted> {
  const scripted = await opened(exchange);
  scripted.test.wire.connack(accepted());
  await turn();
  expect(scripted.test.connection.state.type).toBe('connected');
  return scripted;
}

describe('an exchange', () => {
  it('begins with CONNECT, has as many steps as it needs, and ends with CONNACK', async () => {
    const { test, contexts, told } = await opened();
    expect(contexts).toMatchObject([{ attempt: 1, renewal: false, endpoint: { host: 'test.invalid' } }]);
    expect(test.wire.request).toMatchObject({ protocolVersion: 5, authentication: { method: 'M', data: bytes(1) } });
    test.wire.authenticate(bytes(10));
    await turn();
    test.wire.authenticate(bytes(11));
    await turn();
    expect(told).toEqual([bytes(10), bytes(11)]);
    expect(test.wire.sent).toEqual([
      { type: 'auth', reasonCode: 0x18, method: 'M', data: bytes(2) },
      { type: 'auth', reasonCode: 0x18, method: 'M', data: bytes(3) },
    ]);
    test.wire.connack(accepted());
    expect(test.connection.state.type).toBe('connected');
    expect(test.clock.pending).toBe(0);
  });

  it('is a new one for each attempt', async () => {
    const { test, contexts } = await connected();
    test.wire.cut();
    test.clock.advance(100);
    await turn();
    expect(contexts.map(({ attempt }) => attempt)).toEqual([1, 2]);
    test.wire.connack(accepted());
    expect(test.connection.state.type).toBe('connected');
  });

  it('hears at the end what the server says, before the connection is believed', async () => {
    const heard: unknown[] = [];
    const { test } = await opened({ finish: (data) => void heard.push(data, test.connection.state.type) });
    test.wire.connack(accepted(bytes(9)));
    expect(heard).toEqual([bytes(9), 'connecting']);
    expect(test.connection.state.type).toBe('connected');
  });

  it('may take its time at the end; nothing that came behind CONNACK is seen before', async () => {
    let believe = (): void => {};
    const { test } = await opened({ finish: () => new Promise<void>((resolve) => (believe = resolve)) });
    const seen: string[] = [];
    test.connection.subscribe('a', {}, ({ topic }) => void seen.push(topic));
    test.wire.connack(accepted());
    test.wire.message({ topic: 'a' });
    await turn();
    expect(test.connection.state.type).toBe('connecting');
    expect(seen).toEqual([]);
    believe();
    await turn();
    expect(test.connection.state.type).toBe('connected');
    expect(seen).toEqual(['a']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('canary');
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
  ])('that %s at the end does not believe the server, which is not tried again', async (_, finish) => {
    const { test } = await opened({ finish });
    test.wire.connack(accepted());
    await turn();
    expect(test.connection.state).toMatchObject({
      type: 'failed',
      by: 'client',
      cause: { name: 'AuthenticationError', serverRejected: true, retryable: false },
    });
    expect(test.wire.failure).toMatchObject({ reasonCode: 0x87 });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('canary');
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['gives no bytes', () => 'text' as never],
    ['gives too much', () => new Uint8Array(65_536)],
  ])('whose step %s has failed the attempt, which is tried again', async (_, step) => {
    const { test } = await opened({ continue: step });
    test.wire.authenticate(bytes(1));
    await turn();
    expect(test.connection.state).toMatchObject({
      type: 'reconnecting',
      by: 'client',
      cause: { name: 'AuthenticationError', serverRejected: false },
    });
    expect(test.wire.sent).toEqual([]);
  });

  it('whose step takes too long has failed the attempt', async () => {
    const { test } = await opened({ continue: () => new Promise(() => {}) });
    test.wire.authenticate(bytes(1));
    test.clock.advance(1_000);
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', cause: { name: 'AuthenticationError' } });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('canary');
      },
    ],
    ['rejects', () => Promise.reject(new Error('canary'))],
    ['gives no exchange', () => ({}) as never],
    ['gives nothing', () => undefined as never],
  ] as const)('that cannot be started since start() %s has failed the attempt', async (_, start) => {
    const { test } = await opened({}, start);
    expect(test.connection.state).toMatchObject({
      type: 'reconnecting',
      cause: { name: 'AuthenticationError', method: 'M' },
    });
    expect(test.wires).toEqual([]);
  });

  it('keeps secrets out of what it reports', async () => {
    const { test } = await opened({
      continue: () => {
        throw new Error('password is canary-7f3a');
      },
    });
    const seen: unknown[] = [];
    test.connection.on('attemptFailed', (event) => seen.push(event));
    test.wire.authenticate(bytes(1));
    await turn();
    const { inspect } = await import('node:util');
    expect(inspect(seen, { depth: 10 })).not.toContain('canary');
  });

  it('is told when nobody needs it any more', async () => {
    const { test, contexts } = await opened({}, () => new Promise(() => {}));
    await test.connection.close();
    expect(contexts[0]?.signal.aborted).toBe(true);
  });
});

describe('a server', () => {
  it('that refuses is heard', async () => {
    const { test } = await opened();
    test.wire.connack({ reasonCode: 0x8c });
    expect(test.connection.state).toMatchObject({
      type: 'failed',
      cause: { name: 'ConnectionRefusedError', reasonCode: 0x8c },
    });
  });

  it('that goes on when it is not its turn breaks the protocol', async () => {
    const { test } = await opened({ continue: () => new Promise(() => {}) });
    test.wire.authenticate(bytes(1));
    test.wire.authenticate(bytes(2));
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError', reasonCode: 0x82 });
  });

  it.each([0x18, 0])(
    'that says AUTH 0x%s on a connection where nothing was asked breaks the protocol',
    async (reasonCode) => {
      const { test } = await connected();
      test.wire.authenticate(bytes(1), { reasonCode });
      expect(test.wire.failure).toMatchObject({ name: 'ProtocolError', reasonCode: 0x82 });
    },
  );

  it('that accepts while it waits for our answer breaks the protocol', async () => {
    const { test } = await opened({ continue: () => new Promise(() => {}) });
    test.wire.authenticate(bytes(1));
    test.wire.connack(accepted());
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError' });
  });

  it('that does not speak MQTT 5 is not spoken to in another version', async () => {
    const { test } = await opened({}, undefined, { protocolVersion: 'auto' });
    test.wire.connack({ reasonCode: 0x84 });
    expect(test.connection.state).toMatchObject({ type: 'failed', cause: { reasonCode: 0x84 } });
    expect(test.wires).toHaveLength(1);
  });
});

describe('reauthenticate()', () => {
  it('says 0x19, takes its steps, and fulfils when the server is satisfied', async () => {
    const { test, contexts } = await connected();
    const renewal = test.connection.reauthenticate();
    await turn();
    expect(contexts.at(-1)).toMatchObject({ renewal: true });
    test.wire.authenticate(bytes(20));
    await turn();
    test.wire.authenticate(undefined, { reasonCode: 0 });
    await renewal;
    expect(test.wire.sent).toMatchObject([{ reasonCode: 0x19, data: bytes(1) }, { reasonCode: 0x18 }]);
    expect(test.connection.state.type).toBe('connected');
    expect(test.clock.pending).toBe(0);
  });

  it('joins a renewal under way, and begins another one after it', async () => {
    const { test } = await connected();
    const both = [test.connection.reauthenticate(), test.connection.reauthenticate()];
    await turn();
    expect(test.wire.sent).toHaveLength(1);
    test.wire.authenticate(undefined, { reasonCode: 0 });
    await Promise.all(both);
    void test.connection.reauthenticate();
    await turn();
    expect(test.wire.sent).toHaveLength(2);
  });

  it('rejects with what ended the connection', async () => {
    const { ServerDisconnectError } = await import('../errors/connection-errors.js');
    const { test } = await connected();
    const renewal = test.connection.reauthenticate();
    await turn();
    test.wire.cut(new ServerDisconnectError('mqtt://test.invalid:1883', 0x87), 'server');
    await expect(renewal).rejects.toMatchObject({ name: 'ServerDisconnectError', reasonCode: 0x87 });
  });

  it('rejects when the connection is closed meanwhile', async () => {
    const { test } = await connected();
    const renewal = test.connection.reauthenticate();
    await turn();
    await test.connection.close();
    await expect(renewal).rejects.toMatchObject({ name: 'ClosedError' });
    expect(test.clock.pending).toBe(0);
  });

  it('does not wait for a server for ever', async () => {
    const { test } = await connected();
    const renewal = test.connection.reauthenticate();
    await turn();
    test.clock.advance(1_000);
    await expect(renewal).rejects.toMatchObject({ name: 'AuthenticationError' });
    expect(test.connection.state.type).toBe('reconnecting');
  });

  it('that cannot be started leaves the connection as it is', async () => {
    let count = 0;
    const { test } = await opened({}, () => {
      if (++count > 1) throw new Error('no ticket');
      return { continue: () => undefined };
    });
    test.wire.connack(accepted());
    await expect(test.connection.reauthenticate()).rejects.toMatchObject({ name: 'AuthenticationError' });
    expect(test.connection.state.type).toBe('connected');
  });

  it('that does not get started in time leaves the connection as it is, and another one can follow', async () => {
    let count = 0;
    let late = (_: AuthenticationExchange): void => {};
    const exchange = { continue: () => undefined };
    const { test, contexts } = await opened({}, () =>
      ++count === 2 ? new Promise((resolve) => (late = resolve)) : exchange,
    );
    test.wire.connack(accepted());
    const renewal = test.connection.reauthenticate();
    renewal.catch(() => {});
    await turn();
    test.clock.advance(1_000);
    await expect(renewal).rejects.toMatchObject({
      name: 'AuthenticationError',
      message: expect.stringContaining('could not be started'),
    });
    expect(contexts[1]!.signal.aborted).toBe(true);
    expect(test.connection.state.type).toBe('connected');
    late(exchange);
    await turn();
    expect(test.wire.sent.filter(({ type }) => type === 'auth')).toEqual([]);
    const again = test.connection.reauthenticate();
    await turn();
    test.wire.authenticate(bytes(1), { reasonCode: 0 });
    await expect(again).resolves.toBeUndefined();
    expect(test.clock.pending).toBe(0);
  });

  it('does not believe a server that cannot prove itself at the end', async () => {
    let count = 0;
    const { test } = await connected({
      finish: () => {
        if (++count > 1) throw new Error('wrong');
      },
    });
    const renewal = test.connection.reauthenticate();
    await turn();
    test.wire.authenticate(bytes(1), { reasonCode: 0 });
    await expect(renewal).rejects.toMatchObject({ name: 'AuthenticationError', serverRejected: true });
    expect(test.connection.state.type).toBe('failed');
  });

  it('needs the option, and a connection', async () => {
    const plain = createTestConnection();
    await expect(plain.connection.reauthenticate()).rejects.toMatchObject({ name: 'UnsupportedError' });
    const { test } = await opened();
    await expect(test.connection.reauthenticate()).rejects.toMatchObject({ name: 'NotConnectedError' });
  });
});

const noStart = (): undefined => undefined;

describe('the option', () => {
  it.each([
    ['authentication', { authentication: 'SCRAM' }],
    ['authentication.method', { authentication: { method: '', start: noStart } }],
    ['authentication.start', { authentication: { method: 'M' } }],
    ['authentication', { authentication: { method: 'M', start: noStart }, protocolVersion: 4 }],
    ['authentication.begin', { authentication: { method: 'M', start: noStart, begin: 1 } }],
  ])('is checked (%s)', (path, options) => {
    expect(() => createTestConnection(options as never)).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ path })]) }),
    );
  });
});
