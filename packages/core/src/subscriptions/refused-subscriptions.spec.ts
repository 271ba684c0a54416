import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { Properties } from '../wire/codec/property-table.js';
import type { Subscription } from './subscribe-options.js';

interface Observed extends TestConnection {
  readonly log: string[];
  observe(
    filter: string | readonly string[],
    options?: Parameters<TestConnection['connection']['subscribe']>[1],
  ): Subscription;
}

function connected(properties: Properties = {}): Observed {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
  test.connection.open().catch(() => {});
  test.wire.connack({ properties });
  const log: string[] = [];
  return Object.assign(Object.create(test) as TestConnection, {
    log,
    observe: (filter: string | readonly string[], options = {}) =>
      test.connection.subscribe(filter, options, {
        message: ({ topic }) => void log.push(`${String(filter)} got ${topic}`),
        ready: (grants) => log.push(`${String(filter)} ready at ${grants.map(({ qos }) => qos).join()}`),
        error: ({ name, reasonCode }) =>
          log.push(`${String(filter)} ${name}${reasonCode === undefined ? '' : ` ${reasonCode}`}`),
        end: () => log.push(`${String(filter)} end`),
      }),
  });
}

const filters = ({ sent }: ScriptedWire): string[] =>
  sent.flatMap((packet) => {
    if (packet.type === 'subscribe') return packet.filters.map(({ filter }) => `+${filter}`);
    return packet.type === 'unsubscribe' ? packet.filters.map((filter) => `-${filter}`) : [];
  });

describe('SUBACK [1, 0x87, 1]', () => {
  it('tells the second observer only, now and after a reconnect', async () => {
    const test = connected();
    const subscriptions = ['a', 'b', 'c'].map((filter) => test.observe(filter, { qos: 1 }));
    const refused = expect(subscriptions[1]!.ready).rejects.toMatchObject({
      name: 'SubscribeRejectedError',
      filter: 'b',
      reasonCode: 0x87,
    });
    test.clock.advance();
    test.wires[0]!.suback(undefined, [1, 0x87, 1]);
    await refused;
    expect(test.log).toEqual(['b SubscribeRejectedError 135', 'a ready at 1', 'c ready at 1']);
    await expect(subscriptions[0]!.ready).resolves.toEqual([{ filter: 'a', qos: 1 }]);
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack();
    expect(filters(test.wires[1]!)).toEqual(['+a', '+c']);
  });

  it('leaves the others alive', () => {
    const test = connected();
    for (const filter of ['a', 'b', 'c']) test.observe(filter, { qos: 1 });
    test.clock.advance();
    test.wires[0]!.suback(undefined, [1, 0x87, 1]);
    test.log.length = 0;
    for (const topic of ['a', 'b', 'c']) test.wires[0]!.message({ topic, subscriptionIds: [1] });
    expect(test.log).toEqual(['a got a', 'c got c']);
  });
});

describe('a refusal', () => {
  it('of one of several filters ends their subscription, and the server is told of the others', () => {
    const test = connected();
    test.observe(['a', 'b', 'c']);
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0, 0x80, 0]);
    test.clock.advance();
    expect(test.log).toEqual(['a,b,c SubscribeRejectedError 128']);
    expect(filters(test.wires[0]!)).toEqual(['+a', '+b', '+c', '-a', '-c']);
  });

  it('of one of several filters takes none from those who want it too', () => {
    const test = connected();
    test.observe(['a', 'b']);
    test.observe('a');
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0, 0x80]);
    test.clock.advance();
    expect(test.log).toEqual(['a,b SubscribeRejectedError 128', 'a ready at 0']);
    expect(filters(test.wires[0]!)).toEqual(['+a', '+b']);
  });

  it('does not keep anybody from trying again', () => {
    const test = connected();
    test.observe('a');
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0x97]);
    test.observe('a');
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0]);
    expect(test.log).toEqual(['a SubscribeRejectedError 151', 'a ready at 0']);
  });

  it('says whether it may pass, and what the server says', () => {
    const test = createTestConnection();
    test.connection.open().catch(() => {});
    test.wire.connack();
    const errors: unknown[] = [];
    test.connection.subscribe('a', {}, { message: () => {}, error: (error) => errors.push(error) });
    test.clock.advance();
    test.wire.suback(undefined, [0x97]);
    expect(errors).toMatchObject([
      { name: 'SubscribeRejectedError', retryable: true, message: expect.stringContaining('"a"') },
    ]);
  });

  it('that nobody listens for is a warning; one that is awaited is not', async () => {
    const test = connected();
    const warnings: unknown[] = [];
    test.connection.on('warning', ({ error }) => warnings.push(error));
    const { connection } = test;
    connection.subscribe('a', {}, () => {});
    const awaited = expect(connection.subscribe('b', {}, () => {}).ready).rejects.toThrow();
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0x87, 0x87]);
    await awaited;
    expect(warnings).toMatchObject([{ filter: 'a' }]);
  });
});

