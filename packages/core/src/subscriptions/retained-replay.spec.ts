import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type ScriptedMessage, type SentPacket, type TestConnection } from '../testing/index.js';
import type { FilterSet, SubscribeOptions, Subscription } from './subscribe-options.js';

type Subscribe = Extract<SentPacket, { type: 'subscribe' }>;

interface Script extends TestConnection {
  /** `name topic` of what each observer got. */
  readonly received: string[];
  observe(name: string, filters: string | FilterSet, options?: SubscribeOptions): Subscription;
  subscribes(): Subscribe[];
  /** The server answers all that is open. */
  answer(): void;
  /** What has been received since the last look. */
  fresh(): string[];
  retained(topic: string, id?: number, more?: Partial<ScriptedMessage>): void;
}

function connected(options: ConnectionOptions = {}): Script {
  const test = createTestConnection({
    keepalive: 0,
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
  });
  test.connection.open().catch(() => {});
  test.wire.connack();
  const received: string[] = [];
  const answered = new Set<SentPacket>();
  const script: Script = Object.assign(Object.create(test) as TestConnection, {
    received,
    observe: (name: string, filters: string | FilterSet, given: SubscribeOptions = {}) => {
      const subscription = test.connection.subscribe(
        filters,
        given,
        ({ topic }) => void received.push(`${name} ${topic}`),
      );
      test.clock.advance();
      return subscription;
    },
    subscribes: () => test.wire.sent.filter((packet) => packet.type === 'subscribe'),
    answer: () => {
      for (const packet of script.subscribes()) {
        if (!answered.has(packet)) test.wire.suback(packet.packetId);
        answered.add(packet);
      }
      test.clock.advance();
    },
    fresh: () => received.splice(0),
    retained: (topic: string, id?: number, more = {}) => {
      test.wire.message({ topic, retain: true, ...(id === undefined ? {} : { subscriptionIds: [id] }), ...more });
    },
  });
  return script;
}

const replay = { retained: 'replay' } as const;

