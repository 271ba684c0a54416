import fc from 'fast-check';
import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { Subscription, SubscribeOptions } from './subscribe-options.js';

function connected(
  options: ConnectionOptions = {},
  connack: Parameters<ScriptedWire['connack']>[0] = {},
): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  test.connection.open().catch(() => {});
  test.wire.connack(connack);
  return test;
}

function observe(
  { connection }: TestConnection,
  filter: string | readonly string[],
  options: SubscribeOptions = {},
): Subscription {
  return connection.subscribe(filter, options, () => {});
}

/** What was sent about subscriptions, in words. */
function log({ sent }: ScriptedWire): string[] {
  return sent.flatMap((packet) => {
    if (packet.type === 'subscribe')
      return [`SUBSCRIBE ${packet.filters.map(({ filter, qos }) => `${filter}:${qos}`).join(' ')}`];
    return packet.type === 'unsubscribe' ? [`UNSUBSCRIBE ${packet.filters.join(' ')}`] : [];
  });
}

describe('SUBSCRIBE', () => {
  it('goes out once for all that is wanted in a tick', () => {
    const test = connected();
    for (const filter of ['a', 'b', 'c/+']) observe(test, filter, { qos: 1 });
    expect(log(test.wire)).toEqual([]);
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:1 b:1 c/+:1']);
  });

  it('carries options, identifier and filter as they were wished for', () => {
    const test = connected();
    observe(test, 'a', { qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 'ignore' });
    test.clock.advance();
    expect(test.wire.sent).toEqual([
      {
        type: 'subscribe',
        packetId: 1,
        subscriptionId: 1,
        filters: [{ filter: 'a', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }],
      },
    ]);
  });

  it.each([
    ['send', 0],
    ['sendIfNew', 1],
    ['ignore', 2],
  ] as const)('says retainHandling: %s as %d', (retainHandling, code) => {
    const test = connected();
    observe(test, 'a', { retainHandling });
    test.clock.advance();
    expect(test.wire.sent).toMatchObject([{ filters: [{ retainHandling: code }] }]);
  });

  it('goes out once for many observers of a filter', () => {
    const test = connected();
    for (let i = 0; i < 10; i++) observe(test, 'a');
    test.clock.advance();
    test.wire.suback();
    observe(test, 'a');
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0']);
  });

  it('goes out once for a filter that is named twice', () => {
    const test = connected();
    observe(test, ['a', 'a', 'b']);
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0 b:0']);
  });

  it('asks for the highest QoS that any observer wants', () => {
    const test = connected();
    for (const qos of [0, 2, 1] as const) observe(test, 'a', { qos });
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:2']);
  });

  it('restricts only what all observers want restricted', () => {
    const test = connected();
    observe(test, 'a', { noLocal: true, retainHandling: 'ignore' });
    observe(test, 'a', { noLocal: false, retainAsPublished: true, retainHandling: 'sendIfNew' });
    test.clock.advance();
    expect(test.wire.sent).toMatchObject([
      { filters: [{ noLocal: false, retainAsPublished: true, retainHandling: 1 }] },
    ]);
  });

  it('carries no identifier where the server knows none', () => {
    for (const test of [
      connected({ protocolVersion: 4 }),
      connected({}, { properties: { subscriptionIdentifiersAvailable: 0 } }),
    ]) {
      observe(test, ['a/#', 'a/+']);
      test.clock.advance();
      expect(test.wire.sent).toMatchObject([{ type: 'subscribe', subscriptionId: 0, filters: [{}, {}] }]);
    }
  });

  it('is repeated with the higher QoS when a stronger observer joins, without retained messages for the others', () => {
    const test = connected();
    observe(test, 'a');
    test.clock.advance();
    test.wire.suback();
    observe(test, 'a', { qos: 1 });
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0', 'SUBSCRIBE a:1']);
    expect(test.wire.sent[1]).toMatchObject({ subscriptionId: 2, filters: [{ retainHandling: 1 }] });
  });

  it('is not repeated when a weaker observer joins, or the stronger one leaves', () => {
    const test = connected();
    const strong = observe(test, 'a', { qos: 2 });
    test.clock.advance();
    test.wire.suback();
    observe(test, 'a', { qos: 1 });
    test.clock.advance();
    void strong.unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:2']);
  });

  it('is repeated when the options change for all', () => {
    const test = connected();
    const local = observe(test, 'a', { noLocal: false });
    observe(test, 'a', { noLocal: true });
    test.clock.advance();
    test.wire.suback();
    void local.unsubscribe();
    test.clock.advance();
    expect(test.wire.sent.slice(1)).toMatchObject([{ type: 'subscribe', filters: [{ filter: 'a', noLocal: true }] }]);
  });

  it('waits until the one before it is answered: one packet at a time per filter', () => {
    const test = connected();
    observe(test, 'a');
    test.clock.advance();
    observe(test, 'a', { qos: 1 });
    observe(test, 'b', { qos: 1 });
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0', 'SUBSCRIBE b:1']);
    test.wire.suback(1);
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0', 'SUBSCRIBE b:1', 'SUBSCRIBE a:1']);
  });

  it('with a group names it also for the filters of an update', () => {
    const test = connected();
    const subscription = observe(test, 'a', { group: 'g' });
    test.clock.advance();
    test.wire.suback();
    subscription.update('b');
    test.clock.advance();
    expect(log(test.wire).slice(0, 2)).toEqual(['SUBSCRIBE $share/g/a:0', 'SUBSCRIBE $share/g/b:0']);
  });

  it('with a group names it, and is apart from the filter without', () => {
    const test = connected();
    const shared = observe(test, ['a/+', 'b'], { group: 'workers' });
    observe(test, 'a/+');
    expect(shared.filters).toEqual(['$share/workers/a/+', '$share/workers/b']);
    test.clock.advance();
    expect(
      log(test.wire)
        .flatMap((line) => line.split(' ').slice(1))
        .sort(),
    ).toEqual(['$share/workers/a/+:0', '$share/workers/b:0', 'a/+:0']);
  });
});

