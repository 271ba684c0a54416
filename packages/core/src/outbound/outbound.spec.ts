import type { DropEvent } from '../connection/connection.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type ScriptedWire, type SentPacket, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

type Sent<T extends SentPacket['type']> = Extract<SentPacket, { type: T }>;
type Connack = NonNullable<Parameters<ScriptedWire['connack']>[0]>;

function connected(options: ConnectionOptions = {}, connack: Connack = {}): TestConnection {
  const test = createTestConnection(options);
  void test.connection.open();
  test.wire.connack(connack);
  return test;
}

function publishes({ sent }: ScriptedWire): Sent<'publish'>[] {
  return sent.filter((packet) => packet.type === 'publish');
}

function acks({ sent }: ScriptedWire): string[] {
  const names = { 4: 'PUBACK', 5: 'PUBREC', 6: 'PUBREL', 7: 'PUBCOMP' };
  return sent
    .filter((packet) => packet.type === 'ack')
    .map(({ ack, packetId, reasonCode }) => `${names[ack]} ${packetId} ${reasonCode}`);
}

const PUBACK = 4;
const PUBREC = 5;
const PUBCOMP = 7;

const refused = (publication: Publication): unknown =>
  publication.outcome?.status === 'failed' && publication.outcome.error;

describe('a QoS 0 message', () => {
  it('is acknowledged when it is handed to the socket', () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { retain: true });
    expect(publishes(wire)).toEqual([
      expect.objectContaining({ topic: 'a', payload: 'x', qos: 0, retain: true, packetId: 0, dup: false }),
    ]);
    expect(publication.outcome).toEqual({
      status: 'acknowledged',
      result: {
        topic: 'a',
        qos: 0,
        reasonCode: 0,
        noMatchingSubscribers: false,
        reasonString: undefined,
        userProperties: [],
      },
    });
  });

  it('waits for a connection, and is not acknowledged before', () => {
    const test = createTestConnection();
    const { connection } = test;
    const publication = connection.publish('a', 'x');
    void connection.open();
    expect(publication.outcome).toBeUndefined();
    test.wire.connack();
    expect(publishes(test.wire)).toHaveLength(1);
    expect(publication.outcome?.status).toBe('acknowledged');
  });
});

describe('a QoS 1 message', () => {
  it('is acknowledged by PUBACK, which frees its identifier', () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { qos: 1 });
    expect(publishes(wire)).toEqual([expect.objectContaining({ qos: 1, packetId: 1, dup: false })]);
    expect(publication.outcome).toBeUndefined();
    wire.acknowledge(PUBACK, 1);
    expect(publication.outcome).toMatchObject({
      status: 'acknowledged',
      result: { qos: 1, reasonCode: 0, noMatchingSubscribers: false },
    });
    expect(acks(wire)).toEqual([]);
  });

  it('is acknowledged with all that the server says, also that nobody is subscribed', () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { qos: 1 });
    wire.acknowledge(PUBACK, 1, 0x10, { reasonString: 'nobody', userProperties: [['a', 'b']] });
    expect(publication.outcome).toMatchObject({
      status: 'acknowledged',
      result: { reasonCode: 0x10, noMatchingSubscribers: true, reasonString: 'nobody', userProperties: [['a', 'b']] },
    });
  });

  it('is refused by a PUBACK of 0x80 or above, with code and text, and shows as a drop', () => {
    const { connection, wire } = connected();
    const drops: unknown[] = [];
    connection.on('drop', (event) => drops.push(event));
    const publication = connection.publish('a', 'x', { qos: 1 });
    wire.acknowledge(PUBACK, 1, 0x97, { reasonString: 'enough' });
    expect(refused(publication)).toMatchObject({
      name: 'PublishRefusedError',
      reasonCode: 0x97,
      reasonString: 'enough',
      topic: 'a',
      retryable: true,
    });
    expect(drops).toEqual([{ direction: 'out', topic: 'a', qos: 1, reason: 'refused', error: refused(publication) }]);
    expect(connection.state.type).toBe('connected');
  });
});