describe('a grant', () => {
  it('lower than asked for is shown', async () => {
    const test = connected();
    const subscription = test.observe('a', { qos: 2 });
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0]);
    await expect(subscription.ready).resolves.toEqual([{ filter: 'a', qos: 0 }]);
  });

  it('comes when all filters have it, whichever packet they were in', () => {
    const test = connected();
    test.observe(['a/#', 'a/+']);
    test.clock.advance();
    test.wires[0]!.suback(2);
    expect(test.log).toEqual([]);
    test.wires[0]!.suback(1);
    expect(test.log).toEqual(['a/#,a/+ ready at 0,0']);
  });

  it('comes at once for one who joins what is granted already', async () => {
    const test = connected();
    test.observe('a', { qos: 1 });
    test.clock.advance();
    test.wires[0]!.suback();
    test.log.length = 0;
    const late = test.observe('a');
    expect(test.log).toEqual([]);
    test.clock.advance();
    expect(test.log).toEqual(['a ready at 1']);
    await expect(late.ready).resolves.toEqual([{ filter: 'a', qos: 1 }]);
  });

  it('of less than a later observer wants is not taken for its grant', async () => {
    const test = connected();
    test.observe('a', { qos: 0 });
    test.clock.advance();
    const { ready } = test.observe('a', { qos: 1 });
    test.wires[0]!.suback(1);
    test.clock.advance();
    test.wires[0]!.suback(2);
    await expect(ready).resolves.toEqual([{ filter: 'a', qos: 1 }]);
  });
});

describe('what the server does not offer', () => {
  it.each([
    ['wildcards', { wildcardSubscriptionAvailable: 0 }, ['a/+', 'a/#', '#'], {}, /no wildcards/],
    ['groups', { sharedSubscriptionAvailable: 0 }, ['a'], { group: 'g' }, /no consumer groups/],
    ['packets of this size', { maximumPacketSize: 50 }, ['x'.repeat(50)], {}, /no packet of this size/],
  ] as const)('(%s) is refused here, and nothing else with it', (_, properties, refused, options, message) => {
    const test = connected(properties);
    const errors: string[] = [];
    for (const filter of refused)
      test.connection.subscribe(filter, options, {
        message: () => {},
        error: (error) => errors.push(`${error.name} ${error.message}`),
      });
    test.observe('ok');
    test.clock.advance();
    expect(filters(test.wires[0]!)).toEqual(['+ok']);
    expect(errors).toHaveLength(refused.length);
    for (const error of errors) {
      expect(error).toMatch(/^UnsupportedError/);
      expect(error).toMatch(message);
    }
    test.wires[0]!.suback();
    expect(test.log).toEqual(['ok ready at 0']);
  });

  it('is refused when the wish was there before the server was', () => {
    const test = createTestConnection();
    const errors: string[] = [];
    test.connection.subscribe('a/+', {}, { message: () => {}, error: ({ name }) => errors.push(name) });
    test.connection.open().catch(() => {});
    test.wire.connack({ properties: { wildcardSubscriptionAvailable: 0 } });
    expect(errors).toEqual(['UnsupportedError']);
    expect(test.wire.sent).toEqual([]);
  });

  it.each(['a/+ before', 'b after'])('may make its observer close the connection: %s', (order) => {
    const test = createTestConnection();
    const { connection } = test;
    const refused = (): void => {
      connection.subscribe('a/+', {}, { message: () => {}, error: () => void connection.close() });
    };
    const ends: string[] = [];
    const other = (): void => {
      connection.subscribe('b', {}, { message: () => {}, end: () => ends.push('end') });
    };
    if (order === 'a/+ before') refused();
    other();
    if (order !== 'a/+ before') refused();
    connection.open().catch(() => {});
    expect(() => test.wire.connack({ properties: { wildcardSubscriptionAvailable: 0 } })).not.toThrow();
    expect(connection.state.type).toBe('closed');
    expect(ends).toEqual(['end']);
    expect(filters(test.wire)).toEqual([]);
  });
});
