import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;

function connected(options: ConnectionOptions = {}): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  void test.connection.open();
  test.wire.connack();
  return test;
}

/** Cuts the connection and makes the next one. */
function reconnect(test: TestConnection, connack: NonNullable<Parameters<ScriptedWire['connack']>[0]>): ScriptedWire {
  test.wire.cut();
  test.clock.advance(1);
  test.wire.connack(connack);
  return test.wire;
}

/** What was sent, in words. */
function log({ sent }: ScriptedWire): string[] {
  return sent.flatMap((packet) => {
    if (packet.type === 'publish') {
      const { payload, packetId, dup, qos } = packet;
      return [`PUBLISH ${String(payload)}${qos === 0 ? '' : ` #${packetId}`}${dup ? ' DUP' : ''}`];
    }
    return packet.type === 'ack' && packet.ack === PUBREL ? [`PUBREL #${packet.packetId}`] : [];
  });
}

const error = (publication: Publication): unknown =>
  publication.outcome?.status === 'failed' && publication.outcome.error;

describe('on a session that was kept', () => {
  it('what was sent goes out again: same identifier, same order, DUP, before anything new', () => {
    const test = connected();
    const publications = ([1, 2, 1] as const).map((qos, i) => test.connection.publish('a', String(i), { qos }));
    test.wire.cut();
    test.connection.publish('a', 'new', { qos: 1 });
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    expect(log(test.wire)).toEqual(['PUBLISH 0 #1 DUP', 'PUBLISH 1 #2 DUP', 'PUBLISH 2 #3 DUP', 'PUBLISH new #4']);
    expect(publications.map(({ outcome }) => outcome)).toEqual([undefined, undefined, undefined]);
  });

  it('a message that the server has received goes on with PUBREL, in its place', () => {
    const test = connected();
    for (const [i, qos] of ([1, 2, 2] as const).entries()) test.connection.publish('a', String(i), { qos });
    test.wire.acknowledge(PUBREC, 2);
    const wire = reconnect(test, { sessionPresent: true });
    expect(log(wire)).toEqual(['PUBLISH 0 #1 DUP', 'PUBREL #2', 'PUBLISH 2 #3 DUP']);
    wire.acknowledge(PUBCOMP, 2);
    wire.acknowledge(PUBREC, 3);
    expect(log(wire)).toContain('PUBREL #3');
  });

  it.each([0, 0x92])('a resumed PUBREL is done with PUBCOMP %d', (code) => {
    const test = connected();
    const publication = test.connection.publish('a', 'x', { qos: 2 });
    test.wire.acknowledge(PUBREC, 1);
    reconnect(test, { sessionPresent: true }).acknowledge(PUBCOMP, 1, code);
    expect(publication.outcome).toMatchObject({ status: 'acknowledged', result: { reasonCode: 0 } });
  });

  it('nothing that is acknowledged goes out again', () => {
    const test = connected();
    for (let i = 0; i < 3; i++) test.connection.publish('a', String(i), { qos: 1 });
    test.wire.acknowledge(PUBACK, 2);
    expect(log(reconnect(test, { sessionPresent: true }))).toEqual(['PUBLISH 0 #1 DUP', 'PUBLISH 2 #3 DUP']);
  });

  it('no QoS 0 goes out again', () => {
    const test = connected();
    test.connection.publish('a', 'x');
    expect(log(reconnect(test, { sessionPresent: true }))).toEqual([]);
  });

  it('redelivery keeps to the window of the new connection, and new messages wait for its end', () => {
    const test = connected();
    for (let i = 0; i < 4; i++) test.connection.publish('a', String(i), { qos: 1 });
    const wire = reconnect(test, { sessionPresent: true, properties: { receiveMaximum: 2 } });
    test.connection.publish('a', 'new', { qos: 1 });
    test.connection.publish('a', 'zero');
    expect(log(wire)).toEqual(['PUBLISH 0 #1 DUP', 'PUBLISH 1 #2 DUP', 'PUBLISH zero']);
    wire.acknowledge(PUBACK, 2);
    wire.acknowledge(PUBACK, 1);
    wire.acknowledge(PUBACK, 3);
    expect(log(wire).slice(3)).toEqual(['PUBLISH 2 #3 DUP', 'PUBLISH 3 #4 DUP', 'PUBLISH new #5']);
  });

  it('PUBREL counts against the window as PUBLISH does', () => {
    const test = connected();
    for (let i = 0; i < 3; i++) test.connection.publish('a', String(i), { qos: 2 });
    for (const id of [1, 2, 3]) test.wire.acknowledge(PUBREC, id);
    const wire = reconnect(test, { sessionPresent: true, properties: { receiveMaximum: 1 } });
    expect(log(wire)).toEqual(['PUBREL #1']);
    wire.acknowledge(PUBCOMP, 1);
    expect(log(wire)).toEqual(['PUBREL #1', 'PUBREL #2']);
  });

  it('all of it goes out at once where the window allows: redelivery takes one round trip', () => {
    const test = connected({ publish: { window: 200 } });
    for (let i = 0; i < 200; i++) test.connection.publish('a', String(i), { qos: 1 });
    expect(log(reconnect(test, { sessionPresent: true }))).toHaveLength(200);
  });

  it('redelivery that is cut itself begins again from the start', () => {
    const test = connected();
    for (let i = 0; i < 3; i++) test.connection.publish('a', String(i), { qos: 1 });
    reconnect(test, { sessionPresent: true, properties: { receiveMaximum: 1 } }).acknowledge(PUBACK, 1);
    expect(log(reconnect(test, { sessionPresent: true }))).toEqual(['PUBLISH 1 #2 DUP', 'PUBLISH 2 #3 DUP']);
  });

  it('redelivery waits while the socket takes no more', () => {
    const test = connected();
    for (let i = 0; i < 3; i++) test.connection.publish('a', String(i), { qos: 1 });
    test.wire.cut();
    test.clock.advance(1);
    test.wire.setCongested(true);
    test.wire.connack({ sessionPresent: true });
    expect(log(test.wire)).toEqual([]);
    test.wire.setCongested(false);
    expect(log(test.wire)).toHaveLength(3);
  });

  it('a silent server is not sent anything twice on the same connection', () => {
    const test = connected();
    test.connection.publish('a', 'x', { qos: 1 });
    test.clock.advance(3_600_000);
    expect(log(test.wire)).toEqual(['PUBLISH x #1']);
  });

  it('one that was aborted in flight goes out again as well, so that its identifier can be used again', () => {
    const test = connected();
    const abort = new AbortController();
    const publication = test.connection.publish('a', 'x', { qos: 1, signal: abort.signal });
    abort.abort();
    expect(error(publication)).toMatchObject({ name: 'AbortedError', mayStillArrive: true });
    expect(log(reconnect(test, { sessionPresent: true }))).toEqual(['PUBLISH x #1 DUP']);
  });

  it('the properties go out again, with what is left of the expiry', () => {
    const test = connected();
    test.connection.publish('a', 'x', {
      qos: 1,
      properties: { messageExpiryInterval: 100, contentType: 'text/plain' },
    });
    test.clock.advance(40_000);
    const [packet] = reconnect(test, { sessionPresent: true }).sent;
    expect(packet).toMatchObject({ properties: { contentType: 'text/plain' }, expiry: 60 });
  });

  it('an acknowledgement that comes ahead of its redelivery does not widen the window', () => {
    const test = connected();
    for (let i = 0; i < 3; i++) test.connection.publish('a', String(i), { qos: 1 });
    const wire = reconnect(test, { sessionPresent: true, properties: { receiveMaximum: 1 } });
    wire.acknowledge(PUBACK, 2);
    expect(log(wire)).toEqual(['PUBLISH 0 #1 DUP']);
  });
});

describe('on a session that was lost', () => {
  it('QoS 1, and QoS 2 before PUBREC, go out as new messages, in their order, before what waits', () => {
    const test = connected();
    for (const [i, qos] of ([1, 2, 1] as const).entries()) test.connection.publish('a', String(i), { qos });
    test.wire.cut();
    test.connection.publish('a', 'waits', { qos: 1 });
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: false });
    const sent = log(test.wire);
    expect(sent.map((line) => line.split(' ')[1])).toEqual(['0', '1', '2', 'waits']);
    expect(sent.some((line) => line.includes('DUP'))).toBe(false);
  });

  it('QoS 2 after PUBREC is in doubt: neither PUBREL nor PUBLISH, but UnknownOutcomeError', () => {
    const test = connected();
    const drops: string[] = [];
    test.connection.on('drop', ({ topic, reason }) => drops.push(`${topic} ${reason}`));
    const publication = test.connection.publish('a', 'x', { qos: 2 });
    test.wire.acknowledge(PUBREC, 1);
    expect(log(reconnect(test, { sessionPresent: false }))).toEqual([]);
    expect(error(publication)).toMatchObject({ name: 'UnknownOutcomeError', topic: 'a' });
    expect(drops).toEqual(['a unknown']);
  });

  it('QoS 1 can be made to fail instead', () => {
    const test = connected({ publish: { onSessionLost: 'fail' } });
    const publications = ([1, 2] as const).map((qos) => test.connection.publish('a', String(qos), { qos }));
    expect(log(reconnect(test, { sessionPresent: false })).map((line) => line.split(' ')[1])).toEqual(['2']);
    expect(error(publications[0]!)).toMatchObject({ name: 'UnknownOutcomeError' });
    expect(publications[1]!.outcome).toBeUndefined();
  });

  it('what was aborted meanwhile does not go out again', () => {
    const test = connected();
    const abort = new AbortController();
    test.connection.publish('a', 'x', { qos: 1, signal: abort.signal });
    abort.abort();
    expect(log(reconnect(test, { sessionPresent: false }))).toEqual([]);
  });

  describe("of messages with overflow: 'latest', only the newest of a topic waits again", () => {
    const latest = { qos: 1, overflow: 'latest' } as const;
    const payloads = (wire: ScriptedWire): (string | undefined)[] => log(wire).map((line) => line.split(' ')[1]);
    /** What was not sent again may have arrived. */
    const unknown = { name: 'UnknownOutcomeError', message: expect.stringContaining('newer') as string };

    it.each([1, 2] as const)('among those that were sent, and what is newer and waits (QoS %d)', (qos) => {
      const test = connected();
      const drops: string[] = [];
      test.connection.on('drop', ({ topic, reason }) => drops.push(`${topic} ${reason}`));
      const publish = (topic: string, payload: string) => test.connection.publish(topic, payload, { ...latest, qos });
      const sent = [publish('a', 'a1'), publish('b', 'b1'), publish('a', 'a2'), publish('c', 'c1')];
      test.wire.cut();
      const waits = publish('b', 'b2');
      test.clock.advance(1);
      test.wire.connack({ sessionPresent: false });

      expect(payloads(test.wire)).toEqual(['a2', 'c1', 'b2']);
      expect([error(sent[0]!), error(sent[1]!)]).toMatchObject([unknown, unknown]);
      expect([sent[2]!, sent[3]!, waits].map(({ outcome }) => outcome)).toEqual([undefined, undefined, undefined]);
      expect(drops).toEqual(['a unknown', 'b unknown']);
    });

    it('until a newer one is published, which takes its place', () => {
      const test = connected();
      for (const topic of ['x', 'a', 'b']) test.connection.publish(topic, topic, latest);
      const older = reconnect(test, { sessionPresent: false, properties: { receiveMaximum: 1 } });
      expect(payloads(older)).toEqual(['x']);
      const newer = test.connection.publish('a', 'newer', latest);
      expect(test.connection.stats().queues.outbox).toBe(2);
      for (let i = 0; i < 3; i++) older.acknowledge(PUBACK, Number(/#(\d+)/.exec(log(older).at(-1)!)![1]));

      expect(payloads(older)).toEqual(['x', 'newer', 'b']);
      expect(newer.outcome?.status).toBe('acknowledged');
    });

    it('which tells the one whose place it takes that nobody knows whether it has arrived', () => {
      const test = connected();
      test.connection.publish('x', 'x', latest);
      const sent = test.connection.publish('a', 'sent', latest);
      reconnect(test, { sessionPresent: false, properties: { receiveMaximum: 1 } });
      test.connection.publish('a', 'newer', latest);

      expect(error(sent)).toMatchObject(unknown);
    });

    it('but a message with another policy gives way to none', () => {
      const test = connected();
      const sent = test.connection.publish('a', 'sent', { qos: 1 });
      test.wire.cut();
      test.connection.publish('a', 'newer', latest);
      test.clock.advance(1);
      test.wire.connack({ sessionPresent: false });

      expect(payloads(test.wire)).toEqual(['sent', 'newer']);
      expect(sent.outcome).toBeUndefined();
    });
  });

  it('the outbox holds more than its capacity for once, rather than lose what it had accepted', () => {
    const test = connected({ publish: { capacity: 1 } });
    const publications = Array.from({ length: 3 }, (_, i) => test.connection.publish('a', String(i), { qos: 1 }));
    const wire = reconnect(test, { sessionPresent: false, properties: { receiveMaximum: 1 } });
    for (let i = 0; i < 3; i++) wire.acknowledge(PUBACK, Number(/#(\d+)/.exec(log(wire).at(-1)!)![1]));
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual([
      'acknowledged',
      'acknowledged',
      'acknowledged',
    ]);
  });

  it('a message that has expired meanwhile is not sent as new', () => {
    const test = connected();
    const publication = test.connection.publish('a', 'x', { qos: 1, properties: { messageExpiryInterval: 10 } });
    test.wire.cut();
    test.clock.advance(1);
    test.clock.advance(10_000);
    test.wire.connack({ sessionPresent: false });
    expect(log(test.wire)).toEqual([]);
    // It was sent once, so nobody can say that it has not arrived.
    expect(error(publication)).toMatchObject({ name: 'UnknownOutcomeError' });
  });

  it('a listener that closes the connection leaves nothing unsettled', () => {
    const test = connected();
    const publications = ([1, 2, 1] as const).map((qos, i) => test.connection.publish('a', String(i), { qos }));
    test.wire.acknowledge(PUBREC, 2);
    publications[1]!.onSettled(() => void test.connection.close());
    reconnect(test, { sessionPresent: false });
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual(['failed', 'failed', 'failed']);
  });

  it('a listener that publishes does not overtake what goes out again', () => {
    const test = connected();
    test.connection.publish('a', 'old', { qos: 1 });
    const doubtful = test.connection.publish('a', 'doubtful', { qos: 2 });
    test.wire.acknowledge(PUBREC, 2);
    doubtful.onSettled(() => {
      test.connection.publish('a', 'new', { qos: 1 });
    });
    const sent = log(reconnect(test, { sessionPresent: false }));
    expect(sent.map((line) => line.split(' ')[1])).toEqual(['old', 'new']);
  });
});
