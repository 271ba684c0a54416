import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

function connected(options: ConnectionOptions = {}): TestConnection & { readonly events: boolean[] } {
  const test = createTestConnection({ reconnect: { initialDelay: 1, jitter: 'none' }, ...options });
  const events: boolean[] = [];
  test.connection.on('congestion', ({ congested }) => events.push(congested));
  void test.connection.open();
  test.wire.connack();
  return Object.assign(Object.create(test) as TestConnection, { events });
}

const payloads = ({ wires }: TestConnection): unknown[] =>
  wires.at(-1)!.sent.flatMap((packet) => (packet.type === 'publish' ? [packet.payload] : []));

describe('while the socket takes no more', () => {
  it('messages of every QoS wait in the outbox, and leave in their order when it takes more', () => {
    const test = connected();
    test.wires[0]!.setCongested(true);
    const publications = ([0, 1, 2, 0] as const).map((qos, i) => test.connection.publish('a', String(i), { qos }));
    expect(payloads(test)).toEqual([]);
    expect(publications.map(({ outcome }) => outcome)).toEqual([undefined, undefined, undefined, undefined]);
    test.wires[0]!.setCongested(false);
    expect(payloads(test)).toEqual(['0', '1', '2', '3']);
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual([
      'acknowledged',
      undefined,
      undefined,
      'acknowledged',
    ]);
  });

  it('the outbox stays within its bounds', () => {
    const test = connected({ publish: { maxBytes: 1_000 } });
    test.wires[0]!.setCongested(true);
    const publications = Array.from({ length: 1_000 }, () => test.connection.publish('a', 'x'.repeat(99)));
    expect(publications.filter(({ outcome }) => outcome === undefined)).toHaveLength(10);
    test.wires[0]!.setCongested(false);
    expect(payloads(test)).toHaveLength(10);
  });

  it('sending stops in the middle when it takes no more again', () => {
    const test = connected();
    const [wire] = test.wires;
    wire!.setCongested(true);
    for (let i = 0; i < 4; i++) test.connection.publish('a', String(i));
    const { publish } = wire!;
    jest.spyOn(wire!, 'publish').mockImplementation((...packet) => {
      publish.apply(wire, packet);
      if (wire!.sent.length === 2) wire!.congested = true;
    });
    wire!.setCongested(false);
    expect(payloads(test)).toEqual(['0', '1']);
    wire!.setCongested(false);
    expect(payloads(test)).toEqual(['0', '1', '2', '3']);
  });

  it('acknowledgements still open the window, and nothing is sent for it', () => {
    const test = connected({ publish: { window: 1 } });
    const publication = test.connection.publish('a', '1', { qos: 1 });
    test.connection.publish('a', '2', { qos: 1 });
    test.wires[0]!.setCongested(true);
    test.wires[0]!.acknowledge(4, 1);
    expect(publication.outcome?.status).toBe('acknowledged');
    expect(payloads(test)).toEqual(['1']);
    test.wires[0]!.setCongested(false);
    expect(payloads(test)).toEqual(['1', '2']);
  });

  it('what waits survives a cut', () => {
    const test = connected();
    test.wires[0]!.setCongested(true);
    test.connection.publish('a', '0');
    test.connection.publish('a', '1', { qos: 1 });
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack();
    expect(payloads(test)).toEqual(['0', '1']);
  });
});

describe('the congestion event', () => {
  it('comes when something finds the socket full, and when it flows again, once each', () => {
    const test = connected();
    test.wires[0]!.setCongested(true);
    for (let i = 0; i < 3; i++) test.connection.publish('a', 'x');
    expect(test.events).toEqual([true]);
    test.wires[0]!.setCongested(false);
    expect(test.events).toEqual([true, false]);
  });

  it('ends with the connection', () => {
    const test = connected();
    test.wires[0]!.setCongested(true);
    test.connection.publish('a', 'x');
    test.wires[0]!.cut();
    expect(test.events).toEqual([true, false]);
  });

  it('may close the connection', () => {
    const test = connected();
    test.connection.on('congestion', () => void test.connection.close());
    test.wires[0]!.setCongested(true);
    const publications = [test.connection.publish('a', 'x'), test.connection.publish('a', 'x')];
    expect(publications.map(({ outcome }) => outcome)).toMatchObject([
      { error: { name: 'ClosedError' } },
      { error: { name: 'ClosedError' } },
    ]);
  });
});