describe("a late observer with retained: 'replay'", () => {
  it('subscribes once more, with retain handling 0 and a fresh identifier, and gets alone what that brings', () => {
    const test = connected();
    test.observe('early', 'a/#');
    test.answer();
    test.retained('a/1', 1);
    expect(test.fresh()).toEqual(['early a/1']);
    test.observe('late', 'a/#', replay);
    expect(test.subscribes()[1]).toMatchObject({
      subscriptionId: 2,
      filters: [{ filter: 'a/#', retainHandling: 0, retainAsPublished: false }],
    });
    test.retained('a/1', 2);
    test.answer();
    test.retained('a/2', 2);
    expect(test.fresh()).toEqual(['late a/1', 'late a/2']);
  });

  it('shares every live message with the others, under both identifiers', () => {
    const test = connected();
    test.observe('early', 'a');
    test.answer();
    test.observe('late', 'a', replay);
    for (const id of [1, 2]) test.wire.message({ topic: 'a', subscriptionIds: [id] });
    expect(test.fresh()).toEqual(['early a', 'late a', 'early a', 'late a']);
  });

  it('gets nothing of what the first SUBSCRIBE still brings: all of it comes under its own', () => {
    const test = connected();
    test.observe('early', 'a/#');
    test.answer();
    test.retained('a/1', 1);
    test.observe('late', 'a/#', replay);
    test.retained('a/2', 1);
    test.answer();
    test.retained('a/1', 2);
    test.retained('a/2', 2);
    expect(test.fresh()).toEqual(['early a/1', 'early a/2', 'late a/1', 'late a/2']);
  });

  it('waits for the answer to the SUBSCRIBE before', () => {
    const test = connected();
    test.observe('early', 'a');
    test.observe('late', 'a', replay);
    expect(test.subscribes()).toHaveLength(1);
    test.retained('a', 1);
    expect(test.fresh()).toEqual(['early a']);
    test.answer();
    expect(test.subscribes()).toHaveLength(2);
    test.retained('a', 2);
    expect(test.fresh()).toEqual(['late a']);
  });

  it('shares one SUBSCRIBE with those of its tick, not with one that comes after it was sent', () => {
    const test = connected();
    test.observe('early', 'a');
    test.answer();
    for (const name of ['one', 'two'])
      test.connection.subscribe('a', replay, ({ topic }) => void test.received.push(`${name} ${topic}`));
    test.clock.advance();
    test.observe('three', 'a', replay);
    expect(test.subscribes()).toHaveLength(2);
    test.retained('a', 2);
    expect(test.fresh()).toEqual(['one a', 'two a']);
    test.answer();
    test.retained('a', 3);
    expect(test.fresh()).toEqual(['three a']);
  });

  it('costs no SUBSCRIBE of its own when it is the first, or withdrawn in its tick', () => {
    const test = connected();
    test.observe('first', 'a', replay);
    test.answer();
    test.retained('a', 1);
    expect(test.fresh()).toEqual(['first a']);
    void test.connection.subscribe('a', replay, () => {}).unsubscribe();
    test.clock.advance();
    expect(test.subscribes()).toHaveLength(1);
  });

  it('that is gone takes nothing with it, and nothing of its replay reaches the others', () => {
    const test = connected();
    test.observe('early', 'a');
    test.answer();
    void test.observe('late', 'a', replay).unsubscribe();
    test.retained('a', 2);
    test.answer();
    test.wire.message({ topic: 'a', subscriptionIds: [2] });
    expect(test.fresh()).toEqual(['early a']);
    expect(test.wire.sent.filter(({ type }) => type === 'unsubscribe')).toEqual([]);
  });

  it('of several overlapping filters gets each topic once', () => {
    const test = connected();
    test.observe('early', 'a/#');
    test.answer();
    test.observe('late', { 'a/#': {}, 'a/+': {} }, replay);
    const [, one, two] = test.subscribes();
    test.answer();
    for (const packet of [one!, two!]) test.retained('a/1', packet.subscriptionId);
    expect(test.fresh()).toEqual(['late a/1']);
  });

  it('gets from its new filter what its old one does not bring', () => {
    const test = connected();
    test.observe('early', 'a/#');
    test.answer();
    // Without replay: of a/# it is late, of a/+ the first.
    test.observe('late', { 'a/#': {}, 'a/+': {} });
    test.answer();
    test.retained('a/1', 2);
    expect(test.fresh()).toEqual(['late a/1']);
  });

  it('gets it after a cut as well, and the others do not', () => {
    const test = connected();
    test.observe('early', 'a');
    test.answer();
    test.observe('late', 'a', replay);
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    expect(test.subscribes()).toMatchObject([{ subscriptionId: 3, filters: [{ retainHandling: 0 }] }]);
    test.retained('a', 3);
    expect(test.fresh()).toEqual(['late a']);
  });

  it('gets it with all the others when the session is lost', () => {
    const test = connected();
    test.observe('early', 'a');
    test.answer();
    test.observe('late', 'a', replay);
    test.answer();
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack();
    expect(test.subscribes()).toHaveLength(1);
    test.answer();
    test.retained('a', 3);
    expect(test.fresh()).toEqual(['early a', 'late a']);
    expect(test.subscribes()).toHaveLength(1);
  });

  it('asks without the flag of the publisher, which others want: that follows at once, with no retained messages', () => {
    const test = connected();
    test.observe('early', 'a', { retainAsPublished: true });
    test.answer();
    test.observe('late', 'a', replay);
    test.answer();
    expect(test.subscribes().map(({ filters }) => filters[0])).toMatchObject([
      { retainAsPublished: true, retainHandling: 0 },
      { retainAsPublished: false, retainHandling: 0 },
      { retainAsPublished: true, retainHandling: 1 },
    ]);
    test.retained('a', 2);
    test.answer();
    test.retained('a', 3);
    expect(test.fresh()).toEqual(['late a', 'early a', 'late a']);
    test.answer();
    expect(test.subscribes()).toHaveLength(3);
  });

  it('is told of a refusal, alone', () => {
    const test = connected();
    const errors: string[] = [];
    test.observe('early', 'a');
    test.answer();
    test.connection.subscribe('a', replay, { message: () => {}, error: ({ name }) => errors.push(name) });
    test.clock.advance();
    test.wire.suback(2, [0x87]);
    test.clock.advance();
    expect(errors).toEqual(['SubscribeRejectedError']);
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    expect(test.fresh()).toEqual(['early a']);
    expect(test.subscribes()).toHaveLength(2);
  });

  it('a hundred times leaves one subscription, whose messages all get', () => {
    const test = connected();
    test.observe('early', 'a');
    test.answer();
    for (let i = 0; i < 100; i++) {
      const late = test.observe('late', 'a', replay);
      test.answer();
      test.retained('a', i + 2);
      expect(test.fresh()).toEqual(['late a']);
      void late.unsubscribe();
    }
    test.wire.message({ topic: 'a', subscriptionIds: [101] });
    expect(test.fresh()).toEqual(['early a']);
  });
});

