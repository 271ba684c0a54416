import { createTestConnection, type ScriptedWire } from '../testing/index.js';

const COUNT = 10_000;

function subscribes({ sent }: ScriptedWire): number[] {
  return sent.flatMap((packet) => (packet.type === 'subscribe' ? [packet.packetId] : []));
}

describe('10,000 filters that do not overlap', () => {
  it.each([
    ['of 10,000 observers', (i: number) => `plant/${i % 100}/machine/${i}/+`],
    ['with no wildcard', (i: number) => `plant/${i}`],
  ])('are subscribed, and after a lost session again, in at most 100 packets: %s', (_, filter) => {
    const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
    test.connection.open().catch(() => {});
    test.wire.connack();
    let ready = 0;
    for (let i = 0; i < COUNT; i++)
      test.connection.subscribe(filter(i), { qos: 1 }, { message: () => {}, ready: () => ready++ });
    for (const round of [1, 2]) {
      test.clock.advance();
      const packets = subscribes(test.wire);
      expect(packets.length).toBeLessThanOrEqual(100);
      for (const packetId of packets) test.wire.suback(packetId);
      expect(ready).toBe(round * COUNT);
      test.wire.cut();
      test.clock.advance(1);
      test.wire.connack();
    }
  });

  it('of one observer are granted together, and leave together', () => {
    const test = createTestConnection();
    test.connection.open().catch(() => {});
    test.wire.connack();
    let ready = 0;
    const filters = Array.from({ length: COUNT }, (_, i) => `plant/${i}/+`);
    const subscription = test.connection.subscribe(filters, {}, { message: () => {}, ready: () => ready++ });
    test.clock.advance();
    for (const packetId of subscribes(test.wire)) test.wire.suback(packetId);
    expect(ready).toBe(1);
    test.wire.sent.length = 0;
    subscription.update(filters.slice(0, 5_000));
    test.clock.advance();
    expect(test.wire.sent.map(({ type }) => type)).toEqual(Array.from({ length: 10 }, () => 'unsubscribe'));
  });
});
