import type { Credentials, CredentialsContext, CredentialsProvider } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

/** Lets what promises have brought about happen; no time passes. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function opened(
  credentials: CredentialsProvider | Credentials,
  options: Parameters<typeof createTestConnection>[0] = {},
): TestConnection {
  const test = createTestConnection({
    reconnect: { initialDelay: 100, maxDelay: 100, jitter: 'none' },
    credentials,
    ...options,
  });
  test.connection.open().catch(() => {});
  return test;
}

/** A provider that the test answers for. */
function provider(): {
  readonly ask: CredentialsProvider;
  readonly asked: (CredentialsContext & { give(credentials: Credentials): void; fail(error: unknown): void })[];
} {
  const asked: (CredentialsContext & { give(credentials: Credentials): void; fail(error: unknown): void })[] = [];
  return {
    asked,
    ask: (context) => new Promise((resolve, reject) => asked.push({ ...context, give: resolve, fail: reject })),
  };
}

describe('given credentials', () => {
  it('are used at once and every time, without a promise in between', () => {
    const test = opened({ username: 'me', password: new Uint8Array([1]) });
    test.wire.connack();
    test.wire.cut();
    test.clock.advance(100);
    expect(test.wires.map(({ request }) => [request.username, request.password])).toEqual([
      ['me', new Uint8Array([1])],
      ['me', new Uint8Array([1])],
    ]);
  });

  it('that are refused end the connection', () => {
    const test = opened({ username: 'me', password: 'wrong' });
    test.wire.connack({ reasonCode: 0x86 });
    expect(test.connection.state).toMatchObject({
      type: 'failed',
      cause: { name: 'ConnectionRefusedError', reasonCode: 0x86 },
    });
  });
});

