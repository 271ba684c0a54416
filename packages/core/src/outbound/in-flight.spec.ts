import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

const MANY = 70_000;
const ALL = 65_535;

function connected(): TestConnection {
  const test = createTestConnection({
    publish: { window: ALL, capacity: 2 * MANY, maxBytes: Infinity },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
  });
  void test.connection.open();
  test.wire.connack();
  return test;
}

function identifiers({ sent }: ScriptedWire): number[] {
  return sent.flatMap((packet) => (packet.type === 'publish' ? [packet.packetId] : []));
}

const count = (publications: readonly Publication[]): number =>
  publications.filter(({ outcome }) => outcome?.status === 'acknowledged').length;

describe('identifiers', () => {
  it(`are never used twice at once: all ${MANY} publications of one tick are acknowledged`, () => {
    const { connection, wire } = connected();
    const publications = Array.from({ length: MANY }, () => connection.publish('a', 'x', { qos: 1 }));
    expect(wire.sent).toHaveLength(ALL);
    const live = new Set<number>();
    let twice = 0;
    for (let i = 0; i < wire.sent.length; i++) {
      // Half of them is always unanswered.
      const packet = wire.sent[i]!;
      if (packet.type !== 'publish') continue;
      if (live.has(packet.packetId)) twice++;
      live.add(packet.packetId);
      if (i < ALL / 2) continue;
      const [oldest] = live;
      live.delete(oldest!);
      wire.acknowledge(4, oldest!);
    }
    for (const id of live) wire.acknowledge(4, id);
    expect(twice).toBe(0);
    expect(wire.sent).toHaveLength(MANY);
    expect(count(publications)).toBe(MANY);
  });

  it('of messages that are never acknowledged are left out for ever', () => {
    const { connection, wire } = connected();
    for (let i = 0; i < 3; i++) connection.publish('a', 'stuck', { qos: 2 });
    wire.acknowledge(5, 2);
    for (let i = 0; i < MANY; i++) {
      connection.publish('a', 'x', { qos: 1 });
      wire.acknowledge(4, identifiers({ sent: wire.sent.slice(-1) } as unknown as ScriptedWire)[0]!);
    }
    const later = identifiers(wire).slice(3);
    expect(later).toHaveLength(MANY);
    expect(later.filter((id) => id <= 3)).toEqual([]);
  });

  it('are shared with SUBSCRIBE and UNSUBSCRIBE', () => {
    const { connection, wire, clock } = connected();
    connection.publish('a', 'x', { qos: 1 });
    void connection.subscribe('b', {}, () => {});
    clock.advance();
    connection.publish('a', 'x', { qos: 1 });
    expect(wire.sent.map((packet) => 'packetId' in packet && packet.packetId)).toEqual([1, 2, 3]);
    wire.suback();
    wire.acknowledge(4, 2);
    expect(connection.state.type).toBe('connected');
  });

  it('that are all in use make a subscription wait only until one is free', () => {
    const { connection, wire, clock } = connected();
    for (let i = 0; i < ALL; i++) connection.publish('a', 'x', { qos: 1 });
    connection.subscribe('b', {}, () => {});
    clock.advance();
    expect(wire.sent.some(({ type }) => type === 'subscribe')).toBe(false);
    wire.acknowledge(4, 1);
    clock.advance(1_000);
    expect(wire.sent.some(({ type }) => type === 'subscribe')).toBe(true);
  });

  it('survive cuts with the messages they belong to', () => {
    const test = connected();
    for (let i = 0; i < 1_000; i++) test.connection.publish('a', String(i), { qos: 1 });
    for (let round = 0; round < 5; round++) {
      test.wire.acknowledge(4, round + 1);
      test.wire.cut();
      test.clock.advance(1);
      test.wire.connack({ sessionPresent: true });
      const ids = identifiers(test.wire);
      expect(ids).toEqual(Array.from({ length: 999 - round }, (_, i) => i + round + 2));
    }
  });

  it('are free again when the session is lost', () => {
    const test = connected();
    const publications = Array.from({ length: ALL }, () => test.connection.publish('a', 'x', { qos: 1 }));
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: false });
    const ids = identifiers(test.wire);
    expect(ids).toHaveLength(ALL);
    expect(new Set(ids).size).toBe(ALL);
    for (const id of ids) test.wire.acknowledge(4, id);
    expect(count(publications)).toBe(ALL);
  });
});