describe('a wish that cannot be', () => {
  it.each([
    ['an invalid filter', 'a#', {}, { name: 'InvalidTopicError', kind: 'filter' }],
    ['one invalid filter of many', ['a', 'b/+c'], {}, { name: 'InvalidTopicError', kind: 'filter' }],
    ['an empty filter', '', {}, { name: 'InvalidTopicError' }],
    ['a filter that is no text', [7], {}, { name: 'InvalidTopicError' }],
    ['an incomplete group filter', '$share/g', {}, { name: 'InvalidTopicError' }],
    ['an invalid group', 'a', { group: 'a/b' }, { name: 'InvalidTopicError', kind: 'group' }],
    ['an empty group', 'a', { group: '' }, { name: 'InvalidTopicError', kind: 'group' }],
    ['a group twice', '$share/g/a', { group: 'h' }, { name: 'InvalidTopicError' }],
    ['an invalid QoS', 'a', { qos: 3 }, { name: 'InvalidOptionsError', problems: [{ path: 'qos' }] }],
    [
      'no local in a group',
      'a',
      { group: 'g', noLocal: true },
      { name: 'InvalidOptionsError', problems: [{ path: 'noLocal' }] },
    ],
    [
      'no local on a group filter',
      '$share/g/a',
      { noLocal: true },
      { name: 'InvalidOptionsError', problems: [{ path: 'noLocal' }] },
    ],
  ])('(%s) is refused at once, and leaves nothing behind', (_, filter, options, expected) => {
    const test = connected();
    expect(() => observe(test, filter as string, options as SubscribeOptions)).toThrow(
      expect.objectContaining(expected.name === 'InvalidOptionsError' ? { name: expected.name } : expected),
    );
    test.clock.advance();
    expect(test.wire.sent).toEqual([]);
    observe(test, 'a');
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0']);
  });

  it('(no filter at all) is refused at once: nothing could ever become of it', () => {
    const test = connected();
    expect(() => observe(test, [])).toThrow(expect.objectContaining({ name: expect.stringMatching(/^Invalid/) }));
  });

  it.each([undefined, null, {}, { ready: () => {} }, 7])('(no listener, but %p) is refused at once', (observer) => {
    const { connection } = connected();
    expect(() => connection.subscribe('a', {}, observer as never)).toThrow(
      expect.objectContaining({ name: 'InvalidOptionsError' }),
    );
  });

  it.each([null, 7, 'qos'])('(options that are %p) is refused with InvalidOptionsError', (options) => {
    const { connection } = connected();
    expect(() => connection.subscribe('a', options as never, () => {})).toThrow(
      expect.objectContaining({ name: 'InvalidOptionsError' }),
    );
  });
});

