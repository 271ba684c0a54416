import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

const PUBACK = 4;
const PUBREC = 5;
const PUBCOMP = 7;

function opened(options: Parameters<typeof createTestConnection>[0] = {}): TestConnection {
  const test = createTestConnection({
    clientId: 'c',
    session: { clean: false },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
  });
  test.connection.open().catch(() => undefined);
  return test;
}

/** Answers everything that comes, in its order. */
function serve({ wire }: TestConnection): void {
  for (const packet of wire.sent) {
    if (packet.type === 'publish') wire.acknowledge(packet.qos === 1 ? PUBACK : PUBREC, packet.packetId);
    else if (packet.type === 'ack') wire.acknowledge(PUBCOMP, packet.packetId);
  }
}

const reasonCode = ({ outcome }: Publication): unknown =>
  outcome?.status === 'acknowledged' ? outcome.result.reasonCode : outcome;

describe('the in-flight window', () => {
  it('is resized by every CONNACK, below what is in flight too: everything is sent again through the smaller one, in order', () => {
    const test = opened();
    test.wire.connack({ properties: { receiveMaximum: 5 } });
    const publications = Array.from({ length: 8 }, (_, i) =>
      test.connection.publish('a', String(i), { qos: i % 2 === 0 ? 1 : 2 }),
    );
    expect(test.wire.sent).toHaveLength(5);
    test.wire.acknowledge(PUBREC, 2);
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true, properties: { receiveMaximum: 1 } });
    expect(test.wire.sent).toHaveLength(1);
    serve(test);
    expect(publications.map(reasonCode)).toEqual(Array(8).fill(0));
    const log = test.wire.sent.flatMap((packet) => {
      if (packet.type === 'publish') return [`${String(packet.payload)}${packet.dup ? ' DUP' : ''}`];
      return packet.type === 'ack' ? [`PUBREL ${String(packet.packetId)}`] : [];
    });
    expect(log).toEqual([
      '0 DUP',
      'PUBREL 2',
      '2 DUP',
      '3 DUP',
      'PUBREL 4',
      '4 DUP',
      '5',
      'PUBREL 6',
      '6',
      '7',
      'PUBREL 8',
    ]);
  });

  it('lets 200,000 messages of one tick through, and all are acknowledged', () => {
    const test = opened({ publish: { capacity: 200_000 } });
    test.wire.connack();
    let acknowledged = 0;
    for (let i = 0; i < 200_000; i++) {
      test.connection.publish('a', 'x', { qos: i % 2 === 0 ? 1 : 2 }).onSettled(({ status }) => {
        if (status === 'acknowledged') acknowledged++;
      });
    }
    serve(test);
    expect(acknowledged).toBe(200_000);
    expect(test.connection.stats().queues).toMatchObject({ inFlight: 0, outbox: 0, outboxBytes: 0 });
  });
});
