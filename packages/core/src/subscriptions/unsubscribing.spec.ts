import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { Subscription, SubscribeOptions } from './subscribe-options.js';

function connected(options: Parameters<typeof createTestConnection>[0] = {}): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return test;
}

/** An observer whose filter the server has granted. */
function granted(
  test: TestConnection,
  filter = 'a',
  options: SubscribeOptions = {},
  onMessage: (topic: string) => void = () => {},
): Subscription {
  const subscription = test.connection.subscribe(filter, options, ({ topic }) => onMessage(topic));
  const before = test.wire.sent.length;
  test.clock.advance();
  if (test.wire.sent.length > before) test.wire.suback();
  return subscription;
}

function log({ sent }: ScriptedWire): string[] {
  return sent.flatMap((packet) => {
    if (packet.type === 'subscribe') return [`SUBSCRIBE ${packet.filters.map(({ filter }) => filter).join(' ')}`];
    return packet.type === 'unsubscribe' ? [`UNSUBSCRIBE ${packet.filters.join(' ')}`] : [];
  });
}

/** Whether a promise has fulfilled by now; no time passes. */
async function isFulfilled(promise: Promise<unknown>): Promise<boolean> {
  let fulfilled = false;
  void promise.then(() => (fulfilled = true));
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return fulfilled;
}

