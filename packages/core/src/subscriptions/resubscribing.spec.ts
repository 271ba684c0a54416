import { createTestConnection, type ScriptedWire, type SentPacket, type TestConnection } from '../testing/index.js';
import type { Grant, Subscription } from './subscribe-options.js';

function connected(options: Parameters<typeof createTestConnection>[0] = {}): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return test;
}

function reconnect(test: TestConnection, connack: NonNullable<Parameters<ScriptedWire['connack']>[0]>): ScriptedWire {
  test.wire.cut();
  test.clock.advance(1);
  test.wire.connack(connack);
  test.clock.advance();
  return test.wire;
}

function answerAll(wire: ScriptedWire): void {
  for (const { packetId } of subscribes(wire)) wire.suback(packetId);
}

const subscribes = ({ sent }: ScriptedWire): Extract<SentPacket, { type: 'subscribe' }>[] =>
  sent.filter((packet) => packet.type === 'subscribe');

describe('when the server has lost the session', () => {
  it('every filter is subscribed again, with all its options, at once and before anything is published', () => {
    const test = connected();
    test.connection.subscribe(
      'a',
      { qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 'sendIfNew' },
      () => {},
    );
    test.connection.subscribe('b', { qos: 2, retainHandling: 'ignore' }, () => {});
    test.connection.subscribe('c', { group: 'g' }, () => {});
    test.clock.advance();
    test.wire.suback();
    test.wire.cut();
    test.connection.publish('p', 'x', { qos: 1 });
    test.clock.advance(1);
    test.wire.connack();
    expect(test.wire.sent.map(({ type }) => type)).toEqual(['subscribe', 'publish']);
    expect(subscribes(test.wire)[0]?.filters).toEqual([
      { filter: 'a', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 1 },
      { filter: 'b', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 2 },
      { filter: '$share/g/c', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
    ]);
  });

  it('identifiers are new, so that nothing old can be mistaken for it', () => {
    const test = connected();
    test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    test.wire.suback();
    const ids = [subscribes(test.wire), subscribes(reconnect(test, {}))].map(([packet]) => packet?.subscriptionId);
    expect(new Set(ids).size).toBe(2);
  });

  it('`ready` that nobody has asked for before tells what was granted before, until there is a new answer', async () => {
    const test = connected();
    const observe = (filter: string): Subscription => test.connection.subscribe(filter, { qos: 2 }, () => {});
    const [early, late] = [observe('a'), observe('b')];
    test.clock.advance();
    test.wire.suback(undefined, [1, 2]);
    const wire = reconnect(test, {});
    await expect(early.ready).resolves.toEqual([{ filter: 'a', qos: 1 }]);
    wire.suback(undefined, [0, 0]);
    await expect(late.ready).resolves.toEqual([{ filter: 'b', qos: 0 }]);
  });

  it('observers are told again when they are granted again', () => {
    const test = connected();
    const grants: (readonly Grant[])[] = [];
    test.connection.subscribe('a', { qos: 2 }, { message: () => {}, ready: (granted) => grants.push(granted) });
    test.clock.advance();
    test.wire.suback();
    const wire = reconnect(test, {});
    expect(grants).toHaveLength(1);
    wire.suback(undefined, [1]);
    expect(grants).toEqual([[{ filter: 'a', qos: 2 }], [{ filter: 'a', qos: 1 }]]);
  });

  it('an observer whose filter is refused this time is told, and only that one', () => {
    const test = connected();
    const errors: string[] = [];
    for (const filter of ['a', 'b'])
      test.connection.subscribe(
        filter,
        {},
        { message: () => {}, error: (error) => errors.push(`${filter}: ${error.message}`) },
      );
    test.clock.advance();
    test.wire.suback();
    reconnect(test, {}).suback(undefined, [0, 0x87]);
    expect(errors).toEqual([expect.stringMatching(/^b: .*0x87/)]);
    expect(subscribes(reconnect(test, {})).flatMap(({ filters }) => filters.map(({ filter }) => filter))).toEqual([
      'a',
    ]);
  });

  it('what nobody wants any more is not subscribed again', () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    test.connection.subscribe('b', {}, () => {});
    test.clock.advance();
    test.wire.suback();
    test.wire.cut();
    void subscription.unsubscribe();
    test.clock.advance(1);
    test.wire.connack();
    test.clock.advance();
    expect(test.wire.sent).toMatchObject([{ type: 'subscribe', filters: [{ filter: 'b' }] }]);
  });

  it('it is done every time', () => {
    const test = connected();
    test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    test.wire.suback();
    for (let i = 0; i < 10; i++) {
      const wire = reconnect(test, {});
      expect(subscribes(wire)).toHaveLength(1);
      if (i % 2 === 0) answerAll(wire);
    }
  });
});

describe('when the server has kept the session', () => {
  it('nothing is subscribed again, so that no retained message comes twice', () => {
    const test = connected();
    const ready: unknown[] = [];
    test.connection.subscribe('a', {}, { message: () => {}, ready: (grants) => ready.push(grants) });
    test.clock.advance();
    test.wire.suback();
    expect(reconnect(test, { sessionPresent: true }).sent).toEqual([]);
    expect(ready).toHaveLength(1);
  });

  it('messages are delivered at once, under the identifiers of before', () => {
    const test = connected();
    const received: string[] = [];
    test.connection.subscribe('a', {}, ({ topic }) => void received.push(topic));
    test.clock.advance();
    test.wire.suback();
    reconnect(test, { sessionPresent: true }).message({ topic: 'a', subscriptionIds: [1] });
    expect(received).toEqual(['a']);
  });

  it('what came meanwhile is subscribed, what went is unsubscribed', () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    test.connection.subscribe('b', {}, () => {});
    test.clock.advance();
    test.wire.suback();
    test.wire.cut();
    void subscription.unsubscribe();
    test.connection.subscribe('c', {}, () => {});
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    test.clock.advance();
    expect(test.wire.sent).toMatchObject([
      { type: 'unsubscribe', filters: ['a'] },
      { type: 'subscribe', filters: [{ filter: 'c' }] },
    ]);
  });

  it.each(['subscribe', 'unsubscribe'] as const)('an %s that was not answered is said again', (type) => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    if (type === 'unsubscribe') {
      test.wire.suback();
      void subscription.unsubscribe();
      test.clock.advance();
    }
    expect(reconnect(test, { sessionPresent: true }).sent).toMatchObject([{ type }]);
  });

  it('an observer that left while SUBACK was on its way leaves nothing at the server', () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    test.clock.advance();
    void subscription.unsubscribe();
    expect(reconnect(test, { sessionPresent: true }).sent).toMatchObject([{ type: 'unsubscribe', filters: ['a'] }]);
  });
});
