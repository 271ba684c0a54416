import fc from 'fast-check';
import { matchTopic } from '../topics/match-topic.js';
import { createTestConnection, type ScriptedWire, type SentPacket, type TestConnection } from '../testing/index.js';
import type { Subscription, SubscribeOptions } from './subscribe-options.js';

interface Observed extends TestConnection {
  readonly received: string[];
  /** Observes under a name, and waits for the grant. */
  observe(name: string, filter: string | readonly string[], options?: SubscribeOptions): Subscription;
}

function connected(options: Parameters<typeof createTestConnection>[0] = {}): Observed {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  test.connection.open().catch(() => {});
  test.wire.connack();
  const received: string[] = [];
  return Object.assign(Object.create(test) as TestConnection, {
    received,
    observe: (name: string, filter: string | readonly string[], wishes: SubscribeOptions = {}) => {
      const subscription = test.connection.subscribe(
        filter,
        wishes,
        ({ topic }) => void received.push(`${name} ${topic}`),
      );
      settle(test);
      return subscription;
    },
  });
}

/** Lets the tick end, and answers everything that was asked. */
function settle(test: TestConnection): void {
  for (let from = test.wires.at(-1)!.sent.length; ; ) {
    test.clock.advance();
    const wire = test.wires.at(-1)!;
    if (wire.sent.length === from) return;
    for (const packet of wire.sent.slice(from)) {
      from++;
      if (packet.type === 'subscribe') wire.suback(packet.packetId);
      if (packet.type === 'unsubscribe') wire.unsuback(packet.packetId);
    }
  }
}

const identifierOf = ({ wires }: TestConnection, filter: string): number => {
  const packets = wires
    .flatMap(({ sent }) => sent)
    .filter((packet) => packet.type === 'subscribe' && packet.filters.some((each) => each.filter === filter));
  return (packets.at(-1) as Extract<SentPacket, { type: 'subscribe' }>).subscriptionId;
};

describe('a message without an identifier', () => {
  it('goes once to every observer of a matching filter, in the order of observing', () => {
    const test = connected({ protocolVersion: 4 });
    test.observe('first', 'a/+');
    test.observe('second', ['a/#', '#', 'a/b']);
    test.observe('third', 'x');
    test.observe('fourth', 'a/b');
    test.wires[0]!.message({ topic: 'a/b' });
    expect([...test.received].sort()).toEqual(['first a/b', 'fourth a/b', 'second a/b']);
  });

  it('goes to nobody who does not match, and shows as a drop where nobody does', () => {
    const test = connected({ protocolVersion: 4 });
    const drops: unknown[] = [];
    test.connection.on('drop', (event) => drops.push(event));
    test.observe('first', 'a/+');
    test.wires[0]!.message({ topic: 'b' });
    expect(test.received).toEqual([]);
    expect(drops).toEqual([{ direction: 'in', topic: 'b', qos: 0, reason: 'unobserved', error: undefined }]);
  });

  it('finds observers that came and went since the last one of its topic', () => {
    const test = connected({ protocolVersion: 4 });
    const first = test.observe('first', 'a');
    test.wires[0]!.message({ topic: 'a' });
    test.observe('second', '+');
    test.wires[0]!.message({ topic: 'a' });
    void first.unsubscribe();
    test.wires[0]!.message({ topic: 'a' });
    expect(test.received).toEqual(['first a', 'first a', 'second a', 'second a']);
  });
});