describe('a credentials function', () => {
  it('is asked for every attempt, with its number, before a wire is made', async () => {
    const { ask, asked } = provider();
    const test = opened(ask);
    expect(asked.map(({ attempt }) => attempt)).toEqual([1]);
    await turn();
    expect(test.wires).toEqual([]);
    asked[0]!.give({ username: 'me', password: 'first' });
    await turn();
    expect(test.wire.request).toMatchObject({ username: 'me', password: 'first' });
    test.wire.cut();
    test.clock.advance(100);
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2]);
    asked[1]!.give({ username: 'me', password: 'second' });
    await turn();
    expect(test.wire.request).toMatchObject({ password: 'second' });
    expect(test.wires).toHaveLength(2);
    test.wire.connack();
    expect(test.connection.state.type).toBe('connected');
  });

  it('may answer without a promise', async () => {
    const test = opened(() => ({ username: 'me' }));
    await turn();
    expect(test.wire.request).toMatchObject({ username: 'me', password: undefined });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no token'))],
    [
      'throws',
      () => {
        throw new Error('no token');
      },
    ],
    ['returns nothing', () => undefined as never],
    ['returns text', () => 'token' as never],
    ['returns null', () => Promise.resolve(null as never)],
  ])('that %s has failed the attempt, which is tried again', async (_, ask: CredentialsProvider) => {
    const test = opened(ask);
    const failures: unknown[] = [];
    test.connection.on('attemptFailed', (event) => failures.push(event));
    await turn();
    expect(failures).toEqual([
      {
        attempt: 1,
        by: 'client',
        error: expect.objectContaining({ name: 'CredentialsError', retryable: true, cause: expect.any(Error) }),
      },
    ]);
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', attempt: 2, delay: 100 });
    expect(test.wires).toEqual([]);
    expect(test.clock.pending).toBe(1);
  });

  it('has as long as the attempt has, and is told when that is over', async () => {
    const { ask, asked } = provider();
    const test = opened(ask, { connectTimeout: 500 });
    const failures: string[] = [];
    test.connection.on('attemptFailed', ({ error }) =>
      failures.push(`${error.name}: ${(error.cause as Error).message}`),
    );
    test.clock.advance(499);
    expect(asked[0]!.signal.aborted).toBe(false);
    test.clock.advance(1);
    expect(failures).toEqual(['CredentialsError: no credentials came within 500 ms']);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.give({ username: 'late' });
    await turn();
    expect(test.wires).toEqual([]);
    test.clock.advance(100);
    expect(asked).toHaveLength(2);
  });

  it('that fails after its time is over has failed once', async () => {
    const { ask, asked } = provider();
    const test = opened(ask, { connectTimeout: 500 });
    const failures: unknown[] = [];
    test.connection.on('attemptFailed', (event) => failures.push(event));
    test.clock.advance(500);
    asked[0]!.fail(new Error('late'));
    await turn();
    expect(failures).toHaveLength(1);
  });

  it('is told when the connection is closed meanwhile, and what it gives then is not used', async () => {
    const { ask, asked } = provider();
    const test = opened(ask);
    await test.connection.close();
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.give({ username: 'late' });
    await turn();
    expect(test.wires).toEqual([]);
  });

  it('leaves no timer behind when it has answered', async () => {
    const test = opened(() => ({}));
    await turn();
    expect(test.clock.pending).toBe(0);
  });

  it('is asked again for the attempt with 3.1.1', async () => {
    const { ask, asked } = provider();
    const test = opened(ask);
    asked[0]!.give({ username: 'me' });
    await turn();
    test.wire.connack({ reasonCode: 0x84 });
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 1]);
    asked[1]!.give({ username: 'me' });
    await turn();
    expect(test.wires.map(({ request }) => request.protocolVersion)).toEqual([5, 4]);
  });

  it.each([0x86, 0x87])(
    'is asked once more at once when its credentials are refused with %d, then with delays',
    async (reasonCode) => {
      let tokens = 0;
      const test = opened(() => ({ username: 'me', password: String(++tokens) }));
      const states: string[] = [];
      test.connection.on('state', (state) =>
        states.push(state.type === 'reconnecting' ? `reconnecting ${state.delay}` : state.type),
      );
      for (const wait of [0, 100, 100]) {
        await turn();
        test.wire.connack({ reasonCode });
        test.clock.advance(wait);
      }
      await turn();
      expect(test.wires.map(({ request }) => request.password)).toEqual(['1', '2', '3', '4']);
      expect(states.filter((state) => state.startsWith('re'))).toEqual([
        'reconnecting 0',
        'reconnecting 100',
        'reconnecting 100',
      ]);
      test.wire.connack();
      expect(test.connection.state.type).toBe('connected');
    },
  );

  it('never shows what it gave', async () => {
    const test = opened(() => ({ username: 'me', password: 'canary' }));
    const seen: unknown[] = [];
    for (const name of ['state', 'attemptFailed', 'lost', 'warning'] as const)
      test.connection.on(name, (event) => seen.push(event));
    await turn();
    test.wire.connack({ reasonCode: 0x87 });
    test.clock.advance(0);
    await turn();
    test.wire.connack();
    test.wire.cut();
    expect(JSON.stringify(seen)).not.toContain('canary');
    expect(JSON.stringify([test.connection.state, test.connection.negotiated])).not.toContain('canary');
  });

  it.each([
    ['a password that is a number', { password: 7 }],
    ['a user name with NUL', { username: 'a\0b' }],
    ['a user name that is a number', { username: 7 }],
    ['a list', []],
  ])('that gives %s has failed the attempt, as given credentials of that kind would be refused', async (_, given) => {
    const test = opened(() => given as never);
    const failures: string[] = [];
    test.connection.on('attemptFailed', ({ error }) => failures.push(error.name));
    await turn();
    expect(test.wires).toHaveLength(0);
    expect(failures).toEqual(['CredentialsError']);
  });

  it('is asked again when the server ends a connection with 0x87, since the token may have run out', async () => {
    const { ServerDisconnectError } = await import('../errors/connection-errors.js');
    const test = opened(() => ({ username: 'me' }));
    await turn();
    test.wire.connack();
    test.clock.advance(10_000);
    test.wire.cut(new ServerDisconnectError('mqtt://test.invalid:1883', 0x87), 'server');
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', delay: 0 });
  });
});
