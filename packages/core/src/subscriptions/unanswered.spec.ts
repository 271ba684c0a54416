import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { SubscribeOptions, Subscription } from './subscribe-options.js';

interface Script extends TestConnection {
  readonly warnings: { readonly name: string; readonly message: string }[];
  readonly log: string[];
  observe(filter: string, options?: SubscribeOptions): Subscription;
}

function connected(options: ConnectionOptions = {}): Script {
  const test = createTestConnection({
    keepalive: 0,
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
  });
  test.connection.open().catch(() => {});
  test.wire.connack();
  const warnings: Script['warnings'] = [];
  test.connection.on('warning', ({ error }) => warnings.push(error as Error));
  const log: string[] = [];
  return Object.assign(Object.create(test) as TestConnection, {
    warnings,
    log,
    observe: (filter: string, given: SubscribeOptions = {}) => {
      const subscription = test.connection.subscribe(filter, given, {
        message: ({ topic }) => void log.push(`${filter} got ${topic}`),
        ready: () => log.push(`${filter} ready`),
        error: (error) => log.push(`${filter} ${error.name} ${String(error.retryable)}`),
      });
      subscription.ready.catch(() => {});
      test.clock.advance();
      return subscription;
    },
  });
}

function packets({ sent }: ScriptedWire): string[] {
  return sent.flatMap((packet) => {
    if (packet.type === 'subscribe') return [`+${packet.filters.map(({ filter }) => filter).join()}`];
    return packet.type === 'unsubscribe' ? [`-${packet.filters.join()}`] : [];
  });
}

describe('a SUBACK that never comes', () => {
  it('is a warning, and SUBSCRIBE is sent again, with twice the patience each time', () => {
    const test = connected();
    test.observe('a');
    const at: number[] = [];
    for (let second = 1; second <= 70; second++) {
      const before = test.wire.sent.length;
      test.clock.advance(1_000);
      if (test.wire.sent.length > before) at.push(second);
    }
    expect(at).toEqual([10, 30, 70]);
    expect(test.warnings).toHaveLength(3);
    expect(test.warnings[0]).toMatchObject({
      name: 'TimeoutError',
      code: 'ERR_MQTT_TIMEOUT',
      message: expect.stringMatching(/subscribe "a".*10000 ms/),
    });
    expect(test.log).toEqual([]);
    test.wire.suback();
    expect(test.log).toEqual(['a ready']);
    test.clock.advance(1_000_000);
    expect(packets(test.wire)).toEqual(['+a', '+a', '+a', '+a']);
  });

  it('ends the subscription that wants it so, with a typed error, and only that', async () => {
    const test = connected();
    const first = test.observe('a', { onTimeout: 'error', timeout: 2_000 });
    test.observe('b');
    const refused = expect(first.ready).rejects.toMatchObject({
      name: 'TimeoutError',
      retryable: true,
      message: expect.stringContaining('"a"'),
    });
    test.clock.advance(2_000);
    await refused;
    expect(test.log).toEqual(['a TimeoutError true']);
    // The server may have it.
    expect(packets(test.wire)).toEqual(['+a', '+b', '-a']);
    test.wire.unsuback();
    test.wire.suback(2);
    expect(test.log).toEqual(['a TimeoutError true', 'b ready']);
  });

  it('is sent again for those who wait on, when one does not', () => {
    const test = connected();
    test.observe('a', { timeout: 1_000, onTimeout: 'error' });
    test.observe('a', { timeout: 60_000 });
    test.clock.advance(1_000);
    expect(test.log).toEqual(['a TimeoutError true']);
    expect(packets(test.wire)).toEqual(['+a', '+a']);
    test.wire.suback();
    expect(test.log).toEqual(['a TimeoutError true', 'a ready']);
  });

  it('and comes nevertheless breaks nothing', () => {
    const test = connected();
    test.observe('a', { timeout: 1_000 });
    test.clock.advance(1_000);
    test.wire.suback(1);
    expect(test.wire.failure).toBeUndefined();
    expect(test.log).toEqual([]);
    test.wire.suback(2);
    expect(test.log).toEqual(['a ready']);
    test.wire.suback(1, [0]);
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError' });
  });

  it('delivers nothing twice when both were heard', () => {
    const test = connected();
    test.observe('a', { timeout: 1_000 });
    test.clock.advance(1_000);
    test.wire.suback(2);
    test.log.length = 0;
    for (const id of [1, 2]) test.wire.message({ topic: 'a', retain: true, subscriptionIds: [id] });
    test.wire.message({ topic: 'a', subscriptionIds: [2] });
    expect(test.log).toEqual(['a got a', 'a got a']);
  });

  it('is waited for without limit where that is wanted', () => {
    const test = connected();
    test.observe('a', { timeout: Infinity });
    test.clock.advance(2 ** 31);
    expect(packets(test.wire)).toEqual(['+a']);
  });

  it('costs no timer after the answer, a cut, or the end', () => {
    const test = connected();
    test.observe('a');
    expect(test.clock.pending).toBe(1);
    test.wire.suback();
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
    test.observe('b');
    test.wire.cut();
    // The reconnect.
    expect(test.clock.pending).toBe(1);
    void test.connection.close();
    expect(test.clock.pending).toBe(0);
  });

  it('is not declared by a process that was busy: the answer may be in the socket', () => {
    const test = connected();
    test.observe('a', { onTimeout: 'error' });
    const { now } = test.clock;
    jest.spyOn(test.clock, 'now').mockImplementation(() => now.call(test.clock) + 5_000);
    test.clock.advance(10_000);
    expect(test.log).toEqual([]);
    test.wire.suback();
    expect(test.log).toEqual(['a ready']);
  });

  it('starts afresh on the next connection', () => {
    const test = connected();
    test.observe('a', { onTimeout: 'error' });
    test.clock.advance(9_999);
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack();
    test.clock.advance(9_999);
    expect(test.log).toEqual([]);
    test.clock.advance(1);
    expect(test.log).toEqual(['a TimeoutError true']);
  });
});

describe('an UNSUBACK that never comes', () => {
  it('is a warning, UNSUBSCRIBE is sent again, and unsubscribe() fulfils', async () => {
    const test = connected();
    const subscription = test.observe('a', { timeout: 1_000, onTimeout: 'error' });
    test.wire.suback();
    const gone = subscription.unsubscribe();
    test.clock.advance(1_000);
    await gone;
    expect(packets(test.wire)).toEqual(['+a', '-a', '-a']);
    expect(test.warnings).toMatchObject([{ name: 'TimeoutError', message: expect.stringMatching(/unsubscribe "a"/) }]);
    test.wire.unsuback();
    test.clock.advance(100_000);
    expect(packets(test.wire)).toEqual(['+a', '-a', '-a']);
  });

  it('leaves the filter to who wants it again', () => {
    const test = connected();
    const subscription = test.observe('a', { timeout: 1_000 });
    test.wire.suback();
    void subscription.unsubscribe();
    test.clock.advance();
    test.observe('a');
    test.clock.advance(1_000);
    expect(packets(test.wire)).toEqual(['+a', '-a', '+a']);
  });
});
