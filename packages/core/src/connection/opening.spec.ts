import { getEventListeners } from 'node:events';
import { createTestConnection } from '../testing/index.js';

type Fate =
  | { readonly status: 'pending' }
  | { readonly status: 'fulfilled'; readonly value: unknown }
  | { readonly status: 'rejected'; readonly reason: unknown };

/** What has become of a promise by now; no time passes. */
async function fate(promise: PromiseLike<unknown>): Promise<Fate> {
  let result: Fate = { status: 'pending' };
  promise.then(
    (value) => (result = { status: 'fulfilled', value }),
    (reason: unknown) => (result = { status: 'rejected', reason }),
  );
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return result;
}

describe('open()', () => {
  it('starts one attempt, with what the options say and nothing else', () => {
    const { connection, wires, clock } = createTestConnection({
      clientId: 'me',
      keepalive: 7,
      credentials: { username: 'u', password: 'p' },
      session: { expiry: 60 },
      userProperties: [['a', 'b']],
      will: { topic: 'gone', payload: 'x' },
      connectTimeout: 1_234,
      receiveMaximum: 9,
      maximumPacketSize: 1_000,
    });
    expect(connection.state).toEqual({ type: 'idle' });
    clock.advance(3_600_000);
    expect(wires).toEqual([]);
    void connection.open();
    expect(connection.state).toEqual({ type: 'connecting', attempt: 1 });
    expect(wires.map(({ request }) => request)).toEqual([
      {
        endpoint: { protocol: 'mqtt', host: 'test.invalid', port: 1883, path: '', label: 'mqtt://test.invalid:1883' },
        attempt: 1,
        protocolVersion: 5,
        clientId: 'me',
        clean: true,
        keepalive: 7,
        username: 'u',
        password: 'p',
        will: { topic: 'gone', payload: 'x' },
        sessionExpiry: 60,
        receiveMaximum: 9,
        maximumPacketSize: 1_000,
        userProperties: [['a', 'b']],
        authentication: undefined,
        connectTimeout: 1_234,
        tls: undefined,
        webSocket: undefined,
        foreign: false,
        proxy: undefined,
        socket: {
          noDelay: true,
          coalesceReads: true,
          keepAlive: false,
          keepAliveInitialDelay: 0,
          localAddress: undefined,
          localPort: undefined,
          family: undefined,
        },
        transport: undefined,
      },
    ]);
  });

  it('fulfils at the CONNACK that accepts, with what was agreed on', async () => {
    const { connection, wire, ...rest } = opened();
    expect((await fate(rest.open)).status).toBe('pending');
    wire.connack({ properties: { receiveMaximum: 7 } });
    expect(await fate(rest.open)).toMatchObject({
      status: 'fulfilled',
      value: { receiveMaximum: 7, sessionPresent: false },
    });
    expect(connection.negotiated).toMatchObject({ receiveMaximum: 7 });
    expect(connection.state).toEqual({ type: 'connected', negotiated: connection.negotiated });
  });

  it('joins an attempt that runs, and a connection that is there', async () => {
    const { connection, wire, wires, open } = opened();
    const second = connection.open();
    wire.connack();
    const third = connection.open();
    expect(wires).toHaveLength(1);
    expect(new Set([await open, await second, await third]).size).toBe(1);
  });

  it('waits through attempts that fail, until one succeeds', async () => {
    const { connection, wires, clock, open } = opened();
    wires[0]!.connack({ reasonCode: 0x89 });
    clock.advance(250);
    wires[1]!.cut();
    expect((await fate(open)).status).toBe('pending');
    clock.advance(500);
    wires[2]!.connack();
    expect((await fate(open)).status).toBe('fulfilled');
    expect(connection.state.type).toBe('connected');
  });

  it('rejects when no further attempt would help, and again whenever it is called', async () => {
    const { connection, wire, wires, clock, open } = opened();
    wire.connack({ reasonCode: 0x8a, properties: { reasonString: 'banned for good', serverReference: 'elsewhere' } });
    const expected = {
      name: 'ConnectionRefusedError',
      reasonCode: 0x8a,
      reasonString: 'banned for good',
      serverReference: 'elsewhere',
      endpoint: 'mqtt://test.invalid:1883',
    };
    await expect(open).rejects.toMatchObject(expected);
    await expect(connection.open()).rejects.toMatchObject(expected);
    await expect(connection.closed).resolves.toMatchObject({ type: 'failed', by: 'server', cause: expected });
    clock.advance(3_600_000);
    expect(wires).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('rejects after the last of maxAttempts', async () => {
    const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, maxAttempts: 2 } });
    const open = test.connection.open();
    for (let i = 0; i < 5; i++) {
      test.wire.cut();
      test.clock.advance(1);
    }
    await expect(open).rejects.toMatchObject({ name: 'NetworkError' });
    expect(test.connection.state.type).toBe('failed');
    expect(test.wires).toHaveLength(2);
  });

  it('rejects after the first failure with reconnect: false', async () => {
    const { connection, wires, open } = opened({ reconnect: false });
    wires[0]!.cut();
    await expect(open).rejects.toMatchObject({ name: 'NetworkError' });
    expect(connection.state).toMatchObject({ type: 'failed', by: 'network', cause: { name: 'NetworkError' } });
  });

  it('rejects when its signal aborts while the first attempt is told', async () => {
    const { connection, clock } = createTestConnection();
    const abort = new AbortController();
    connection.on('state', () => {
      abort.abort();
    });
    const open = connection.open({ signal: abort.signal });
    expect(await fate(open)).toMatchObject({ status: 'rejected', reason: { name: 'AbortedError' } });
    expect(connection.state.type).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  it('rejects after close()', async () => {
    const { connection } = createTestConnection();
    await connection.close();
    await expect(connection.open()).rejects.toMatchObject({ name: 'ClosedError' });
  });

  it('rejects when the connection is closed meanwhile', async () => {
    const { connection, open } = opened();
    const rejected = expect(open).rejects.toMatchObject({ name: 'ClosedError' });
    await connection.close();
    await rejected;
  });

  it('of a connection that drains fulfils when it is made, without starting another attempt', async () => {
    const { connection, wires, wire, open } = opened();
    connection.publish('a', 'x', { qos: 1 });
    void connection.drain();
    const second = connection.open();
    wire.connack();
    expect([await fate(open), await fate(second)]).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    expect(wires).toHaveLength(1);
  });
});

describe('the signal of open()', () => {
  it('that is aborted already starts nothing', async () => {
    const { connection, wires } = createTestConnection();
    const reason = new Error('no');
    await expect(connection.open({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      name: 'AbortedError',
      cause: reason,
    });
    expect(wires).toEqual([]);
    expect(connection.state.type).toBe('idle');
  });

  it('ends the wait, and a connection that was never made', async () => {
    const { connection, wires, clock } = createTestConnection();
    const abort = new AbortController();
    const open = connection.open({ signal: abort.signal });
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(open).rejects.toMatchObject({ name: 'AbortedError', cause: reason });
    await expect(connection.closed).resolves.toMatchObject({ type: 'closed', by: 'user' });
    clock.advance(3_600_000);
    expect(wires).toHaveLength(1);
  });

  it('leaves the connection to others who wait for it, and closes it with the last', async () => {
    const { connection } = createTestConnection();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = connection.open({ signal: one.signal });
    const second = Promise.allSettled([connection.open({ signal: two.signal })]);
    one.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortedError' });
    expect(connection.state.type).toBe('connecting');
    two.abort();
    expect(await second).toMatchObject([{ status: 'rejected', reason: { name: 'AbortedError' } }]);
    expect(connection.state.type).toBe('closed');
  });

  it('leaves the connection to one who waits without a signal', async () => {
    const { connection, ...test } = createTestConnectionLate();
    const abort = new AbortController();
    const open = Promise.allSettled([connection.open()]);
    const aborted = connection.open({ signal: abort.signal });
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortedError' });
    test.wire().connack();
    expect(await open).toMatchObject([{ status: 'fulfilled' }]);
  });

  it('has no effect any more when the connection is there', async () => {
    const { connection, clock, ...test } = createTestConnectionLate();
    const abort = new AbortController();
    const open = connection.open({ signal: abort.signal });
    test.wire().connack();
    await open;
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    abort.abort();
    clock.advance(1);
    expect(connection.state.type).toBe('connected');
  });

  it('is not listened to any more when the connection has failed', async () => {
    const { connection, ...test } = createTestConnectionLate();
    const { signal } = new AbortController();
    const open = connection.open({ signal });
    test.wire().connack({ reasonCode: 0x8a });
    await expect(open).rejects.toThrow();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('only ends the wait, where the connection had been made before', async () => {
    const { connection, wire, wires, clock } = opened();
    wire.connack();
    wire.cut();
    const abort = new AbortController();
    const open = connection.open({ signal: abort.signal });
    abort.abort();
    await expect(open).rejects.toMatchObject({ name: 'AbortedError' });
    clock.advance(250);
    expect(connection.state.type).toBe('connecting');
    wires.at(-1)!.connack();
    expect(connection.state.type).toBe('connected');
  });
});

describe('before open()', () => {
  it('what is published and subscribed is remembered, and the subscription goes first', () => {
    const { connection, clock, ...test } = createTestConnectionLate();
    connection.publish('a', 'x', { qos: 1 });
    connection.subscribe('b', {}, () => {});
    clock.advance();
    void connection.open();
    test.wire().connack();
    expect(test.wire().sent.map(({ type }) => type)).toEqual(['subscribe', 'publish']);
  });
});

/** A connection whose first attempt runs. */
function opened(options?: Parameters<typeof createTestConnection>[0]) {
  const test = createTestConnection(options);
  const open = test.connection.open();
  open.catch(() => {});
  return { ...test, open };
}

function createTestConnectionLate() {
  const test = createTestConnection();
  return { connection: test.connection, clock: test.clock, wire: () => test.wire };
}
