import type { Will, WillProvider } from '../options/connection-options.js';
import type { AttemptContext } from '../options/network-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

type Options = Parameters<typeof createTestConnection>[0];

/** Lets what promises have brought about happen; no time passes. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function opened(will: WillProvider | Will, options: Options = {}): TestConnection & { readonly failures: unknown[] } {
  const test = createTestConnection({
    reconnect: { initialDelay: 100, maxDelay: 100, jitter: 'none' },
    will,
    ...options,
  });
  const failures: unknown[] = [];
  test.connection.on('attemptFailed', ({ error }) => failures.push(error));
  test.connection.open().catch(() => {});
  return Object.assign(Object.create(test) as TestConnection, { failures });
}

/** A function that the test answers for. */
function provider(): {
  readonly ask: WillProvider;
  readonly asked: (AttemptContext & { give(will: Will | undefined): void })[];
} {
  const asked: (AttemptContext & { give(will: Will | undefined): void })[] = [];
  return { asked, ask: (context) => new Promise((resolve) => asked.push({ ...context, give: resolve })) };
}

describe('a given will', () => {
  it('is used at once and every time, without a promise in between', () => {
    const will = { topic: 'gone', payload: 'x' };
    const test = opened(will);
    test.wire.connack();
    test.wire.cut();
    test.clock.advance(100);
    expect(test.wires.map(({ request }) => request.will)).toEqual([will, will]);
  });
});

describe('a will function', () => {
  it('is asked for every attempt, with its number and server, before a wire is made', async () => {
    const { ask, asked } = provider();
    const test = opened(ask);
    expect(asked).toMatchObject([{ attempt: 1, endpoint: { host: 'test.invalid' } }]);
    await turn();
    expect(test.wires).toEqual([]);
    asked[0]!.give({ topic: 'gone', payload: 'first' });
    await turn();
    expect(test.wires[0]!.request.will).toEqual({ topic: 'gone', payload: 'first' });
    test.wires[0]!.cut();
    test.clock.advance(100);
    asked[1]!.give({ topic: 'gone', payload: 'second', qos: 1, delay: 5 });
    await turn();
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(test.wires[1]!.request.will).toEqual({ topic: 'gone', payload: 'second', qos: 1, delay: 5 });
    expect(test.clock.pending).toBe(0);
  });

  it('may answer without a promise, and may want none this time', async () => {
    let attempts = 0;
    const test = opened(() => (++attempts === 1 ? undefined : { topic: 'gone', payload: new Uint8Array([1]) }));
    await turn();
    expect(test.wires[0]!.request.will).toBeUndefined();
    test.wires[0]!.cut();
    test.clock.advance(100);
    await turn();
    expect(test.wires[1]!.request.will).toEqual({ topic: 'gone', payload: new Uint8Array([1]) });
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no will'))],
    [
      'throws',
      () => {
        throw new Error('no will');
      },
    ],
    ['gives null', () => null as never],
    ['gives text', () => 'gone' as never],
    ['gives a topic with a wildcard', () => ({ topic: 'a/#', payload: 'x' })],
    ['gives a payload that is none', () => ({ topic: 'a', payload: 7 as never })],
    ['gives a payload of more than 65,535 bytes', () => ({ topic: 'a', payload: new Uint8Array(65_536) })],
    ['gives an unknown key', () => ({ topic: 'a', payload: '', willDelay: 1 })],
    ['gives a delay that is none', () => ({ topic: 'a', payload: '', delay: -1 })],
  ])('that %s has failed the attempt, which is tried again', async (_, ask: WillProvider) => {
    const test = opened(ask);
    await turn();
    expect(test.failures).toMatchObject([
      { name: 'ProviderError', code: 'ERR_MQTT_PROVIDER', option: 'will', retryable: true, cause: expect.any(Error) },
    ]);
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', attempt: 2, delay: 100 });
    expect(test.wires).toEqual([]);
    expect(test.clock.pending).toBe(1);
  });

  it('has as long as the attempt has, and is told when that is over', async () => {
    const { ask, asked } = provider();
    const test = opened(ask, { connectTimeout: 500 });
    test.clock.advance(499);
    expect(asked[0]!.signal.aborted).toBe(false);
    test.clock.advance(1);
    expect(test.failures).toMatchObject([{ option: 'will', cause: { message: 'no will came within 500 ms' } }]);
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.give({ topic: 'late', payload: '' });
    await turn();
    expect(test.wires).toEqual([]);
  });

  it('is told when the connection is closed meanwhile, and what it gives then is not used', async () => {
    const { ask, asked } = provider();
    const test = opened(ask);
    await test.connection.close();
    expect(asked[0]!.signal.aborted).toBe(true);
    asked[0]!.give({ topic: 'late', payload: '' });
    await turn();
    expect(test.wires).toEqual([]);
    expect(test.clock.pending).toBe(0);
  });

  it('comes behind the credentials, and not at all where those fail', async () => {
    const order: string[] = [];
    const credentials = jest.fn(() => {
      order.push('credentials');
      return order.length === 1 ? Promise.reject(new Error('no token')) : { username: 'me' };
    });
    const test = opened(() => (order.push('will'), { topic: 'gone', payload: '' }), { credentials });
    await turn();
    expect(order).toEqual(['credentials']);
    test.clock.advance(100);
    await turn();
    expect(order).toEqual(['credentials', 'credentials', 'will']);
  });

  it('never shows what it gave, nor what it threw', async () => {
    let attempts = 0;
    const seen: unknown[] = [];
    const test = opened(() => {
      attempts++;
      if (attempts === 1) throw Object.assign(new Error('no access to c4n4ry-1'), { will: 'c4n4ry-2' });
      if (attempts === 2) return { topic: 'a', payload: { c4n4ry: 1 } as never };
      return { topic: 'gone', payload: 'c4n4ry-3' };
    });
    for (const name of ['state', 'attemptFailed', 'lost', 'warning'] as const)
      test.connection.on(name, (event) => seen.push(event));
    for (let i = 0; i < 3; i++) {
      await turn();
      test.clock.advance(100);
    }
    test.wire.connack();
    test.wire.cut();
    const { inspect } = await import('node:util');
    expect(attempts).toBeGreaterThanOrEqual(3);
    expect(`${JSON.stringify(seen)}${inspect(seen, { depth: 9, showHidden: true })}`).not.toContain('c4n4ry');
  });
});