describe('unsubscribe()', () => {
  it('of the last observer sends UNSUBSCRIBE, and fulfils when the server has confirmed', async () => {
    const test = connected();
    const [first, second] = [granted(test), granted(test)];
    expect(await isFulfilled(first.unsubscribe())).toBe(true);
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a']);
    const gone = second.unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a', 'UNSUBSCRIBE a']);
    expect(await isFulfilled(gone)).toBe(false);
    test.wire.unsuback();
    expect(await isFulfilled(gone)).toBe(true);
  });

  it('delivers nothing after it was called, whatever still comes', () => {
    const test = connected();
    const received: string[] = [];
    const subscription = granted(test, 'a', { qos: 2 }, (topic) => received.push(topic));
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    void subscription.unsubscribe();
    for (const qos of [0, 1, 2] as const) test.wire.message({ topic: 'a', qos, packetId: qos, subscriptionIds: [1] });
    test.clock.advance();
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    test.wire.unsuback();
    test.wire.message({ topic: 'a' });
    expect(received).toEqual(['a']);
  });

  it('delivers nothing to an observer that left while the same message was delivered', () => {
    const test = connected();
    const received: string[] = [];
    const second = { subscription: undefined as Subscription | undefined };
    test.connection.subscribe('a', {}, () => {
      received.push('first');
      void second.subscription?.unsubscribe();
    });
    second.subscription = test.connection.subscribe('a', {}, () => void received.push('second'));
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    expect(received).toEqual(['first']);
  });

  it('goes out once for all that leave in a tick', () => {
    const test = connected();
    const subscriptions = ['a', 'b', 'c'].map((filter) => granted(test, filter));
    for (const each of subscriptions) void each.unsubscribe();
    test.clock.advance();
    expect(log(test.wire).at(-1)?.split(' ').sort()).toEqual(['UNSUBSCRIBE', 'a', 'b', 'c']);
  });

  it('is idempotent, and gives the same promise', () => {
    const test = connected();
    const subscription = granted(test);
    expect(subscription.unsubscribe()).toBe(subscription.unsubscribe());
    test.clock.advance();
    void subscription.unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a', 'UNSUBSCRIBE a']);
  });

  it('while SUBACK is pending waits for it, then leaves', async () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    subscription.ready.catch(() => {});
    test.clock.advance();
    const gone = subscription.unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a']);
    test.wire.suback();
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a', 'UNSUBSCRIBE a']);
    expect(await isFulfilled(gone)).toBe(false);
    test.wire.unsuback();
    expect(await isFulfilled(gone)).toBe(true);
  });

  it('while SUBACK is pending, which then refuses, has nothing to leave', async () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    const gone = subscription.unsubscribe();
    test.wire.suback(undefined, [0x87]);
    test.clock.advance();
    expect(await isFulfilled(gone)).toBe(true);
    expect(log(test.wire)).toEqual(['SUBSCRIBE a']);
  });

  it('in the tick of subscribe() sends nothing', async () => {
    const test = connected();
    const gone = test.connection.subscribe('a', {}, () => {}).unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual([]);
    expect(await isFulfilled(gone)).toBe(true);
  });

  it('fulfils when the filter is wanted again before it was sent', async () => {
    const test = connected();
    const gone = granted(test).unsubscribe();
    test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    expect(await isFulfilled(gone)).toBe(true);
    expect(log(test.wire)).toEqual(['SUBSCRIBE a']);
  });

  it('and a new wish while UNSUBACK is pending end subscribed', async () => {
    const test = connected();
    const gone = granted(test).unsubscribe();
    test.clock.advance();
    const again = test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a', 'UNSUBSCRIBE a']);
    test.wire.unsuback();
    test.clock.advance();
    expect(await isFulfilled(gone)).toBe(true);
    expect(log(test.wire)).toEqual(['SUBSCRIBE a', 'UNSUBSCRIBE a', 'SUBSCRIBE a']);
    expect(await isFulfilled(again.ready)).toBe(false);
    test.wire.suback();
    expect(await isFulfilled(again.ready)).toBe(true);
  });

  it('without a connection fulfils at once, before it was ever made and between two', async () => {
    const { connection, clock } = createTestConnection();
    expect(await isFulfilled(connection.subscribe('a', {}, () => {}).unsubscribe())).toBe(true);
    clock.advance();
    const test = connected();
    const subscription = granted(test);
    test.wire.cut();
    expect(await isFulfilled(subscription.unsubscribe())).toBe(true);
  });

  it('fulfils when the connection is lost before the answer', async () => {
    const test = connected();
    const gone = granted(test).unsubscribe();
    test.clock.advance();
    test.wire.cut();
    expect(await isFulfilled(gone)).toBe(true);
  });

  it('fulfils when the connection is closed, and after it', async () => {
    const test = connected();
    const [first, second] = [granted(test, 'a'), granted(test, 'b')];
    const gone = first.unsubscribe();
    await test.connection.close();
    expect(await isFulfilled(gone)).toBe(true);
    expect(await isFulfilled(second.unsubscribe())).toBe(true);
  });

  it('of several filters fulfils when the last is confirmed', async () => {
    const test = connected();
    const subscription = test.connection.subscribe(['a/#', 'a/+'], {}, () => {});
    test.clock.advance();
    test.wire.suback(1);
    test.wire.suback(2);
    const gone = subscription.unsubscribe();
    test.clock.advance();
    expect(log(test.wire).at(-1)).toBe('UNSUBSCRIBE a/# a/+');
    test.wire.unsuback();
    expect(await isFulfilled(gone)).toBe(true);
  });

  it('that the server refuses fulfils, and warns', async () => {
    const test = connected();
    const warnings: unknown[] = [];
    test.connection.on('warning', ({ error }) => warnings.push(error));
    const gone = granted(test).unsubscribe();
    test.clock.advance();
    test.wire.unsuback(undefined, [0x87]);
    expect(await isFulfilled(gone)).toBe(true);
    expect(warnings).toMatchObject([{ name: 'SubscribeRejectedError', filter: 'a', reasonCode: 0x87 }]);
  });

  it('is confirmed by an UNSUBACK without codes on MQTT 3.1.1', async () => {
    const test = connected({ protocolVersion: 4 });
    const gone = granted(test).unsubscribe();
    test.clock.advance();
    test.wire.unsuback(undefined, []);
    expect(await isFulfilled(gone)).toBe(true);
    expect(test.connection.state.type).toBe('connected');
  });

  it('is not confirmed by an UNSUBACK without codes on MQTT 5, which breaks the protocol', () => {
    const test = connected();
    void granted(test).unsubscribe();
    test.clock.advance();
    test.wire.unsuback(undefined, []);
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError' });
  });

  it('inside of the listener is possible, as with take(1)', () => {
    const test = connected();
    const received: string[] = [];
    const subscription = granted(test, 'a', {}, (topic) => {
      received.push(topic);
      void subscription.unsubscribe();
    });
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    test.clock.advance();
    expect(received).toEqual(['a']);
    expect(log(test.wire)).toEqual(['SUBSCRIBE a', 'UNSUBSCRIBE a']);
  });
});
