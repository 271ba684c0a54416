import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { SubscribeOptions, Subscription } from './subscribe-options.js';

function connected(): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return test;
}

function log({ sent }: ScriptedWire): string[] {
  return sent.flatMap((packet) => {
    if (packet.type === 'subscribe') return packet.filters.map(({ filter, qos }) => `+${filter}:${qos}`);
    return packet.type === 'unsubscribe' ? packet.filters.map((filter) => `-${filter}`) : [];
  });
}

function granted(
  test: TestConnection,
  options: SubscribeOptions = { linger: 100 },
  listener: () => void = () => {},
): Subscription {
  const subscription = test.connection.subscribe('a', options, listener);
  test.clock.advance();
  test.wire.suback();
  return subscription;
}

describe('a filter with linger', () => {
  it('is unsubscribed so many milliseconds after the last subscription was withdrawn', async () => {
    const test = connected();
    let isGone = false;
    const gone = granted(test)
      .unsubscribe()
      .then(() => {
        isGone = true;
      });
    test.clock.advance(99);
    expect(log(test.wire)).toEqual(['+a:0']);
    test.clock.advance(1);
    expect(log(test.wire)).toEqual(['+a:0', '-a']);
    await Promise.resolve();
    expect(isGone).toBe(false);
    test.wire.unsuback();
    await gone;
  });

  it('costs no packet for one that comes meanwhile, which gets what comes', async () => {
    const test = connected();
    const gone = granted(test).unsubscribe();
    test.clock.advance(99);
    const received: string[] = [];
    const late = test.connection.subscribe('a', {}, ({ topic }) => void received.push(topic));
    test.clock.advance(1_000);
    await gone;
    expect(log(test.wire)).toEqual(['+a:0']);
    await expect(late.ready).resolves.toEqual([{ filter: 'a', qos: 0 }]);
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    expect(received).toEqual(['a']);
    void late.unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual(['+a:0', '-a']);
  });

  it('costs one for a stronger one', () => {
    const test = connected();
    void granted(test).unsubscribe();
    test.clock.advance();
    test.connection.subscribe('a', { qos: 1 }, () => {});
    test.clock.advance();
    expect(log(test.wire)).toEqual(['+a:0', '+a:1']);
  });

  it('lingers from the last withdrawal on, and once for a hundred', () => {
    const test = connected();
    const first = granted(test);
    for (let i = 0; i < 100; i++) {
      void first.unsubscribe();
      void test.connection.subscribe('a', { linger: 100 }, () => {}).unsubscribe();
      test.clock.advance(50);
    }
    expect(log(test.wire)).toEqual(['+a:0']);
    test.clock.advance(50);
    expect(log(test.wire)).toEqual(['+a:0', '-a']);
    expect(test.clock.pending).toBe(1);
  });

  it('acknowledges and drops what comes meanwhile', () => {
    const test = connected();
    const drops: string[] = [];
    test.connection.on('drop', ({ topic, reason }) => drops.push(`${topic} ${reason}`));
    const listener = jest.fn();
    void granted(test, { qos: 1, linger: 100 }, listener).unsubscribe();
    test.wire.message({ topic: 'a', qos: 1, packetId: 7, subscriptionIds: [1] });
    expect(test.wire.sent.filter(({ type }) => type === 'ack')).toMatchObject([{ packetId: 7 }]);
    expect(drops).toEqual(['a unobserved']);
    expect(listener).not.toHaveBeenCalled();
  });

  it('keeps what comes meanwhile for the next one, where acknowledgement is manual', () => {
    const test = connected();
    void granted(test, { qos: 1, ack: 'manual', linger: 100 }).unsubscribe();
    test.wire.message({ topic: 'a', qos: 1, packetId: 7, subscriptionIds: [1] });
    const received: boolean[] = [];
    test.connection.subscribe('a', { qos: 1, ack: 'manual' }, ({ redelivered }) => void received.push(redelivered));
    test.clock.advance();
    expect(received).toEqual([true]);
    expect(log(test.wire)).toEqual(['+a:1']);
  });

  it('lingers while SUBACK is pending', () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', { linger: 100 }, () => {});
    test.clock.advance();
    void subscription.unsubscribe();
    test.wire.suback();
    test.clock.advance(99);
    expect(log(test.wire)).toEqual(['+a:0']);
    test.clock.advance(1);
    expect(log(test.wire)).toEqual(['+a:0', '-a']);
  });

  it('has nothing to linger for when it was never sent, refused, or is lost with the session', () => {
    const test = connected();
    void test.connection.subscribe('a', { linger: 100 }, () => {}).unsubscribe();
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
    const refused = test.connection.subscribe('b', { linger: 100 }, () => {});
    test.clock.advance();
    void refused.unsubscribe();
    test.wire.suback(undefined, [0x87]);
    test.clock.advance(1_000);
    void granted(test).unsubscribe();
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack();
    test.clock.advance(1_000);
    expect(log(test.wire)).toEqual([]);
    expect(test.clock.pending).toBe(0);
  });

  it('lingers through a reconnect that resumes the session', () => {
    const test = connected();
    void granted(test).unsubscribe();
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    test.clock.advance(98);
    expect(log(test.wire)).toEqual([]);
    test.clock.advance(1);
    expect(log(test.wire)).toEqual(['-a']);
  });

  it('is forgotten when the connection is closed, and unsubscribe() fulfils', async () => {
    const test = connected();
    const gone = granted(test).unsubscribe();
    test.clock.advance();
    await test.connection.close();
    await gone;
    expect(test.clock.pending).toBe(0);
  });
});