describe('a redirection to a host that no option names', () => {
  const redirected = async (will: Will | WillProvider, options: Options): Promise<TestConnection> => {
    const test = opened(will, { reconnect: { initialDelay: 100, jitter: 'none' }, ...options });
    await turn();
    test.wires[0]!.connack({ reasonCode: 0x9c, properties: { serverReference: 'b.test' } });
    test.clock.advance(0);
    await turn();
    return test;
  };

  it('takes no will along, and asks for none', async () => {
    const ask = jest.fn(() => ({ topic: 'gone', payload: 'secret' }));
    for (const will of [ask, ask()]) {
      ask.mockClear();
      const { wires } = await redirected(will, { redirect: 'follow' });
      expect(wires[1]!.request).toMatchObject({ endpoint: { host: 'b.test' }, foreign: true });
      expect(wires.map(({ request }) => request.will?.topic)).toEqual(['gone', undefined]);
      expect(ask.mock.calls.length).toBeLessThanOrEqual(1);
    }
  });

  it('takes it where that is asked for; whoever makes it is told where to', async () => {
    const { ask, asked } = provider();
    const test = opened(ask, { redirect: 'followWithCredentials' });
    asked[0]!.give(undefined);
    await turn();
    test.wires[0]!.connack({ reasonCode: 0x9d, properties: { serverReference: 'b.test' } });
    test.clock.advance(0);
    expect(asked[1]!.endpoint.host).toBe('b.test');
    asked[1]!.give({ topic: 'gone', payload: 'x' });
    await turn();
    expect(test.wires[1]!.request.will?.topic).toBe('gone');
  });
});