describe("an observer with retained: 'live'", () => {
  it('never gets a retained message, though others want them', () => {
    const test = connected();
    test.observe('live', 'a', { retained: 'live' });
    test.observe('all', 'b', {});
    expect(test.subscribes()[0]).toMatchObject({ filters: [{ retainHandling: 2 }] });
    test.answer();
    test.observe('other', 'a');
    expect(test.subscribes().at(-1)).toMatchObject({ filters: [{ filter: 'a', retainHandling: 0 }] });
    test.retained('a', test.subscribes().at(-1)!.subscriptionId);
    test.wire.message({ topic: 'a' });
    expect(test.fresh()).toEqual(['other a', 'live a', 'other a']);
    test.answer();
    test.observe('third', 'a');
    expect(test.subscribes()).toHaveLength(3);
  });

  it('gets none in the tick that it shares with one who wants them', () => {
    const test = connected();
    test.connection.subscribe('a', { retained: 'live' }, () => void test.received.push('live'));
    test.observe('other', 'a');
    test.answer();
    test.retained('a', 1);
    expect(test.fresh()).toEqual(['other a']);
  });

  it('gets what is published with the flag, where the flag is kept', () => {
    const test = connected();
    test.connection.subscribe(
      'a',
      { retained: 'live', retainAsPublished: true },
      ({ retain }) => void test.received.push(String(retain)),
    );
    test.observe('other', 'a');
    expect(test.subscribes()[0]).toMatchObject({ filters: [{ retainAsPublished: false, retainHandling: 0 }] });
    test.retained('a', 1);
    test.answer();
    expect(test.subscribes()[1]).toMatchObject({ filters: [{ retainAsPublished: true, retainHandling: 1 }] });
    test.answer();
    test.retained('a', 2);
    expect(test.fresh()).toEqual(['other a', 'true', 'other a']);
  });
});

describe('where the server knows no identifiers', () => {
  it.each([
    ['MQTT 3.1.1', { protocolVersion: 4 }, {}],
    ['MQTT 5 without them', {}, { properties: { subscriptionIdentifiersAvailable: 0 } }],
  ] as const)('what comes after the SUBSCRIBE of a replay is taken for it: %s', (_, options, connack) => {
    const test = createTestConnection({ keepalive: 0, ...options });
    const received: string[] = [];
    const observe = (name: string, given: SubscribeOptions = {}, filter = 'a/#'): void => {
      const before = test.wire.sent.length;
      test.connection.subscribe(filter, given, ({ topic }) => void received.push(`${name} ${topic}`));
      test.clock.advance();
      if (test.wire.sent.length > before) test.wire.suback();
    };
    test.connection.open().catch(() => {});
    test.wire.connack(connack);
    observe('early');
    test.wire.message({ topic: 'a/1', retain: true });
    expect(received.splice(0)).toEqual(['early a/1']);
    observe('late', replay);
    test.wire.message({ topic: 'a/1', retain: true });
    test.wire.message({ topic: 'a/1' });
    expect(received.splice(0)).toEqual(['late a/1', 'early a/1', 'late a/1']);
    observe('live', { retained: 'live' });
    observe('stronger', { qos: 1 });
    test.wire.message({ topic: 'a/1', retain: true });
    expect(received.splice(0)).toEqual([]);
    observe('narrow', {}, 'a/+');
    test.wire.message({ topic: 'a/1', retain: true });
    expect(received.splice(0)).toContain('narrow a/1');
  });
});