describe('copies with identifiers', () => {
  it('go each to the observers of its filter: one emission for each observer', () => {
    const test = connected();
    test.observe('exact', 'a/b');
    test.observe('level', 'a/+');
    test.observe('all', ['a/#', 'a/+', 'a/b']);
    for (const filter of ['a/b', 'a/+', 'a/#'])
      test.wires[0]!.message({ topic: 'a/b', subscriptionIds: [identifierOf(test, filter)] });
    expect([...test.received].sort()).toEqual(['all a/b', 'exact a/b', 'level a/b']);
  });

  it('that are one, with all identifiers, are one emission as well', () => {
    const test = connected();
    test.observe('exact', 'a/b');
    test.observe('all', ['a/#', 'a/b']);
    test.wires[0]!.message({
      topic: 'a/b',
      subscriptionIds: ['a/b', 'a/#'].map((filter) => identifierOf(test, filter)),
    });
    expect([...test.received].sort()).toEqual(['all a/b', 'exact a/b']);
  });

  it('of a packet with several filters find theirs by the topic', () => {
    const test = connected();
    for (const filter of ['a', 'b', 'c/+'])
      test.connection.subscribe(filter, {}, ({ topic }) => void test.received.push(`${filter} ${topic}`));
    settle(test);
    for (const topic of ['c/d', 'a', 'b']) test.wires[0]!.message({ topic, subscriptionIds: [1] });
    expect(test.received).toEqual(['c/+ c/d', 'a a', 'b b']);
  });

  it('of a group go to its observer, those of the same filter without group to theirs', () => {
    const test = connected();
    test.observe('shared', 'a', { group: 'g' });
    test.observe('plain', 'a');
    test.wires[0]!.message({ topic: 'a', subscriptionIds: [identifierOf(test, '$share/g/a')] });
    expect(test.received).toEqual(['shared a']);
    test.wires[0]!.message({ topic: 'a', subscriptionIds: [identifierOf(test, 'a')] });
    expect(test.received).toEqual(['shared a', 'plain a']);
  });

  it('under the identifier of before are known, when the subscription was repeated', () => {
    const test = connected();
    test.observe('weak', 'a');
    const before = identifierOf(test, 'a');
    test.observe('strong', 'a', { qos: 1 });
    test.wires[0]!.message({ topic: 'a', subscriptionIds: [before] });
    test.wires[0]!.message({ topic: 'a', subscriptionIds: [identifierOf(test, 'a')] });
    expect(test.received).toEqual(['weak a', 'strong a', 'weak a', 'strong a']);
  });

  it('under identifiers of an earlier process, whose session was resumed, reach everybody who observes', () => {
    const test = createTestConnection({ clientId: 'me', session: { clean: false } });
    const received: string[] = [];
    test.connection.subscribe('a/#', {}, ({ topic }) => void received.push(topic));
    test.connection.open().catch(() => {});
    test.wire.connack({ sessionPresent: true });
    test.wire.message({ topic: 'a/b', subscriptionIds: [4_711] });
    expect(received).toEqual(['a/b']);
  });

  it('that come late, for an observer that is leaving, are not taken for those of others', () => {
    const test = connected();
    const leaving = test.observe('leaving', 'a/#');
    test.observe('staying', 'a/b');
    void leaving.unsubscribe();
    test.clock.advance();
    const ids = ['a/#', 'a/b'].map((filter) => identifierOf(test, filter));
    for (const id of ids) test.wires[0]!.message({ topic: 'a/b', subscriptionIds: [id] });
    expect(test.received).toEqual(['staying a/b']);
  });

  it('that come even after UNSUBACK, from the queue of the server, are not taken for those of others either', () => {
    // [MQTT-3.10.4-2], [MQTT-3.10.4-3]: the server may deliver what it had buffered; Mosquitto does when its in-flight window is full.
    const test = connected();
    const gone = test.observe('gone', 'a/#');
    test.observe('staying', 'a/b', { qos: 2 });
    const ids = ['a/#', 'a/b'].map((filter) => identifierOf(test, filter));
    void gone.unsubscribe();
    settle(test);
    for (const [packetId, id] of ids.entries())
      test.wires[0]!.message({ topic: 'a/b', qos: 2, packetId: packetId + 1, subscriptionIds: [id] });
    expect(test.received).toEqual(['staying a/b']);
  });

  it('under the identifier that the server has are known, however many SUBSCRIBEs after it were lost', () => {
    const test = connected({ clientId: 'me', session: { clean: false } });
    test.connection.subscribe('a/b', {}, () => void test.received.push('early'));
    test.clock.advance();
    const had = identifierOf(test, 'a/b');
    for (let i = 1; i <= 8; i++) {
      test.wires[i - 1]!.cut();
      test.clock.advance(1);
      test.wires[i]!.connack({ sessionPresent: true });
    }
    test.observe('late', 'a/#');
    for (const id of [had, identifierOf(test, 'a/#')]) test.wire.message({ topic: 'a/b', subscriptionIds: [id] });
    expect([...test.received].sort()).toEqual(['early', 'late a/b']);
  });

  it('of a filter that an observer changes to, and has had by another one, are not taken twice', () => {
    const test = connected();
    test.observe('other', 'a/#');
    const changing = test.observe('changing', 'a/b');
    const [one, all] = [identifierOf(test, 'a/b'), identifierOf(test, 'a/#')];
    const copy = (topic: string, id: number): void => test.wire.message({ topic, subscriptionIds: [id] });
    copy('a/b', one);
    changing.update('a/#');
    settle(test);
    const renewed = identifierOf(test, 'a/#');
    expect(renewed).not.toBe(all);
    copy('a/b', all);
    expect(test.received).toEqual(['changing a/b', 'other a/b']);
    // No copy of these was the other one's.
    copy('a/c', all);
    copy('a/b', renewed);
    expect(test.received.slice(2)).toEqual(['other a/c', 'changing a/c', 'other a/b', 'changing a/b']);
  });

  it('of the wider filter, when the narrower one is given up, are not taken twice', () => {
    const test = connected();
    const narrowing = test.observe('it', ['a/b', 'a/#']);
    const [one, all] = [identifierOf(test, 'a/b'), identifierOf(test, 'a/#')];
    test.wire.message({ topic: 'a/b', subscriptionIds: [one] });
    narrowing.update('a/#');
    settle(test);
    test.wire.message({ topic: 'a/b', subscriptionIds: [all] });
    expect(test.received).toEqual(['it a/b']);
    test.wire.message({ topic: 'a/b', subscriptionIds: [identifierOf(test, 'a/#')] });
    expect(test.received).toEqual(['it a/b', 'it a/b']);
  });

  it('after a lost session are known by their new identifiers', () => {
    const test = connected();
    test.observe('one', 'a/#');
    test.observe('two', 'a/b');
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack();
    settle(test);
    for (const filter of ['a/#', 'a/b'])
      test.wires[1]!.message({ topic: 'a/b', subscriptionIds: [identifierOf(test, filter)] });
    expect(test.received).toEqual(['one a/b', 'two a/b']);
  });
});

