import type { DrainReport } from './connection.js';
import type { Publication } from '../outbound/publish-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

interface Draining extends TestConnection {
  /** The report, once there is one. */
  report(): Promise<DrainReport | undefined>;
}

function connected(): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 100, maxDelay: 100, jitter: 'none' } });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return test;
}

function drain(test: TestConnection, options?: { readonly deadline?: number }): Draining {
  let report: DrainReport | undefined;
  void test.connection.drain(options).then((value) => (report = value));
  return Object.assign(Object.create(test) as TestConnection, {
    report: async () => {
      for (let i = 0; i < 20; i++) await Promise.resolve();
      return report;
    },
  });
}

const NOTHING_LEFT = { unsettled: 0, unacknowledged: 0 };

describe('drain()', () => {
  it.each(['reconnecting', 'connecting'] as const)(
    'called by a listener of the state %s lets the connection come back for what waits',
    async (type) => {
      const test = connected();
      const publication = test.connection.publish('a', 'x', { qos: 1 });
      let report: DrainReport | undefined;
      const off = test.connection.on('state', (state) => {
        if (state.type !== type) return;
        off();
        void test.connection.drain().then((value) => (report = value));
      });
      test.wire.cut();
      test.clock.advance(100);
      expect(test.wires).toHaveLength(2);
      test.wire.connack({ sessionPresent: true });
      const sent = test.wire.sent.find((packet) => packet.type === 'publish');
      test.wire.acknowledge(4, sent?.type === 'publish' ? sent.packetId : 0);
      test.clock.advance();
      for (let i = 0; i < 20; i++) await Promise.resolve();
      expect(publication.outcome).toMatchObject({ status: 'acknowledged' });
      expect(report).toEqual(NOTHING_LEFT);
      expect(test.clock.pending).toBe(0);
    },
  );

  it('of a connection with nothing under way disconnects at once', async () => {
    const test = connected();
    const { report, wires, connection, clock } = drain(test);
    expect(connection.state).toMatchObject({ type: 'draining', negotiated: expect.anything() });
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
    expect(wires[0]!.sent).toMatchObject([{ type: 'disconnect', reasonCode: 0 }]);
    expect(connection.state).toEqual({ type: 'closed' });
    expect(clock.pending).toBe(0);
    await expect(connection.closed).resolves.toEqual({ type: 'closed', by: 'user', cause: undefined });
  });

  it.each([0, 1, 2] as const)(
    'called by a listener lets it publish what comes of its message (QoS %d)',
    async (qos) => {
      const test = connected();
      let report: DrainReport | undefined;
      let publication: Publication | undefined;
      test.connection.subscribe('a', { qos: 2 }, () => {
        void test.connection.drain().then((value) => (report = value));
        publication = test.connection.publish('b', 'result', { qos: 1 });
      });
      test.clock.advance();
      test.wire.suback();
      test.wire.message({ topic: 'a', qos, packetId: qos === 0 ? 0 : 9 });
      expect(test.connection.publish('b', 'late').outcome).toMatchObject({ error: { name: 'ClosedError' } });
      const sent = test.wire.sent.find(({ type }) => type === 'publish');
      test.wire.acknowledge(4, sent?.type === 'publish' ? sent.packetId : 0);
      test.clock.advance();
      for (let i = 0; i < 20; i++) await Promise.resolve();
      expect(publication?.outcome).toMatchObject({ status: 'acknowledged' });
      expect(report).toEqual(NOTHING_LEFT);
    },
  );

  it('of a connection that was never opened gives up what waits, and counts it', async () => {
    const test = createTestConnection();
    const publication = test.connection.publish('a', 'x');
    const { report, clock } = drain(test);
    clock.advance();
    expect(await report()).toEqual({ unsettled: 1, unacknowledged: 0 });
    expect(publication.outcome).toMatchObject({ error: { name: 'ClosedError' } });
    expect(clock.pending).toBe(0);
    expect(test.wires).toEqual([]);
  });

  it('waits until everything is acknowledged, and sends what waits', async () => {
    const test = connected();
    test.wire.setCongested(true);
    const publications = ([0, 1, 2] as const).map((qos) => test.connection.publish('a', String(qos), { qos }));
    const { report, wires, clock } = drain(test);
    const wire = wires[0]!;
    clock.advance(1_000);
    wire.setCongested(false);
    wire.acknowledge(4, 1);
    wire.acknowledge(5, 2);
    clock.advance();
    expect(await report()).toBeUndefined();
    wire.acknowledge(7, 2);
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
    expect(publications.every(({ outcome }) => outcome?.status === 'acknowledged')).toBe(true);
    expect(wire.sent.at(-1)?.type).toBe('disconnect');
  });

  it('waits until what was received is handled, and acknowledges it', async () => {
    const test = connected();
    let done = (): void => {};
    test.connection.subscribe('a', { qos: 1 }, () => new Promise<void>((resolve) => (done = resolve)));
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 7 });
    const { report, wires, clock } = drain(test);
    clock.advance(1_000);
    expect(await report()).toBeUndefined();
    done();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
    expect(wires[0]!.sent.slice(-2)).toMatchObject([{ type: 'ack', ack: 4, packetId: 7 }, { type: 'disconnect' }]);
  });

  it('waits for listeners of QoS 0 too, and for what waits for them', async () => {
    const test = connected();
    const done: (() => void)[] = [];
    test.connection.subscribe('a', { concurrency: 1 }, () => new Promise<void>((resolve) => done.push(resolve)));
    test.clock.advance();
    test.wire.suback();
    for (let i = 0; i < 2; i++) test.wire.message({ topic: 'a' });
    const { report, clock, connection } = drain(test);
    for (let i = 0; i < 2; i++) {
      clock.advance(100);
      expect(connection.state.type).toBe('draining');
      done[i]!();
      expect(await report()).toBeUndefined();
    }
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
  });

  it('counts a message of QoS 0 that comes too late as dropped; others come again', () => {
    const test = connected();
    const drops: string[] = [];
    test.connection.on('drop', ({ topic, qos }) => drops.push(`${topic} ${String(qos)}`));
    test.connection.subscribe('a', { qos: 1, concurrency: 1 }, () => new Promise<void>(() => undefined));
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a' });
    drain(test);
    test.wire.message({ topic: 'a' });
    test.wire.message({ topic: 'a', qos: 1, packetId: 7 });
    expect(drops).toEqual(['a 0']);
  });

  it('counts listeners of QoS 0 that were not done at its deadline', async () => {
    const test = connected();
    test.connection.subscribe('a', { concurrency: 1 }, () => new Promise<void>(() => undefined));
    test.clock.advance();
    test.wire.suback();
    for (let i = 0; i < 3; i++) test.wire.message({ topic: 'a' });
    const { report, clock } = drain(test, { deadline: 50 });
    clock.advance(50);
    expect(await report()).toEqual({ unsettled: 0, unacknowledged: 3 });
  });

  it('lets listeners publish what comes of their work, and nobody else afterwards', async () => {
    const test = connected();
    let proceed = (): void => {};
    const results: unknown[] = [];
    test.connection.subscribe('a', { qos: 1 }, async () => {
      await new Promise<void>((resolve) => (proceed = resolve));
      results.push(await test.connection.publish('result', 'x', { qos: 1 }));
    });
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 7 });
    const { report, clock, wire, connection } = drain(test);
    proceed();
    expect(await report()).toBeUndefined();
    const result = wire.sent.at(-1);
    expect(result).toMatchObject({ type: 'publish', topic: 'result' });
    wire.acknowledge(4, (result as { packetId: number }).packetId);
    expect(await report()).toBeUndefined();
    expect(results).toHaveLength(1);
    expect(connection.publish('late', 'x').outcome).toMatchObject({
      status: 'failed',
      error: { code: 'ERR_MQTT_CLOSED' },
    });
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
    expect(wire.sent.slice(-2)).toMatchObject([{ ack: 4, packetId: 7 }, { type: 'disconnect' }]);
  });

  it('leaves to the session what nobody observes: it is neither waited for nor acknowledged', async () => {
    const test = createTestConnection({ clientId: 'me', session: { clean: false }, receive: { graceTime: 100 } });
    void test.connection.open();
    test.wire.connack({ sessionPresent: true });
    for (let id = 1; id <= 2; id++) test.wire.message({ topic: 'a', qos: 1, packetId: id });
    let done = (): void => {};
    test.connection.subscribe('b', { qos: 1 }, () => new Promise<void>((resolve) => (done = resolve)));
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'b', qos: 1, packetId: 3 });
    const { report, clock } = drain(test);
    clock.advance(5_000);
    expect(await report()).toBeUndefined();
    done();
    expect(await report()).toBeUndefined();
    clock.advance();
    // The third is done, but must not be acknowledged before the others. [MQTT-4.6.0-2]
    expect(await report()).toEqual({ unsettled: 0, unacknowledged: 3 });
    expect(test.wire.sent.filter(({ type }) => type === 'ack')).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('waits for manual acknowledgements as well', async () => {
    const test = connected();
    const acks: (() => void)[] = [];
    test.connection.subscribe('a', { qos: 2, ack: 'manual' }, (message) => void acks.push(() => message.ack()));
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    test.wire.message({ topic: 'a', qos: 2, packetId: 2 });
    const { report, clock } = drain(test);
    for (const ack of acks) {
      clock.advance();
      expect(await report()).toBeUndefined();
      ack();
    }
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
  });

  it('delivers nothing new, and acknowledges none of it', async () => {
    const test = connected();
    const received: string[] = [];
    test.connection.subscribe('a', { qos: 1 }, ({ topic }) => void received.push(topic));
    test.clock.advance();
    test.wire.suback();
    test.connection.publish('p', 'x', { qos: 1 });
    drain(test);
    for (const qos of [0, 1, 2] as const) test.wire.message({ topic: 'a', qos, packetId: qos });
    expect(received).toEqual([]);
    expect(test.wire.sent.filter(({ type }) => type === 'ack')).toEqual([]);
  });

  it('takes no new message and no new subscription', () => {
    const test = connected();
    test.connection.publish('p', 'x', { qos: 1 });
    const { connection } = drain(test);
    expect(connection.publish('a', 'x').outcome).toMatchObject({
      error: { name: 'ClosedError', message: expect.stringContaining('draining') },
    });
    expect(() => connection.subscribe('a', {}, () => {})).toThrow(expect.objectContaining({ name: 'ClosedError' }));
  });

  it('closes at its deadline anyway, and says what was left', async () => {
    const test = connected();
    test.connection.subscribe('a', { qos: 1, ack: 'manual' }, () => {});
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    const publications = Array.from({ length: 3 }, () => test.connection.publish('p', 'x', { qos: 1 }));
    const { report, clock, connection } = drain(test, { deadline: 500 });
    clock.advance(499);
    expect(connection.state.type).toBe('draining');
    clock.advance(1);
    expect(await report()).toEqual({ unsettled: 3, unacknowledged: 1 });
    expect(publications.map(({ outcome }) => outcome)).toMatchObject(Array(3).fill({ error: { name: 'ClosedError' } }));
    expect(clock.pending).toBe(0);
  });

  it('waits ten seconds when it is not told otherwise', async () => {
    const test = connected();
    test.connection.publish('p', 'x', { qos: 1 });
    const { report, clock } = drain(test);
    clock.advance(9_999);
    expect(await report()).toBeUndefined();
    clock.advance(1);
    expect(await report()).toEqual({ unsettled: 1, unacknowledged: 0 });
  });

  it('goes on through a lost connection, unseen, and finishes on the next', async () => {
    const test = connected();
    const publication = test.connection.publish('p', 'x', { qos: 1 });
    const { report, wires, clock, connection } = drain(test);
    wires[0]!.cut();
    expect(connection.state).toEqual({ type: 'draining', negotiated: undefined });
    clock.advance(100);
    wires[1]!.connack({ sessionPresent: true });
    expect(connection.state.type).toBe('draining');
    wires[1]!.acknowledge(4, 1);
    clock.advance();
    expect(publication.outcome?.status).toBe('acknowledged');
    expect(await report()).toEqual(NOTHING_LEFT);
  });

  it.each(['connecting', 'between two attempts'] as const)('can begin while %s', async (when) => {
    const test = createTestConnection({ reconnect: { initialDelay: 100, maxDelay: 100, jitter: 'none' } });
    test.connection.open().catch(() => {});
    test.connection.publish('p', 'x', { qos: 1 });
    if (when !== 'connecting') test.wire.cut();
    const { report, clock } = drain(test);
    clock.advance(100);
    test.wire.connack();
    test.wire.acknowledge(4, 1);
    clock.advance();
    expect(await report()).toEqual(NOTHING_LEFT);
  });

  it('is the same drain for all who call it, and harmless afterwards', async () => {
    const test = connected();
    test.connection.publish('p', 'x', { qos: 1 });
    const first = test.connection.drain();
    expect(test.connection.drain({ deadline: 1 })).toBe(first);
    test.clock.advance(1);
    expect(test.connection.state.type).toBe('draining');
    test.wire.acknowledge(4, 1);
    test.clock.advance();
    expect(await first).toEqual(NOTHING_LEFT);
    await expect(test.connection.drain()).resolves.toEqual(NOTHING_LEFT);
    await test.connection[Symbol.asyncDispose]();
  });

  it('can be called inside of a handler, and waits for it', async () => {
    const test = connected();
    let draining: Promise<DrainReport> | undefined;
    let done = (): void => {};
    test.connection.subscribe('a', { qos: 1 }, () => {
      draining = test.connection.drain();
      return new Promise<void>((resolve) => (done = resolve));
    });
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(100);
    expect(test.connection.state.type).toBe('draining');
    done();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    test.clock.advance();
    expect(await draining).toEqual(NOTHING_LEFT);
    expect(test.wire.sent.slice(-2)).toMatchObject([{ ack: 4, packetId: 1 }, { type: 'disconnect' }]);
  });

  it('lets a listener of the last outcome do its work first', async () => {
    const test = connected();
    const log: string[] = [];
    const publication = test.connection.publish('p', 'x', { qos: 1 });
    publication.onSettled(() => log.push(test.connection.state.type));
    drain(test);
    test.wire.acknowledge(4, 1);
    expect(log).toEqual(['draining']);
  });

  it('is what the end of an `await using` block does', async () => {
    const test = connected();
    const disposed = test.connection[Symbol.asyncDispose]();
    test.clock.advance();
    await disposed;
    expect(test.connection.state.type).toBe('closed');
  });

  it('is over at once when the connection fails for good, with a true report', async () => {
    const test = connected();
    test.connection.publish('p', 'x', { qos: 1 });
    const { report, clock, connection } = drain(test);
    test.wire.cut(new Error('x') as never, 'server');
    expect(connection.state.type).toBe('failed');
    clock.advance();
    expect(await report()).toEqual({ unsettled: 1, unacknowledged: 0 });
    expect(clock.pending).toBe(0);
  });

  it('is over at once when the connection is closed meanwhile, with a true report', async () => {
    const test = connected();
    test.connection.publish('p', 'x', { qos: 1 });
    const { report, clock, connection } = drain(test);
    await connection.close();
    clock.advance();
    expect(await report()).toEqual({ unsettled: 1, unacknowledged: 0 });
    expect(clock.pending).toBe(0);
  });

  it('counts what was received and not acknowledged when the connection is cut', async () => {
    const test = connected();
    test.connection.subscribe('a', { qos: 1, ack: 'manual' }, () => {});
    test.clock.advance();
    test.wire.suback();
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    const { report, clock, wires } = drain(test, { deadline: 500 });
    wires[0]!.cut();
    clock.advance(500);
    expect(await report()).toEqual({ unsettled: 0, unacknowledged: 1 });
  });

  it.each(['while connected', 'while not'] as const)(
    'does not wait for what an observer left, and the server has forgotten (unsubscribed %s)',
    async (when) => {
      const test = connected();
      const subscription = test.connection.subscribe('a', { qos: 2, ack: 'manual' }, () => {});
      test.clock.advance();
      test.wire.suback();
      test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
      test.wire.message({ topic: 'a', qos: 2, packetId: 2 });
      if (when === 'while connected') void subscription.unsubscribe();
      test.wire.cut();
      void subscription.unsubscribe();
      test.clock.advance(100);
      test.wire.connack({ sessionPresent: false });
      test.clock.advance();
      const { report, clock } = drain(test);
      clock.advance(9_000);
      expect(await report()).toEqual(NOTHING_LEFT);
    },
  );
});
