import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { FilterSet, Subscription } from './subscribe-options.js';

interface Script extends TestConnection {
  readonly log: string[];
  readonly subscription: Subscription;
}

function granted(
  filters: readonly string[] | FilterSet,
  options: Parameters<TestConnection['connection']['subscribe']>[1] = {},
): Script {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
  test.connection.open().catch(() => {});
  test.wire.connack();
  const log: string[] = [];
  const subscription = test.connection.subscribe(filters, options, {
    message: ({ topic }) => void log.push(`got ${topic}`),
    ready: (grants) => log.push(`ready ${grants.map(({ filter, qos }) => `${filter}:${qos}`).join(' ')}`),
    error: ({ name }) => log.push(name),
  });
  subscription.ready.catch(() => {});
  test.clock.advance();
  answer(test.wire);
  log.length = 0;
  return Object.assign(Object.create(test) as TestConnection, { log, subscription });
}

function answer(wire: ScriptedWire): void {
  for (const packet of wire.sent) {
    try {
      if (packet.type === 'subscribe') wire.suback(packet.packetId);
      if (packet.type === 'unsubscribe') wire.unsuback(packet.packetId);
    } catch {
      // Answered before.
    }
  }
}

function packets({ sent }: ScriptedWire, from = 0): string[] {
  return sent.slice(from).flatMap((packet) => {
    if (packet.type === 'subscribe')
      return [`+${packet.filters.map(({ filter, qos }) => `${filter}:${qos}`).join(' ')}`];
    return packet.type === 'unsubscribe' ? [`-${packet.filters.join(' ')}`] : [];
  });
}

function open(test: TestConnection): void {
  const answered = test.wire.sent.at(-1);
  if (answered?.type === 'subscribe') test.wire.suback(answered.packetId);
  test.clock.advance();
}

/** The server confirms that filters are gone. */
function leave(test: TestConnection): void {
  test.wire.unsuback();
  test.clock.advance();
}

describe('a set of filters', () => {
  it('has options of each filter, and of the subscription where they say nothing', () => {
    const test = granted(
      { a: { qos: 1, retainHandling: 'ignore' }, b: {}, c: { noLocal: false } },
      { qos: 2, noLocal: true },
    );
    expect(test.wire.sent).toMatchObject([
      {
        filters: [
          { filter: 'a', qos: 1, noLocal: true, retainHandling: 2 },
          { filter: 'b', qos: 2, noLocal: true, retainHandling: 0 },
          { filter: 'c', qos: 2, noLocal: false },
        ],
      },
    ]);
  });

  it('takes a group for all', () => {
    expect(granted({ a: {}, b: { qos: 1 } }, { group: 'g' }).subscription.filters).toEqual([
      '$share/g/a',
      '$share/g/b',
    ]);
  });

  it.each([
    [{}, 'InvalidOptionsError', ['filter']],
    [{ a: { qos: 3 }, b: { noLocal: 1 } }, 'InvalidOptionsError', ['a.qos', 'b.noLocal']],
    [{ a: { group: 'g' } }, 'InvalidOptionsError', ['a.group']],
    [{ a: null }, 'InvalidOptionsError', ['a']],
    [{ 'a#': {} }, 'InvalidTopicError', undefined],
    [{ '$share/g/a': { noLocal: true } }, 'InvalidOptionsError', ['$share/g/a.noLocal']],
  ])('is refused at once when something is wrong: %j', (filters, name, paths) => {
    const { connection, wires } = granted(['z']);
    let error: unknown;
    try {
      connection.subscribe(filters as never, {}, () => {});
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      name,
      ...(paths === undefined ? {} : { problems: paths.map((path) => ({ path })) }),
    });
    expect(packets(wires[0]!)).toEqual(['+z:0']);
  });
});