describe('a listener', () => {
  it('may observe meanwhile: it does not get the message that is being delivered', () => {
    const test = connected({ protocolVersion: 4 });
    let once = false;
    test.connection.subscribe('a', {}, () => {
      test.received.push('outer');
      if (!once) test.connection.subscribe('a', {}, () => void test.received.push('inner'));
      once = true;
    });
    settle(test);
    test.wires[0]!.message({ topic: 'a' });
    expect(test.received).toEqual(['outer']);
    test.wires[0]!.message({ topic: 'a' });
    expect(test.received).toEqual(['outer', 'outer', 'inner']);
  });
});

/** How a server sends a message that matches several filters of one client. */
type Copies = 'one per filter' | 'one per filter, some late' | 'one with all identifiers' | 'one without identifier';

/** The subscriptions of one client at a server, and the packets between the two, in their order. */
class ModelServer {
  readonly #copies: Copies;
  readonly #subscriptions = new Map<string, number>();
  readonly #queue: ((wire: ScriptedWire) => void)[] = [];
  /** Copies that a full in-flight window keeps back: they come when it opens, whatever has become of their subscription. */
  readonly #late: ((wire: ScriptedWire) => void)[] = [];
  #read = 0;

  constructor(copies: Copies) {
    this.#copies = copies;
  }

  lose(): void {
    this.#subscriptions.clear();
  }

  cut(): void {
    this.#queue.length = 0;
    this.#late.length = 0;
    this.#read = 0;
  }

  /** Reads one packet of the client. */
  serve({ sent }: ScriptedWire): boolean {
    const packet = sent[this.#read];
    if (packet === undefined) return false;
    this.#read++;
    if (packet.type === 'subscribe') {
      for (const { filter } of packet.filters) this.#subscriptions.set(filter, packet.subscriptionId);
      this.#queue.push((wire) => wire.suback(packet.packetId));
    } else if (packet.type === 'unsubscribe') {
      for (const filter of packet.filters) this.#subscriptions.delete(filter);
      this.#queue.push((wire) => wire.unsuback(packet.packetId));
    }
    return true;
  }

  /** Somebody publishes. */
  publish(topic: string, payload: string): void {
    const ids = [...this.#subscriptions].flatMap(([filter, id]) => (matchTopic(filter, topic) ? [id] : []));
    if (ids.length === 0) return;
    const copies = this.#copies.startsWith('one per filter') ? ids.map((id) => [id]) : [ids];
    for (const [i, subscriptionIds] of copies.entries()) {
      const known = this.#copies === 'one without identifier' ? {} : { subscriptionIds };
      const late = this.#copies === 'one per filter, some late' && (Number(payload) + i) % 2 === 0;
      (late ? this.#late : this.#queue).push((wire) => wire.message({ topic, payload, ...known }));
    }
  }

  /** One packet reaches the client. */
  deliver(wire: ScriptedWire): boolean {
    const packet = this.#queue.shift();
    packet?.(wire);
    return packet !== undefined;
  }

  /** The in-flight window opens: what it kept back leaves, behind what has left by now, such as the answers to later packets. */
  sendLate(): void {
    this.#queue.push(...this.#late.splice(0));
  }
}

interface Observer {
  filters: readonly string[];
  readonly subscription: Subscription;
  readonly received: string[];
  live: boolean;
}

describe('whatever copies a server sends', () => {
  const FILTERS = ['a/b', 'a/+', 'a/#', '#', '+/b', 'c'];
  const TOPICS = ['a/b', 'a/c', 'c'];
  type Step =
    | { readonly do: 'observe'; readonly filters: readonly string[]; readonly qos: 0 | 1 }
    | { readonly do: 'withdraw'; readonly which: number }
    | { readonly do: 'change'; readonly which: number; readonly filters: readonly string[] }
    | { readonly do: 'publish'; readonly topic: string }
    | { readonly do: 'tick' }
    | { readonly do: 'serve' }
    | { readonly do: 'deliver' }
    | { readonly do: 'send late' }
    | { readonly do: 'reconnect'; readonly sessionPresent: boolean };
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('observe' as const),
        filters: fc.uniqueArray(fc.constantFrom(...FILTERS), { minLength: 1, maxLength: 3 }),
        qos: fc.constantFrom(0 as const, 1 as const),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(8) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('change' as const),
        which: fc.nat(8),
        filters: fc.uniqueArray(fc.constantFrom(...FILTERS), { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('publish' as const), topic: fc.constantFrom(...TOPICS) }) },
    {
      weight: 8,
      arbitrary: fc.constantFrom<Step>({ do: 'tick' }, { do: 'serve' }, { do: 'deliver' }, { do: 'send late' }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), sessionPresent: fc.boolean() }) },
  );