describe('a packet', () => {
  it('is as large as the server takes, and no larger', () => {
    const test = connected({}, { properties: { maximumPacketSize: 100 } });
    for (let i = 0; i < 20; i++) observe(test, `filter/${i}`);
    test.clock.advance();
    expect(log(test.wire).length).toBeGreaterThan(2);
    expect(log(test.wire).length).toBeLessThan(8);
    for (const packet of test.wire.sent) {
      if (packet.type === 'subscribe')
        expect(16 + packet.filters.reduce((sum, { filter }) => sum + 3 + filter.length, 0)).toBeLessThanOrEqual(100);
    }
  });

  it('of many filters is one of few: 5,000 filters, 10 packets', () => {
    const test = connected();
    for (let i = 0; i < 5_000; i++) observe(test, `a/${i}`);
    test.clock.advance();
    expect(log(test.wire)).toHaveLength(10);
  });

  it('holds no filters that overlap, since it has one identifier', () => {
    const test = connected();
    observe(test, ['a/#', 'a/+', 'a/b', 'c']);
    test.clock.advance();
    const packets = test.wire.sent.map((packet) =>
      packet.type === 'subscribe' ? [packet.subscriptionId, packet.filters.map(({ filter }) => filter)] : [],
    );
    expect(packets).toEqual([
      [1, expect.arrayContaining(['a/#'])],
      [2, expect.arrayContaining(['a/+'])],
      [3, expect.arrayContaining(['a/b'])],
    ]);
  });

  it('that finds no identifier free takes none of the others with it', () => {
    const test = connected({ publish: { window: 65_535, capacity: 100_000 } });
    for (let i = 0; i < 65_535; i++) test.connection.publish('p', 'x', { qos: 1 });
    observe(test, ['a/#', 'a/+', 'a/b']);
    test.clock.advance();
    for (let id = 1; id <= 10; id++) test.wire.acknowledge(4, id);
    test.clock.advance(1_000);
    expect(log(test.wire)).toHaveLength(3);
  });
});

describe('a SUBACK', () => {
  it.each([
    ['that answers nothing', (wire: ScriptedWire) => wire.suback(1) ?? wire.suback(1)],
    ['that answers an UNSUBSCRIBE', undefined],
    ['with too few codes', (wire: ScriptedWire) => wire.suback(1, [0])],
    ['with too many codes', (wire: ScriptedWire) => wire.suback(1, [0, 0, 0])],
  ])('%s breaks the protocol', (what, act) => {
    const test = connected();
    const subscription = observe(test, ['a', 'b']);
    test.clock.advance();
    if (act !== undefined) act(test.wire);
    else {
      test.wire.suback(1);
      void subscription.unsubscribe();
      test.clock.advance();
      jest.spyOn(test.wire.sent, 'reverse');
      // The script only answers what was asked: the identifier of the UNSUBSCRIBE is given to it as a SUBSCRIBE.
      test.wire.sent.push({
        ...(test.wire.sent[0] as Extract<(typeof test.wire.sent)[number], { type: 'subscribe' }>),
        packetId: 2,
      });
      test.wire.suback(2);
    }
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError', reasonCode: 0x82 });
    expect(what).toBeDefined();
    expect(test.connection.state.type).toBe('reconnecting');
  });

  it('frees its identifier', () => {
    const test = connected({ publish: { window: 65_535 } });
    observe(test, 'a');
    test.clock.advance();
    test.wire.suback();
    for (let i = 0; i < 65_535; i++) test.connection.publish('p', 'x', { qos: 1 });
    expect(test.wire.sent).toHaveLength(65_536);
  });
});