describe('a QoS 2 message', () => {
  it('goes through PUBLISH, PUBREC, PUBREL and PUBCOMP', () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { qos: 2 });
    expect(publishes(wire)).toEqual([expect.objectContaining({ qos: 2, packetId: 1, dup: false })]);
    wire.acknowledge(PUBREC, 1);
    expect(acks(wire)).toEqual(['PUBREL 1 0']);
    expect(publication.outcome).toBeUndefined();
    wire.acknowledge(PUBCOMP, 1);
    expect(publication.outcome).toMatchObject({ status: 'acknowledged', result: { qos: 2, reasonCode: 0 } });
    expect(acks(wire)).toEqual(['PUBREL 1 0']);
    expect(publishes(wire)).toHaveLength(1);
  });

  it('ends with a PUBREC of 0x80 or above: no PUBREL, the identifier is free, the next one goes', () => {
    const { connection, wire } = connected({ publish: { window: 1 } });
    const publication = connection.publish('a', 'x', { qos: 2 });
    connection.publish('b', 'x', { qos: 2 });
    expect(publishes(wire)).toHaveLength(1);
    wire.acknowledge(PUBREC, 1, 0x97);
    expect(refused(publication)).toMatchObject({ name: 'PublishRefusedError', reasonCode: 0x97 });
    expect(acks(wire)).toEqual([]);
    expect(publishes(wire).map(({ topic }) => topic)).toEqual(['a', 'b']);
  });

  it('goes on after a PUBREC that says nobody is subscribed', () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { qos: 2 });
    wire.acknowledge(PUBREC, 1, 0x10);
    wire.acknowledge(PUBCOMP, 1);
    expect(acks(wire)).toEqual(['PUBREL 1 0']);
    expect(publication.outcome?.status).toBe('acknowledged');
  });

  it('is done when the server does not know its identifier any more', () => {
    const { connection, wire } = connected();
    const publication = connection.publish('a', 'x', { qos: 2 });
    wire.acknowledge(PUBREC, 1);
    wire.acknowledge(PUBCOMP, 1, 0x92);
    expect(publication.outcome).toMatchObject({ status: 'acknowledged', result: { reasonCode: 0 } });
  });

  it('answers a PUBREC that comes twice with PUBREL twice', () => {
    const { connection, wire } = connected();
    connection.publish('a', 'x', { qos: 2 });
    wire.acknowledge(PUBREC, 1);
    wire.acknowledge(PUBREC, 1);
    expect(acks(wire)).toEqual(['PUBREL 1 0', 'PUBREL 1 0']);
  });
});