  function run(copies: Copies, protocolVersion: 4 | 5, steps: readonly Step[]): void {
    const test = createTestConnection({
      protocolVersion,
      clientId: 'me',
      session: { clean: false },
      reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    });
    test.connection.open().catch(() => {});
    test.wire.connack();
    const server = new ModelServer(copies);
    const observers: Observer[] = [];
    let published = 0;
    const quiet = (): void => {
      do test.clock.advance();
      while (server.serve(test.wire) || server.deliver(test.wire));
      server.sendLate();
      while (server.deliver(test.wire));
    };
    for (const each of steps) {
      if (each.do === 'observe') {
        const received: string[] = [];
        const subscription = test.connection.subscribe(
          each.filters,
          { qos: each.qos },
          ({ payload }) => void received.push(Buffer.from(payload).toString()),
        );
        subscription.ready.catch(() => {});
        observers.push({ filters: each.filters, subscription, received, live: true });
      } else if (each.do === 'withdraw') {
        const observer = observers[each.which];
        void observer?.subscription.unsubscribe();
        if (observer !== undefined) observer.live = false;
      } else if (each.do === 'change') {
        const observer = observers[each.which];
        observer?.subscription.update(each.filters);
        if (observer !== undefined) observer.filters = each.filters;
      } else if (each.do === 'publish') server.publish(each.topic, String(published++));
      else if (each.do === 'tick') test.clock.advance();
      else if (each.do === 'serve') server.serve(test.wire);
      else if (each.do === 'deliver') server.deliver(test.wire);
      else if (each.do === 'send late') server.sendLate();
      else {
        server.cut();
        if (!each.sessionPresent) server.lose();
        test.wire.cut();
        test.clock.advance(1);
        test.wire.connack({ sessionPresent: each.sessionPresent });
      }
    }
    quiet();
    // Never more than once, at any time.
    for (const { received } of observers) expect(new Set(received).size).toBe(received.length);
    // And when everything has come to rest, exactly once to all who want it.
    const before = published;
    for (const topic of TOPICS) server.publish(topic, String(published++));
    quiet();
    for (const { filters, received, live } of observers) {
      const wanted = TOPICS.flatMap((topic, i) =>
        live && filters.some((filter) => matchTopic(filter, topic)) ? [String(before + i)] : [],
      );
      expect(received.filter((payload) => Number(payload) >= before).sort((a, b) => Number(a) - Number(b))).toEqual(
        wanted,
      );
    }
  }

  it.each([
    ['Mosquitto on MQTT 5', 'one per filter', 5],
    ['Mosquitto on MQTT 5 with a full window', 'one per filter, some late', 5],
    ['servers that merge, on MQTT 5', 'one with all identifiers', 5],
    ['servers that merge and leave identifiers out', 'one without identifier', 5],
    ['Mosquitto on MQTT 3.1.1', 'one without identifier', 4],
  ] as const)('each observer sees each message once: %s', (_, copies, version) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        run(copies, version, steps);
      }),
      { numRuns: 100 },
    );
  });
});