describe('whatever is wished for, withdrawn, answered and cut', () => {
  const FILTERS = ['a', 'b', 'a/+', 'a/#', '#'];
  type Step =
    | {
        readonly do: 'observe';
        readonly filters: readonly string[];
        readonly qos: 0 | 1 | 2;
        readonly linger: number;
        readonly retained: 'replay' | 'live' | undefined;
      }
    | { readonly do: 'withdraw'; readonly which: number }
    | { readonly do: 'change'; readonly which: number; readonly filters: readonly string[] }
    | { readonly do: 'wait' }
    | { readonly do: 'tick' }
    | { readonly do: 'answer' }
    | { readonly do: 'cut' }
    | { readonly do: 'connect'; readonly sessionPresent: boolean };
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('observe' as const),
        filters: fc.uniqueArray(fc.constantFrom(...FILTERS), { minLength: 1, maxLength: 3 }),
        qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
        linger: fc.constantFrom(0, 0, 5),
        retained: fc.constantFrom(undefined, 'replay' as const, 'live' as const),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(10) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('change' as const),
        which: fc.nat(10),
        filters: fc.uniqueArray(fc.constantFrom(...FILTERS), { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 4, arbitrary: fc.constantFrom<Step>({ do: 'tick' }, { do: 'answer' }, { do: 'wait' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'cut' }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), sessionPresent: fc.boolean() }) },
  );

  /** What a server knows, which reads and answers every packet when it is told to. */
  class ModelServer {
    readonly subscribed = new Map<string, number>();
    #read = 0;

    start(sessionPresent: boolean): void {
      this.#read = 0;
      if (!sessionPresent) this.subscribed.clear();
    }

    /** Reads packets that may be lost with the connection before they are answered. */
    read(wire: ScriptedWire): void {
      for (; this.#read < wire.sent.length; this.#read++) this.#take(wire, this.#read);
    }

    answer(wire: ScriptedWire): boolean {
      const packet = wire.sent[this.#read];
      if (packet === undefined) return false;
      this.#take(wire, this.#read++);
      if (packet.type === 'subscribe') wire.suback(packet.packetId);
      if (packet.type === 'unsubscribe') wire.unsuback(packet.packetId);
      return true;
    }

    #take({ sent }: ScriptedWire, index: number): void {
      const packet = sent[index];
      if (packet?.type === 'subscribe') for (const { filter, qos } of packet.filters) this.subscribed.set(filter, qos);
      if (packet?.type === 'unsubscribe') for (const filter of packet.filters) this.subscribed.delete(filter);
    }
  }

  function check(wire: ScriptedWire, answered: ReadonlySet<number>): void {
    const open = new Set<string>();
    for (const packet of wire.sent) {
      if ((packet.type !== 'subscribe' && packet.type !== 'unsubscribe') || answered.has(packet.packetId)) continue;
      for (const each of packet.filters) {
        const filter = typeof each === 'string' ? each : each.filter;
        if (open.has(filter)) throw new Error(`${filter} is asked for twice at once`);
        open.add(filter);
      }
    }
  }

  it('the server ends up with what the observers want, and never has two packets for one filter to answer', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const test = connected();
        const server = new ModelServer();
        const observers: {
          filters: readonly string[];
          readonly qos: number;
          readonly subscription: Subscription;
          live: boolean;
        }[] = [];
        const isConnected = (): boolean => test.connection.state.type === 'connected';
        const answered = new Set<number>();
        const answer = (): boolean => {
          const packet = test.wire.sent.find(
            (each) => (each.type === 'subscribe' || each.type === 'unsubscribe') && !answered.has(each.packetId),
          );
          if (packet !== undefined && 'packetId' in packet) answered.add(packet.packetId);
          return server.answer(test.wire);
        };
        const connect = (sessionPresent: boolean): void => {
          test.clock.advance(1);
          server.start(sessionPresent);
          answered.clear();
          test.wire.connack({ sessionPresent });
        };
        for (const each of steps) {
          if (each.do === 'observe') {
            const { qos, linger, retained } = each;
            observers.push({
              ...each,
              subscription: observe(test, each.filters, {
                qos,
                linger,
                ...(retained === undefined ? {} : { retained }),
              }),
              live: true,
            });
          } else if (each.do === 'withdraw') {
            const observer = observers[each.which];
            void observer?.subscription.unsubscribe();
            if (observer !== undefined) observer.live = false;
          } else if (each.do === 'change') {
            const observer = observers[each.which];
            observer?.subscription.update(each.filters);
            if (observer !== undefined) observer.filters = each.filters;
          } else if (each.do === 'tick') test.clock.advance();
          else if (each.do === 'wait') test.clock.advance(1);
          else if (each.do === 'answer') {
            if (isConnected()) answer();
          } else if (each.do === 'cut') {
            if (isConnected()) server.read(test.wire);
            test.wire.cut();
          } else if (!isConnected()) connect(each.sessionPresent);
          // Identifiers come again when they are free: what is answered is looked at before they do.
          if (isConnected() && test.wire.sent.length < 60_000) check(test.wire, answered);
        }
        if (!isConnected()) connect(true);
        do test.clock.advance(5);
        while (answer());
        const wanted = new Map<string, number>();
        for (const { filters, qos, live } of observers)
          if (live) for (const filter of filters) wanted.set(filter, Math.max(qos, wanted.get(filter) ?? 0));
        // The QoS need not fall when the strongest observer has gone.
        expect([...server.subscribed.keys()].sort()).toEqual([...wanted.keys()].sort());
        for (const [filter, qos] of wanted) expect(server.subscribed.get(filter)).toBeGreaterThanOrEqual(qos);
      }),
      { numRuns: 200 },
    );
  });

  it('100 flaps in one tick send one packet, and end as the last wish says', () => {
    const test = connected();
    for (let i = 0; i < 100; i++) void observe(test, 'a').unsubscribe();
    test.clock.advance();
    expect(log(test.wire)).toEqual([]);
    for (let i = 0; i < 100; i++) {
      const subscription = observe(test, 'a');
      if (i < 99) void subscription.unsubscribe();
    }
    test.clock.advance();
    expect(log(test.wire)).toEqual(['SUBSCRIBE a:0']);
  });
});