describe('an acknowledgement that fits nothing', () => {
  it.each([
    ['PUBACK', PUBACK, 7, []],
    ['PUBREC', PUBREC, 7, ['PUBREL 7 146']],
    ['PUBCOMP', PUBCOMP, 7, []],
    ['PUBACK for QoS 2', PUBACK, 2, []],
    ['PUBREC for QoS 1', PUBREC, 1, ['PUBREL 1 146']],
    ['PUBCOMP for QoS 1', PUBCOMP, 1, []],
    ['PUBCOMP before PUBREC', PUBCOMP, 2, []],
  ] as const)('has no effect: %s', (_, type, id, expected) => {
    const { connection, wire } = connected();
    const publications = [connection.publish('a', 'x', { qos: 1 }), connection.publish('b', 'x', { qos: 2 })];
    wire.acknowledge(type, id);
    expect(acks(wire)).toEqual(expected);
    expect(publications.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
    expect(connection.state.type).toBe('connected');
    wire.acknowledge(PUBACK, 1);
    wire.acknowledge(PUBREC, 2);
    wire.acknowledge(PUBCOMP, 2);
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual(['acknowledged', 'acknowledged']);
  });

  it('is not answered on MQTT 3.1.1, whose PUBREL has no reason', () => {
    const { wire } = connected({ protocolVersion: 4 });
    wire.acknowledge(PUBREC, 7);
    expect(acks(wire)).toEqual([]);
  });

  it('settles nothing twice', () => {
    const { connection, wire } = connected();
    const settled: string[] = [];
    connection.publish('a', 'x', { qos: 1 }).onSettled(({ status }) => settled.push(status));
    wire.acknowledge(PUBACK, 1);
    wire.acknowledge(PUBACK, 1, 0x80);
    expect(settled).toEqual(['acknowledged']);
  });
});

describe('the window', () => {
  it.each([
    ['64 on MQTT 5', {}, {}, 64],
    ['20 on MQTT 3.1.1', { protocolVersion: 4 }, {}, 20],
    ['20 on MQTT 3.1', { protocolVersion: 3 }, {}, 20],
    ['what the user says', { publish: { window: 5 } }, {}, 5],
    ['what the user says on 3.1.1', { protocolVersion: 4, publish: { window: 50 } }, {}, 50],
    [
      "the server's Receive Maximum, if that is less",
      { publish: { window: 5 } },
      { properties: { receiveMaximum: 3 } },
      3,
    ],
    [
      "not the server's Receive Maximum, if that is more",
      { publish: { window: 5 } },
      { properties: { receiveMaximum: 30 } },
      5,
    ],
    ['lowered by the server without a wish', {}, { properties: { receiveMaximum: 1 } }, 1],
  ] as const)('is %s', (_, options, connack, expected) => {
    const { connection, wire } = connected(options, connack);
    for (let i = 0; i < 100; i++) connection.publish('a', String(i), { qos: i % 2 === 0 ? 1 : 2 });
    expect(publishes(wire)).toHaveLength(expected);
  });

  it('opens by one with each PUBACK and each PUBCOMP, not with PUBREC', () => {
    const { connection, wire } = connected({ publish: { window: 2 } });
    for (const [i, qos] of ([2, 1, 1, 1] as const).entries()) connection.publish('a', String(i), { qos });
    const sent = (): unknown[] => publishes(wire).map(({ payload }) => payload);
    expect(sent()).toEqual(['0', '1']);
    wire.acknowledge(PUBREC, 1);
    expect(sent()).toEqual(['0', '1']);
    wire.acknowledge(PUBCOMP, 1);
    expect(sent()).toEqual(['0', '1', '2']);
    wire.acknowledge(PUBACK, 2);
    expect(sent()).toEqual(['0', '1', '2', '3']);
  });

  it('holds back no QoS 0', () => {
    const { connection, wire } = connected({ publish: { window: 1 } });
    connection.publish('a', '1', { qos: 1 });
    connection.publish('a', '2', { qos: 1 });
    const publication = connection.publish('a', '3');
    expect(publishes(wire).map(({ payload }) => payload)).toEqual(['1', '3']);
    expect(publication.outcome?.status).toBe('acknowledged');
  });

  it('is kept full by one that is never acknowledged only in its own slot', () => {
    const { connection, wire } = connected({ publish: { window: 2 } });
    const publications = Array.from({ length: 5 }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
    for (let id = 2; id <= 5; id++) wire.acknowledge(PUBACK, id);
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual([
      undefined,
      'acknowledged',
      'acknowledged',
      'acknowledged',
      'acknowledged',
    ]);
  });
});

describe('a message that exceeds what the server takes', () => {
  it.each([
    ['qos', { maximumQoS: 1 }, { qos: 2 }, 'x'],
    ['qos', { maximumQoS: 0 }, { qos: 1 }, 'x'],
    ['retain', { retainAvailable: 0 }, { retain: true }, 'x'],
    ['size', { maximumPacketSize: 30 }, {}, 'x'.repeat(30)],
    ['size', { maximumPacketSize: 30 }, { properties: { contentType: 'x'.repeat(30) } }, ''],
  ] as const)('is refused before a byte is sent, for its %s', (field, properties, options, payload) => {
    const { connection, wire } = connected({}, { properties });
    const publication = connection.publish('a', payload, options);
    expect(refused(publication)).toMatchObject({ name: 'LimitExceededError', field, topic: 'a' });
    connection.publish('b', 'x');
    expect(publishes(wire).map(({ topic }) => topic)).toEqual(['b']);
  });

  it('is refused when it waited for the server that says so, and nothing else with it', () => {
    const test = createTestConnection();
    const { connection } = test;
    const publications = [{ qos: 1 }, { qos: 2 }, { qos: 1, retain: true }, { qos: 0 }].map((options) =>
      connection.publish('a', 'x', options as never),
    );
    void connection.open();
    test.wire.connack({ properties: { maximumQoS: 1, retainAvailable: 0 } });
    expect(publishes(test.wire).map(({ qos }) => qos)).toEqual([1, 0]);
    expect(publications.map((each) => (refused(each) as { field?: string }).field)).toEqual([
      undefined,
      'qos',
      'retain',
      undefined,
    ]);
  });
});

describe('without a connection', () => {
  it('a message waits, or is refused with OfflineError, as it says itself or the options of the connection', () => {
    const cases = [
      [undefined, undefined, undefined],
      [undefined, 'error', 'OfflineError'],
      ['error', undefined, 'OfflineError'],
      ['error', 'queue', undefined],
      ['queue', 'error', 'OfflineError'],
      ['drop', undefined, 'OfflineError'],
      ['drop', 'queue', undefined],
      [undefined, 'drop', 'OfflineError'],
    ] as const;
    for (const [general, own, expected] of cases) {
      const { connection } = createTestConnection(general === undefined ? {} : { publish: { offline: general } });
      const publication = connection.publish('a', 'x', own === undefined ? {} : { offline: own });
      const error = refused(publication);
      expect(error === false ? undefined : (error as Error).name).toBe(expected);
    }
  });

  it("is given up where there is no connection: offline: 'drop'", () => {
    const { connection } = createTestConnection({ publish: { offline: 'drop' } });
    const drops: DropEvent[] = [];
    connection.on('drop', (drop) => drops.push(drop));
    const publication = connection.publish('a', 'x', { qos: 1 });
    expect(refused(publication)).toMatchObject({
      name: 'OfflineError',
      code: 'ERR_MQTT_OFFLINE',
      topic: 'a',
      retryable: true,
    });
    expect(drops).toMatchObject([{ direction: 'out', topic: 'a', qos: 1, reason: 'offline' }]);
    expect(connection.stats().drops.byReason.out).toEqual({ offline: 1 });
    expect(connection.publish('a', 'x', { offline: 'queue' }).outcome).toBeUndefined();
  });

  it("is given up with the connection that it waits for: offline: 'drop', and only that", () => {
    const test = connected({ publish: { window: 1 }, session: { clean: false } });
    const { connection } = test;
    const sent = connection.publish('sent', 'x', { qos: 1, offline: 'drop' });
    const dropped = connection.publish('dropped', 'x', { qos: 1, offline: 'drop' });
    const refusing = connection.publish('refusing', 'x', { qos: 1, offline: 'error' });
    const waiting = connection.publish('waiting', 'x', { qos: 1 });
    test.wire.cut();
    expect(refused(dropped)).toMatchObject({ name: 'OfflineError' });
    expect([sent, refusing, waiting].map(({ outcome }) => outcome)).toEqual([undefined, undefined, undefined]);
    test.clock.advance(60_000);
    test.wire.connack({ sessionPresent: true });
    for (const topic of ['sent', 'refusing', 'waiting']) {
      expect(publishes(test.wire).at(-1)?.topic).toBe(topic);
      test.wire.acknowledge(PUBACK, publishes(test.wire).at(-1)!.packetId);
    }
    expect([sent, refusing, waiting].map(({ outcome }) => outcome?.status)).toEqual([
      'acknowledged',
      'acknowledged',
      'acknowledged',
    ]);
    expect(connection.stats().queues.outbox).toBe(0);
  });

  it('makes room when it is given up with its connection: senders that wait are taken', () => {
    const test = connected({ publish: { window: 1, capacity: 2, overflow: 'block', offline: 'drop' } });
    const publications = ['a', 'b', 'c', 'd', 'e'].map((topic) =>
      test.connection.publish(topic, 'x', { qos: 1, ...(topic === 'd' ? { offline: 'queue' as const } : {}) }),
    );
    test.wire.cut();
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual([
      undefined,
      'failed',
      'failed',
      undefined,
      'failed',
    ]);
    expect(test.connection.stats().queues).toMatchObject({ outbox: 1, waiting: 0 });
  });

  it('may be answered to, when it is given up with its connection, by closing or by another one', () => {
    for (const answer of ['close', 'publish'] as const) {
      const test = connected({ publish: { window: 1, offline: 'drop' } });
      const { connection } = test;
      const outcomes: unknown[] = [];
      connection.on('drop', () => {
        if (answer === 'close') void connection.close();
        else connection.publish('again', 'x').onSettled((outcome) => outcomes.push(outcome.status));
      });
      const publications = ['a', 'b', 'c'].map((topic) => connection.publish(topic, 'x', { qos: 1 }));
      test.wire.cut();
      const settled = publications.map(({ outcome }) => outcome?.status);
      expect(settled).toEqual([answer === 'close' ? 'failed' : undefined, 'failed', 'failed']);
      expect(outcomes).toEqual(answer === 'close' ? [] : ['failed', 'failed']);
    }
  });

  it('messages leave in the order in which they were accepted, of whichever QoS', () => {
    const test = createTestConnection();
    const { connection } = test;
    for (const [i, qos] of ([0, 1, 2, 0, 1, 2] as const).entries()) connection.publish('a', String(i), { qos });
    void connection.open();
    test.wire.connack();
    expect(publishes(test.wire).map(({ payload }) => payload)).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  it('is not what a listener of the state "connected" finds', () => {
    const test = createTestConnection();
    const { connection } = test;
    connection.on('state', ({ type }) => {
      if (type === 'connected') connection.publish('birth', 'x', { qos: 1 });
    });
    void connection.open();
    test.wire.connack();
    expect(publishes(test.wire).map(({ topic }) => topic)).toEqual(['birth']);
  });

  it('is not what a listener of the state "connected" finds, with offline: \'error\' either', () => {
    const test = createTestConnection({ publish: { offline: 'error' } });
    const { connection } = test;
    const outcomes: unknown[] = [];
    connection.on('state', ({ type }) => {
      if (type === 'connected')
        connection.publish('birth', 'x', { qos: 1 }).onSettled((outcome) => outcomes.push(outcome));
    });
    void connection.open();
    test.wire.connack();
    expect(outcomes).toEqual([]);
    expect(publishes(test.wire).map(({ topic }) => topic)).toEqual(['birth']);
  });
});

describe('settling', () => {
  it('is told synchronously with the acknowledgement, in the order of listeners, and before anything new is sent', () => {
    const { connection, wire } = connected({ publish: { window: 1 } });
    const log: string[] = [];
    const publication = connection.publish('a', '1', { qos: 1 });
    connection.publish('a', '2', { qos: 1 });
    publication.onSettled(() => log.push(`first, ${publishes(wire).length} sent`));
    publication.onSettled(() => log.push('second'));
    wire.acknowledge(PUBACK, 1);
    expect(log).toEqual(['first, 1 sent', 'second']);
    expect(publishes(wire)).toHaveLength(2);
    publication.onSettled(() => log.push('late'));
    expect(log.at(-1)).toBe('late');
  });

  it('may publish again, also on the same topic', () => {
    const { connection, wire } = connected();
    const echo = (count: number): void => {
      connection.publish('a', String(count), { qos: 1 }).onSettled(() => {
        if (count < 100) echo(count + 1);
      });
    };
    echo(1);
    for (let id = 1; id <= 100; id++) wire.acknowledge(PUBACK, id);
    expect(publishes(wire)).toHaveLength(100);
  });

  it('may close the connection: everything else settles, nothing more is sent', () => {
    const { connection, wire } = connected({ publish: { window: 1 } });
    const publications = Array.from({ length: 4 }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
    publications[0]!.onSettled(() => void connection.close());
    wire.acknowledge(PUBACK, 1);
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual(['acknowledged', 'failed', 'failed', 'failed']);
    expect(publishes(wire)).toHaveLength(1);
  });

  it('harms nobody else when a listener throws', () => {
    const { connection, wire } = connected({ publish: { window: 1 } });
    const warnings: unknown[] = [];
    connection.on('warning', ({ error }) => warnings.push(error));
    const publications = Array.from({ length: 3 }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
    const thrown = new Error('thrown by a listener');
    const settled: string[] = [];
    publications[0]!.onSettled(() => {
      throw thrown;
    });
    publications[0]!.onSettled(({ status }) => settled.push(status));
    expect(() => wire.acknowledge(PUBACK, 1)).not.toThrow();
    expect(settled).toEqual(['acknowledged']);
    expect(warnings).toEqual([thrown]);
    expect(publishes(wire)).toHaveLength(2);
  });

  it('harms no close() when a listener throws', async () => {
    const { connection } = connected();
    const publications = Array.from({ length: 3 }, (_, i) => connection.publish('a', String(i), { qos: 1 }));
    publications[0]!.onSettled(() => {
      throw new Error('thrown by a listener');
    });
    await connection.close();
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual(['failed', 'failed', 'failed']);
  });
});