describe('other filters', () => {
  it('are sent as differences: the new ones first, and the old ones leave when those are granted', () => {
    const test = granted(['a', 'b']);
    test.subscription.update(['b', 'c']);
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual(['+c:0']);
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    expect(test.log.splice(0)).toEqual(['got a']);
    open(test);
    expect(packets(test.wire, 1)).toEqual(['+c:0', '-a']);
    expect(test.log.splice(0)).toEqual(['ready b:0 c:0']);
    test.wire.message({ topic: 'a', subscriptionIds: [1] });
    expect(test.log).toEqual([]);
    expect(test.subscription.filters).toEqual(['b', 'c']);
  });

  it('deliver a message once while old and new ones overlap', () => {
    const test = granted(['a/+']);
    test.subscription.update(['a/#']);
    test.clock.advance();
    for (const id of [1, 2]) test.wire.message({ topic: 'a/b', subscriptionIds: [id] });
    expect(test.log.splice(0)).toEqual(['got a/b']);
    open(test);
    for (const id of [1, 2]) test.wire.message({ topic: 'a/b', subscriptionIds: [id] });
    expect(test.log).toEqual(['ready a/#:0', 'got a/b']);
  });

  it('leave a copy that comes for the old ones after the grant of those that overlap them: a drop event tells, and it is acknowledged', () => {
    const test = granted(['a/+'], { qos: 1 });
    const drops: string[] = [];
    test.connection.on('drop', ({ topic, reason }) => drops.push(`${topic} ${reason}`));
    test.subscription.update(['a/#']);
    test.clock.advance();
    open(test);
    expect(test.log.splice(0)).toEqual(['ready a/#:1']);
    // From when only the old one was there, or half of a message for both: nothing says which.
    test.wire.message({ topic: 'a/b', qos: 1, packetId: 7, subscriptionIds: [1] });
    expect(test.log).toEqual([]);
    expect(drops).toEqual(['a/b unobserved']);
    expect(test.wire.sent.filter(({ type }) => type === 'ack')).toMatchObject([{ ack: 4, packetId: 7 }]);
  });

  it.each([0, 1])(
    'leave no such copy to others, where the observer acknowledges itself: half of what it has (after UNSUBACK: %d)',
    (after) => {
      const test = granted(['a/+'], { qos: 1, ack: 'manual' });
      test.subscription.update(['a/#']);
      test.clock.advance();
      open(test);
      if (after > 0) leave(test);
      for (const id of [1, 2]) test.wire.message({ topic: 'a/b', qos: 1, packetId: 6 + id, subscriptionIds: [id] });
      expect(test.log).toEqual(['ready a/#:1', 'got a/b']);
      expect(test.connection.stats().queues.held).toBe(0);
      expect(test.wire.sent.filter(({ type }) => type === 'ack')).toMatchObject([{ ack: 4, packetId: 7 }]);
    },
  );

  it.each([0, 1])('leave what only the old ones match to whoever observes it next (after UNSUBACK: %d)', (after) => {
    const test = granted(['a/+'], { qos: 1, ack: 'manual' });
    test.subscription.update(['+/b']);
    test.clock.advance();
    open(test);
    if (after > 0) leave(test);
    test.wire.message({ topic: 'a/c', qos: 1, packetId: 7, subscriptionIds: [1] });
    expect(test.connection.stats().queues.held).toBe(1);
  });

  it('that were changed without a connection leave what the server has queued by the old ones: no other copy comes', () => {
    const test = granted(['a/+'], { qos: 1, ack: 'manual' });
    test.wire.cut();
    test.subscription.update(['a/#']);
    test.clock.advance(1);
    const wire = test.wires.at(-1)!;
    wire.connack({ sessionPresent: true });
    wire.message({ topic: 'a/b', qos: 1, packetId: 7, subscriptionIds: [1] });
    expect(test.connection.stats().queues.held).toBe(1);
    expect(wire.sent.filter(({ type }) => type === 'ack')).toEqual([]);
  });

  it('take such a copy where the server knows no identifiers', () => {
    const test = granted(['a/+'], { qos: 1 });
    test.subscription.update(['a/#']);
    test.clock.advance();
    open(test);
    test.wire.message({ topic: 'a/b', qos: 1, packetId: 7 });
    expect(test.log).toEqual(['ready a/#:1', 'got a/b']);
  });

  it('that are the same send nothing', () => {
    const test = granted(['a', 'b']);
    test.subscription.update(['b', 'a']);
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual([]);
    expect(test.log).toEqual(['ready b:0 a:0']);
  });

  it('that are fewer are given up at once', () => {
    const test = granted(['a', 'b', 'c']);
    test.subscription.update('b');
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual(['-a c']);
  });

  it('with another QoS are subscribed again', () => {
    const test = granted({ a: {} });
    test.subscription.update({ a: { qos: 1 } });
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual(['+a:1']);
    open(test);
    expect(test.log).toEqual(['ready a:1']);
  });

  it('keep those of the observers beside it', () => {
    const test = granted(['a']);
    test.connection.subscribe('a', {}, () => {});
    test.subscription.update('b');
    test.clock.advance();
    open(test);
    expect(packets(test.wire, 1)).toEqual(['+b:0']);
  });

  it('change as often as they like before the server answers: the last count', () => {
    const test = granted(['a']);
    for (let i = 0; i < 100; i++) test.subscription.update([`x/${i % 10}`]);
    test.subscription.update(['a', 'y']);
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual(['+y:0']);
    open(test);
    expect(packets(test.wire, 1)).toEqual(['+y:0']);
  });

  it('that come back while they leave stay', () => {
    const test = granted(['a']);
    test.subscription.update('b');
    test.clock.advance();
    test.subscription.update('a');
    open(test);
    expect(packets(test.wire, 1)).toEqual(['+b:0', '-b']);
    expect(test.log).toEqual(['ready a:0']);
  });

  it('that are refused end the subscription, and all of them', () => {
    const test = granted(['a']);
    test.subscription.update(['b']);
    test.clock.advance();
    test.wire.suback(2, [0x87]);
    test.clock.advance();
    expect(test.log).toEqual(['SubscribeRejectedError']);
    expect(packets(test.wire, 1)).toEqual(['+b:0', '-a']);
  });

  it('that are invalid are refused at once, with nothing changed', () => {
    const test = granted(['a']);
    expect(() => {
      test.subscription.update(['b', 'c#']);
    }).toThrow(expect.objectContaining({ name: 'InvalidTopicError' }));
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual([]);
    expect(test.subscription.filters).toEqual(['a']);
  });

  it('take the place of the old ones at once while there is no connection', () => {
    const test = granted(['a']);
    test.wire.cut();
    test.subscription.update(['b']);
    test.clock.advance(1);
    test.wires.at(-1)!.connack();
    expect(packets(test.wires.at(-1)!)).toEqual(['+b:0']);
  });

  it('are given up on the old session when it is resumed', () => {
    const test = granted(['a', 'c']);
    test.wire.cut();
    test.subscription.update(['b', 'c']);
    test.clock.advance(1);
    test.wires.at(-1)!.connack({ sessionPresent: true });
    expect(packets(test.wires.at(-1)!).sort()).toEqual(['+b:0', '-a']);
  });

  it('mean nothing after unsubscribe()', () => {
    const test = granted(['a']);
    void test.subscription.unsubscribe();
    test.subscription.update('b');
    test.clock.advance();
    expect(packets(test.wire, 1)).toEqual(['-a']);
  });
});
