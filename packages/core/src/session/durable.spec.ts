import { GlassStore, settled } from '../../test/support/glass-store.js';
import type { ConnectionEvents } from '../connection/connection.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import type { Publication } from '../outbound/publish-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import { memoryStore } from './memory-store.js';
import type { StoreOperation } from './session-store.js';

const PUBACK = 4;
const PUBREC = 5;
const PUBREL = 6;
const PUBCOMP = 7;

interface Durable extends TestConnection {
  readonly store: GlassStore;
  readonly warnings: ConnectionEvents['warning'][];
  readonly drops: ConnectionEvents['drop'][];
  readonly restored: readonly Publication[];
}

/** A connection with this store, restored; its first attempt waits for CONNACK. */
async function start(store = new GlassStore(), options: ConnectionOptions = {}): Promise<Durable> {
  const test = createTestConnection({
    clientId: 'c',
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
    session: { store, ...options.session },
  });
  const warnings: ConnectionEvents['warning'][] = [];
  const drops: ConnectionEvents['drop'][] = [];
  const restored: Publication[] = [];
  test.connection.on('warning', (event) => warnings.push(event));
  test.connection.on('drop', (event) => drops.push(event));
  test.connection.on('restored', ({ publications }) => restored.push(...publications));
  test.connection.open().catch(() => undefined);
  await settled();
  return Object.assign(test, { store, warnings, drops, restored });
}

/** CONNACK comes, and what has been staged is written. */
function connack(test: TestConnection, sessionPresent: boolean): ScriptedWire {
  test.wire.connack({ sessionPresent });
  test.clock.advance(0);
  return test.wire;
}

/** Dies, and starts again with what the store had by then. */
function restart({ store, clock }: Durable, options: ConnectionOptions = {}, away = 0): Promise<Durable> {
  const next = new GlassStore(store.snapshot());
  return start(next, options).then((test) => {
    test.clock.epoch = clock.date() + away;
    return test;
  });
}

function log({ sent }: ScriptedWire): string[] {
  return sent.flatMap((packet) => {
    if (packet.type === 'publish')
      return [`PUBLISH ${Buffer.from(packet.payload).toString()} #${packet.packetId}${packet.dup ? ' DUP' : ''}`];
    return packet.type === 'ack'
      ? [`${{ 4: 'PUBACK', 5: 'PUBREC', 6: 'PUBREL', 7: 'PUBCOMP' }[packet.ack]} #${packet.packetId}`]
      : [];
  });
}

async function state(promise: PromiseLike<unknown>): Promise<unknown> {
  let result: unknown = 'pending';
  promise.then(
    () => (result = 'fulfilled'),
    (error: unknown) => (result = error),
  );
  await settled();
  return result;
}

const keys = (test: Durable, room: string): string[] => test.store.keys.filter((key) => key.startsWith(room));

describe('a message with a session store', () => {
  it.each([1, 2] as const)(
    'is stored before it is sent, and gone from the store when it is acknowledged (QoS %d)',
    async (qos) => {
      const test = await start();
      const wire = connack(test, false);
      const publication = test.connection.publish('t', 'a', { qos });
      expect(log(wire)).toEqual([]);
      expect(await state(publication.stored)).toBe('pending');
      test.clock.advance(0);
      expect(keys(test, 'message/')).toHaveLength(1);
      expect(log(wire)).toEqual(['PUBLISH a #1']);
      expect(await state(publication.stored)).toBe('fulfilled');
      expect(publication.outcome).toBeUndefined();
      if (qos === 2) {
        wire.acknowledge(PUBREC, 1);
        expect(log(wire)).not.toContain('PUBREL #1');
        test.clock.advance(0);
        expect(log(wire)).toContain('PUBREL #1');
      }
      wire.acknowledge(qos === 1 ? PUBACK : PUBCOMP, 1);
      expect(publication.outcome?.status).toBe('acknowledged');
      test.clock.advance(0);
      expect(test.store.keys).toEqual(['session']);
    },
  );

  it('goes together with the others of its tick', async () => {
    const test = await start();
    connack(test, false);
    const before = test.store.batches.length;
    for (let i = 0; i < 100; i++) test.connection.publish('t', String(i), { qos: 1 });
    test.clock.advance(0);
    expect(test.store.batches.length - before).toBe(1);
  });

  it('can be stored before the connection is opened', async () => {
    const store = new GlassStore();
    const test = createTestConnection({ session: { store } });
    const publication = test.connection.publish('t', 'a', { qos: 1 });
    await settled();
    test.clock.advance(0);
    expect(await state(publication.stored)).toBe('fulfilled');
    expect(store.keys).toEqual(['message/0000000000000001']);
  });

  it('of QoS 0 is no business of the store', async () => {
    const test = await start();
    const waiting = test.connection.publish('t', 'a');
    expect(await state(waiting.stored)).toBe('fulfilled');
    const wire = connack(test, false);
    test.connection.publish('t', 'b');
    expect(log(wire)).toEqual(['PUBLISH a #0', 'PUBLISH b #0']);
    test.clock.advance(0);
    expect(test.store.keys).toEqual(['session']);
  });

  it('that the store does not take fails alone, with a typed error, and was not sent', async () => {
    const test = await start();
    const wire = connack(test, false);
    const isThird = (operation: StoreOperation): boolean =>
      operation.type === 'put' && Buffer.from(operation.value).toString().endsWith('#3');
    test.store.refuse = (operations) => (operations.some(isThird) ? new Error('disk full') : undefined);
    const publications = [1, 2, 3, 4, 5].map((number) => test.connection.publish('t', `#${number}`, { qos: 1 }));
    test.clock.advance(0);
    await settled();
    test.clock.advance(0);
    expect(log(wire)).toEqual(['PUBLISH #1 #1', 'PUBLISH #2 #2', 'PUBLISH #4 #4', 'PUBLISH #5 #5']);
    expect(publications.map(({ outcome }) => outcome?.status)).toEqual([
      undefined,
      undefined,
      'failed',
      undefined,
      undefined,
    ]);
    expect(publications[2]?.outcome).toMatchObject({
      error: { code: 'ERR_MQTT_STORE', message: 'the message for "t" could not be stored: disk full' },
    });
    expect(test.drops).toMatchObject([{ reason: 'store', topic: 't' }]);
    expect(await state(publications[2]!.stored)).toMatchObject({ name: 'StoreError' });
    expect(test.connection.state.type).toBe('connected');
  });

  it('that waits and cannot be stored makes room for others', async () => {
    const test = await start(undefined, { publish: { capacity: 1 } });
    test.store.refuse = () => new Error('disk full');
    const first = test.connection.publish('t', 'a', { qos: 1 });
    test.clock.advance(0);
    await settled();
    expect(first.outcome).toMatchObject({ status: 'failed', error: { name: 'StoreError' } });
    test.store.refuse = undefined;
    const second = test.connection.publish('t', 'b', { qos: 1 });
    test.clock.advance(0);
    expect(await state(second.stored)).toBe('fulfilled');
  });

  it('goes on where the store fails later: with a warning, since it may come twice', async () => {
    const test = await start();
    const publication = test.connection.publish('t', 'a', { qos: 2 });
    test.clock.advance(0);
    test.store.refuse = (operations) =>
      operations.some(({ key }) => key !== 'session') ? new Error('disk full') : undefined;
    const wire = connack(test, false);
    await settled();
    test.clock.advance(0);
    wire.acknowledge(PUBREC, 1);
    test.clock.advance(0);
    await settled();
    wire.acknowledge(PUBCOMP, 1);
    expect(publication.outcome?.status).toBe('acknowledged');
    expect(test.warnings.map(({ what }) => what).join()).toMatch(/may be sent twice/);
  });

  it('given up before it was sent leaves the store', async () => {
    const test = await start();
    const abort = new AbortController();
    test.connection.publish('t', 'a', { qos: 1, signal: abort.signal });
    test.clock.advance(0);
    expect(keys(test, 'message/')).toHaveLength(1);
    abort.abort();
    test.clock.advance(0);
    expect(test.store.keys).toEqual([]);
  });

  it('given up between its record and the wire was not sent, and says so', async () => {
    const test = await start();
    const wire = connack(test, false);
    const abort = new AbortController();
    const publication = test.connection.publish('t', 'a', { qos: 1, signal: abort.signal });
    abort.abort();
    test.clock.advance(0);
    expect(log(wire)).toEqual([]);
    expect(publication.outcome).toMatchObject({ error: { name: 'AbortedError', mayStillArrive: false } });
    expect(test.store.keys).toEqual(['session']);
  });

  it('whose connection ends before it could be sent goes out on the next, as if for the first time', async () => {
    const test = await start();
    connack(test, false);
    test.connection.publish('t', 'a', { qos: 1 });
    test.wire.cut();
    test.clock.advance(1);
    expect(log(connack(test, true))).toEqual(['PUBLISH a #1']);
  });
});

describe('after a restart', () => {
  it('everything goes on where it was: same identifiers, same order, DUP, PUBREL; new messages behind it', async () => {
    const first = await start();
    const wire = connack(first, false);
    for (const [i, qos] of ([1, 2, 2, 1] as const).entries()) first.connection.publish('t', String(i), { qos });
    first.clock.advance(0);
    wire.acknowledge(PUBREC, 2);
    first.clock.advance(0);
    wire.acknowledge(PUBACK, 1);
    first.clock.advance(0);
    first.wire.cut();
    first.connection.publish('t', 'waiting', {
      qos: 1,
      retain: true,
      properties: { contentType: 'x', userProperties: [['a', 'b']] },
    });
    first.clock.advance(0);

    const second = await restart(first);
    second.connection.publish('t', 'new', { qos: 1 });
    expect(second.restored.map(({ topic }) => topic)).toEqual(['t', 't', 't', 't']);
    expect(second.wire.request).toMatchObject({ clean: false, clientId: 'c' });
    const resumed = connack(second, true);
    expect(log(resumed)).toEqual([
      'PUBREL #2',
      'PUBLISH 2 #3 DUP',
      'PUBLISH 3 #4 DUP',
      'PUBLISH waiting #1',
      'PUBLISH new #5',
    ]);
    expect(
      resumed.sent.find((packet) => packet.type === 'publish' && Buffer.from(packet.payload).toString() === 'waiting'),
    ).toMatchObject({
      retain: true,
      properties: { contentType: 'x', userProperties: [['a', 'b']] },
    });
  });

  it('publications tell how messages end whose publisher is gone', async () => {
    const first = await start();
    for (const qos of [1, 2] as const) first.connection.publish('t', 'a', { qos });
    first.clock.advance(0);
    const second = await restart(first);
    expect(await state(second.restored[0]!.stored)).toBe('fulfilled');
    const wire = connack(second, false);
    wire.acknowledge(PUBACK, 1, 0x10);
    wire.acknowledge(PUBREC, 2, 0x97);
    expect(second.restored.map(({ outcome }) => outcome)).toMatchObject([
      { status: 'acknowledged', result: { noMatchingSubscribers: true } },
      { status: 'failed', error: { reasonCode: 0x97 } },
    ]);
    expect(second.drops).toMatchObject([{ reason: 'refused' }]);
    second.clock.advance(0);
    expect(second.store.keys).toEqual(['session']);
  });

  it("what was to go out goes out, also where what is new would be given up: offline: 'drop'", async () => {
    const first = await start();
    for (const payload of ['1', '2']) first.connection.publish('t', payload, { qos: 1 });
    first.clock.advance(0);
    const second = await restart(first, { publish: { offline: 'drop', window: 1 } });
    connack(second, false);
    second.wire.cut();
    expect(second.restored.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
    second.clock.advance(60_000);
    connack(second, true);
    expect(log(second.wire)).toEqual(['PUBLISH 1 #1 DUP']);
    second.wire.acknowledge(PUBACK, 1);
    second.clock.advance(0);
    expect(log(second.wire).at(-1)).toMatch(/^PUBLISH 2 #/);
  });

  it('a listener that throws at what is restored harms nobody', async () => {
    const first = await start();
    first.connection.publish('t', 'a', { qos: 1 });
    first.clock.advance(0);
    const test = createTestConnection({ clientId: 'c', session: { store: new GlassStore(first.store.snapshot()) } });
    const warnings: unknown[] = [];
    test.connection.on('warning', ({ what }) => warnings.push(what));
    test.connection.on('restored', () => {
      throw new Error('thrown by a listener');
    });
    void test.connection.open();
    await settled();
    expect(warnings).toEqual(["a listener of 'restored' threw"]);
    expect(log(connack(test, false))).toEqual(['PUBLISH a #1']);
  });

  it('a lost session is as in memory: QoS 1 and what was not received as new, the rest unknown', async () => {
    const first = await start();
    const wire = connack(first, false);
    for (const [i, qos] of ([2, 1, 2] as const).entries()) first.connection.publish('t', String(i), { qos });
    first.clock.advance(0);
    wire.acknowledge(PUBREC, 1);
    first.clock.advance(0);
    const second = await restart(first);
    expect(log(connack(second, false))).toEqual(['PUBLISH 1 #1', 'PUBLISH 2 #2']);
    expect(second.drops).toMatchObject([{ reason: 'unknown', error: { name: 'UnknownOutcomeError' } }]);
    expect(keys(second, 'message/')).toHaveLength(2);
  });

  it('time that has passed counts, by the clock on the wall', async () => {
    const first = await start(undefined, { publish: { maxAge: 60_000 } });
    first.connection.publish('t', 'short', { qos: 1, properties: { messageExpiryInterval: 10 } });
    first.connection.publish('t', 'long', { qos: 1, properties: { messageExpiryInterval: 50 } });
    first.clock.advance(5_000);
    const store = new GlassStore(first.store.snapshot());
    const test = createTestConnection({ clientId: 'c', session: { store }, publish: { maxAge: 60_000 } });
    test.clock.epoch = first.clock.date() + 20_000;
    const drops: ConnectionEvents['drop'][] = [];
    test.connection.on('drop', (event) => drops.push(event));
    void test.connection.open();
    await settled();
    const wire = connack(test, false);
    expect(wire.sent).toMatchObject([{ payload: new Uint8Array(Buffer.from('long')), expiry: 25 }]);
    expect(drops).toMatchObject([{ reason: 'expired' }]);
  });

  it('a clock that was set back makes nothing younger than new', async () => {
    const first = await start();
    first.connection.publish('t', 'a', { qos: 1, properties: { messageExpiryInterval: 10 } });
    first.clock.advance(0);
    const store = new GlassStore(first.store.snapshot());
    const test = createTestConnection({ clientId: 'c', session: { store } });
    test.clock.epoch = 0;
    void test.connection.open();
    await settled();
    expect(connack(test, false).sent).toMatchObject([{ expiry: 10 }]);
  });

  it('a closed connection has left its messages in the store, and said so', async () => {
    const first = await start();
    const publication = first.connection.publish('t', 'a', { qos: 1 });
    first.clock.advance(0);
    void first.connection.close();
    await settled();
    expect(publication.outcome).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('in the session store') },
    });
    expect(first.store.closed).toBe(1);
    const second = await restart(first);
    expect(log(connack(second, false))).toEqual(['PUBLISH a #1']);
  });

  it('what was handled of QoS 2 is not delivered again; PUBCOMP comes after the record is gone', async () => {
    const first = await start(undefined, { session: { clean: false } });
    const got: string[] = [];
    const observe = ({ connection }: TestConnection): void => {
      connection.subscribe('in', { qos: 2 }, ({ payload }) => {
        got.push(Buffer.from(payload).toString());
      });
    };
    observe(first);
    const wire = connack(first, false);
    wire.suback();
    wire.message({ topic: 'in', payload: 'a', qos: 2, packetId: 7 });
    expect(log(wire)).toEqual([]);
    first.clock.advance(0);
    expect(log(wire)).toEqual(['PUBREC #7']);

    const second = await restart(first, { session: { clean: false } });
    observe(second);
    const resumed = connack(second, true);
    resumed.message({ topic: 'in', payload: 'a', qos: 2, packetId: 7, dup: true });
    second.clock.advance(0);
    resumed.acknowledge(PUBREL, 7);
    expect(log(resumed)).toEqual(['PUBREC #7']);
    second.clock.advance(0);
    expect(log(resumed)).toEqual(['PUBREC #7', 'PUBCOMP #7']);
    expect(keys(second, 'received/')).toEqual([]);
    resumed.message({ topic: 'in', payload: 'b', qos: 2, packetId: 7 });
    expect(got).toEqual(['a', 'b']);
  });

  it.each(['auto', 'manual'] as const)('what close() found unhandled of QoS 2 is delivered again (%s)', async (ack) => {
    const options: ConnectionOptions = { session: { clean: false } };
    const got: string[] = [];
    const observe = ({ connection }: TestConnection): void => {
      connection.subscribe('in', { qos: 2, ack, ...(ack === 'auto' ? { concurrency: 1 } : {}) }, ({ payload }) => {
        got.push(Buffer.from(payload).toString());
        return new Promise<void>(() => undefined);
      });
    };
    const first = await start(undefined, options);
    observe(first);
    const wire = connack(first, false);
    await settled();
    wire.suback();
    for (const [index, payload] of ['a', 'b'].entries())
      wire.message({ topic: 'in', payload, qos: 2, packetId: 7 + index });
    void first.connection.close();
    first.clock.advance(0);
    await settled();
    expect(keys(first, 'received/')).toEqual([]);
    expect(log(wire)).not.toContain('PUBREC #7');

    got.length = 0;
    const second = await restart(first, options);
    observe(second);
    const resumed = connack(second, true);
    for (const [index, payload] of ['a', 'b'].entries()) {
      resumed.message({ topic: 'in', payload, qos: 2, packetId: 7 + index, dup: true });
    }
    expect(got).toEqual(ack === 'auto' ? ['a'] : ['a', 'b']);
    expect(log(resumed)).toEqual([]);
  });

  it('identifiers of a lost session mean nothing, before anything is subscribed', async () => {
    const first = await start();
    first.connection.subscribe('in', { qos: 2 }, () => undefined);
    const wire = connack(first, false);
    wire.message({ topic: 'in', payload: 'a', qos: 2, packetId: 7 });
    first.clock.advance(0);
    expect(keys(first, 'received/')).toHaveLength(1);
    const second = await restart(first);
    second.store.hold();
    second.connection.subscribe('in', { qos: 2 }, () => undefined);
    connack(second, false);
    expect(second.wire.sent).toEqual([]);
    second.store.release();
    await settled();
    expect(keys(second, 'received/')).toEqual([]);
    expect(second.wire.sent).toMatchObject([{ type: 'subscribe' }]);
  });

  it('a filter is stored before its SUBSCRIBE leaves: a kill in between leaves no subscription that nobody knows of', async () => {
    const test = await start();
    const wire = connack(test, false);
    test.store.hold();
    test.connection.subscribe('late', {}, () => undefined);
    test.connection.subscribe('too late', {}, () => undefined);
    test.clock.advance(0);
    expect(wire.sent).toEqual([]);
    test.store.release();
    await settled();
    expect(wire.sent).toMatchObject([{ type: 'subscribe', filters: [{ filter: 'late' }, { filter: 'too late' }] }]);
    expect(keys(test, 'filter/')).toHaveLength(2);

    test.store.hold();
    test.connection.subscribe('lost', {}, () => undefined);
    test.clock.advance(0);
    wire.cut();
    test.store.release();
    await settled();
    expect(wire.sent).toHaveLength(1);
  });

  it('a filter is subscribed although the store does not take it, with a warning', async () => {
    const test = await start();
    const wire = connack(test, false);
    test.store.refuse = (operations) =>
      operations.some(({ key }) => key.startsWith('filter/')) ? new Error('disk full') : undefined;
    test.connection.subscribe('a', {}, () => undefined);
    test.clock.advance(0);
    await settled();
    expect(wire.sent).toMatchObject([{ type: 'subscribe' }]);
    expect(test.warnings).toHaveLength(1);
  });

  it("a message of QoS 2 that abandoned: 'ack' lets go of is known after a restart, and its observer may still end", async () => {
    const options: ConnectionOptions = { session: { clean: false }, receive: { ackTimeout: 5_000, abandoned: 'ack' } };
    const first = await start(undefined, options);
    const got: { payload: Uint8Array; ack(): void }[] = [];
    first.connection.subscribe('in', { qos: 2, ack: 'manual' }, (message) => void got.push(message));
    const wire = connack(first, false);
    await settled();
    wire.suback();
    wire.message({ topic: 'in', payload: 'a', qos: 2, packetId: 7 });
    first.store.hold();
    first.clock.advance(5_000);
    first.clock.advance(20_000);
    expect(log(wire)).toEqual([]);
    expect(first.warnings).toHaveLength(1);
    first.store.release();
    await settled();
    expect(log(wire)).toEqual(['PUBREC #7']);
    got[0]!.ack();
    first.clock.advance(0);
    await settled();
    expect(log(wire)).toEqual(['PUBREC #7']);
    expect(keys(first, 'received/')).toHaveLength(1);

    const second = await restart(first, options);
    second.connection.subscribe('in', { qos: 2 }, (message) => void got.push(message));
    connack(second, true).message({ topic: 'in', payload: 'a', qos: 2, packetId: 7, dup: true });
    expect(log(second.wire)).toEqual(['PUBREC #7']);
    expect(got).toHaveLength(1);
  });

  it("a message of QoS 2 that abandoned: 'redeliver' lets go of is in the store before its PUBREC leaves", async () => {
    const first = await start(undefined, { session: { clean: false }, receive: { ackTimeout: 5_000 } });
    first.connection.subscribe('in', { qos: 2, ack: 'manual' }, () => undefined);
    const wire = connack(first, false);
    wire.suback();
    wire.message({ topic: 'in', payload: 'a', qos: 2, packetId: 7 });
    first.store.hold();
    first.clock.advance(5_001);
    first.wire.connack({ sessionPresent: true });
    first.store.release();
    first.store.hold();
    await settled();
    first.wire.message({ topic: 'in', payload: 'a', qos: 2, packetId: 7, dup: true });
    first.store.release();
    await settled();
    expect(log(first.wire)).toEqual(['PUBREC #7']);
    expect(keys(first, 'received/')).toHaveLength(1);
  });

  it('filters that nobody wants any more are unsubscribed after the grace time; messages for them are held until then', async () => {
    const first = await start();
    for (const filter of ['kept/+', 'gone/#']) first.connection.subscribe(filter, { qos: 1 }, () => undefined);
    connack(first, false).suback();
    first.clock.advance(0);
    expect(keys(first, 'filter/')).toEqual(['filter/gone%2F%23', 'filter/kept%2F%2B']);
    const second = await restart(first, { receive: { graceTime: 1_000 } });
    const wire = connack(second, true);
    wire.message({ topic: 'kept/1', payload: 'a', qos: 1, packetId: 1 });
    const got: string[] = [];
    second.connection.subscribe('kept/+', { qos: 1 }, ({ topic }) => {
      got.push(topic);
    });
    second.clock.advance(0);
    expect(got).toEqual(['kept/1']);
    expect(wire.sent.some(({ type }) => type === 'unsubscribe')).toBe(false);
    wire.suback();
    second.clock.advance(1_000);
    expect(wire.sent.filter(({ type }) => type === 'unsubscribe')).toMatchObject([{ filters: ['gone/#'] }]);
    wire.unsuback();
    second.clock.advance(0);
    expect(keys(second, 'filter/')).toEqual(['filter/kept%2F%2B']);
    void second.connection.close();
    await settled();
    expect(keys(second, 'filter/')).toEqual(['filter/kept%2F%2B']);
  });
});

describe('who comes back', () => {
  it.each([undefined, ''])('a client identifier that was made up is kept (%p)', async (clientId) => {
    const options = clientId === undefined ? {} : { clientId };
    const store = new GlassStore();
    const first = createTestConnection({ ...options, session: { store } });
    void first.connection.open();
    await settled();
    first.wire.connack({ properties: clientId === '' ? { assignedClientIdentifier: 'given' } : {} });
    first.clock.advance(0);
    const name = clientId === '' ? 'given' : first.wire.request.clientId;
    void first.connection.close();
    expect(first.wire.sent.at(-1)).toMatchObject({ type: 'disconnect', sessionExpiry: undefined });
    const second = createTestConnection({ ...options, session: { store: new GlassStore(store.snapshot()) } });
    void second.connection.open();
    await settled();
    expect(second.wire.request).toMatchObject({ clientId: name, clean: false });
  });

  it('with another client identifier is another: its messages go out, but the session is void', async () => {
    const first = await start();
    const wire = connack(first, false);
    for (const qos of [1, 2] as const) first.connection.publish('t', String(qos), { qos });
    first.clock.advance(0);
    wire.acknowledge(PUBREC, 2);
    first.clock.advance(0);
    const second = await restart(first, { clientId: 'other' });
    expect(second.warnings).toMatchObject([{ what: expect.stringContaining('"c"') }]);
    expect(second.drops).toMatchObject([{ reason: 'unknown' }]);
    expect(second.wire.request).toMatchObject({ clientId: 'other', clean: true });
    expect(log(connack(second, false))).toEqual(['PUBLISH 1 #1']);
  });

  it('without a connection before begins clean', async () => {
    const first = await start();
    first.connection.publish('t', 'a', { qos: 1 });
    first.clock.advance(0);
    const second = await restart(first);
    expect(second.wire.request.clean).toBe(true);
  });

  it('who wants no session has none, and keeps the messages', async () => {
    const first = await start();
    connack(first, false);
    first.connection.publish('t', 'a', { qos: 1 });
    first.clock.advance(0);
    const second = await restart(first, { session: { clean: true } });
    expect(second.wire.request.clean).toBe(true);
    expect(log(connack(second, false))).toEqual(['PUBLISH a #1']);
  });

  it('on MQTT 3.1.1 a store is reason enough to keep the session', async () => {
    const first = await start(undefined, { protocolVersion: 4 });
    expect(first.wire.request.clean).toBe(true);
    first.wire.connack();
    first.clock.advance(0);
    expect(first.wire.request.clean).toBe(false);
    first.wire.connack();
    first.clock.advance(0);
    const second = await restart(first, { protocolVersion: 4 });
    expect(second.wires).toHaveLength(1);
    expect(second.wire.request.clean).toBe(false);
  });
});

describe('what makes no sense', () => {
  const entry = (key: string, ...bytes: number[]) => ({ key, value: Uint8Array.from(bytes) });

  it.each([
    entry('session'),
    entry('session', 0x7b),
    entry('session', ...Buffer.from('{"format":2,"clientId":"c"}')),
    entry('session', ...Buffer.from('{"format":1,"clientId":7}')),
    entry('session', ...Buffer.from('null')),
    entry('message/0000000000000001'),
    entry('message/0000000000000001', 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 0),
    entry('message/0000000000000001', 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 0),
    // QoS 0; a wildcard in the topic; a subscription identifier.
    entry('message/0000000000000001', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 0),
    entry('message/0000000000000001', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x23, 0),
    entry('message/0000000000000001', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 2, 0x0b, 1),
    entry('message/__proto__', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 0),
    entry('message/0', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 0),
    entry('sent/0000000000000001', 1, 0, 0, 0, 0),
    entry('received/70000', 0),
    entry('received/00001', 0x80),
    entry('filter/a%2', 0),
    entry('filter/a%23', 0),
    entry('something', 1),
    entry('', 1),
  ])('is put aside, told, and never fatal: $key $value', async (bad) => {
    const good = new GlassStore();
    const first = await start(good);
    first.connection.publish('t', 'good', { qos: 1 });
    first.clock.advance(0);
    const number = (key: string): string => key.replace(/1$/, '2');
    const test = await start(new GlassStore([...good.snapshot(), { ...bad, key: number(bad.key) }]));
    expect(test.warnings).toHaveLength(1);
    expect(test.warnings[0]?.what).toContain('put aside');
    expect(log(connack(test, false))).toEqual(['PUBLISH good #1']);
    expect(test.store.keys).toContain(`quarantine/${number(bad.key)}`);
    expect(test.store.keys.filter((key) => key === number(bad.key) && key !== 'session')).toEqual([]);
    const again = await restart(test);
    expect(again.warnings).toEqual([]);
  });

  it('a state without a message is swept away', async () => {
    const test = await start(new GlassStore([entry('sent/0000000000000001', 1, 0, 5, 0, 0)]));
    test.clock.advance(0);
    expect(test.store.keys).toEqual([]);
    expect(test.warnings).toEqual([]);
  });

  it('two messages under one identifier: the second is sent as new', async () => {
    const message = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x74, 0];
    const entries = ['1', '2'].flatMap((digit) => [
      entry(`message/000000000000000${digit}`, ...message, digit.charCodeAt(0)),
      entry(`sent/000000000000000${digit}`, 1, 0, 5, 0, 0),
    ]);
    const test = await start(
      new GlassStore([...entries, entry('session', ...Buffer.from('{"format":1,"clientId":"c"}'))]),
    );
    expect(log(connack(test, true))).toEqual(['PUBLISH 1 #5 DUP', 'PUBLISH 2 #1']);
  });

  it('a store that cannot be read ends the connection with its error', async () => {
    const store = new GlassStore();
    store.unreadable = new Error('EIO');
    const test = await start(store);
    expect(test.connection.state).toMatchObject({
      type: 'failed',
      cause: { code: 'ERR_MQTT_STORE', message: 'the session store could not be read: EIO' },
    });
  });

  it('a store that another connection has is refused', async () => {
    const store = new GlassStore();
    await start(store);
    const second = await start(store);
    expect(second.connection.state).toMatchObject({ type: 'failed', cause: { code: 'ERR_MQTT_STORE' } });
    expect(store.closed).toBe(0);
  });

  it.each([{}, null, Promise.resolve(memoryStore()), 'path'])('what is no store is refused at once: %p', (store) => {
    expect(() => createTestConnection({ session: { store: store as never } })).toThrow(/await the promise/);
  });
});

describe('closing', () => {
  it('waits until everything is written, and closes the store once', async () => {
    const test = await start();
    connack(test, false);
    test.store.hold();
    test.connection.publish('t', 'a', { qos: 1 });
    test.clock.advance(0);
    const closed = test.connection.close();
    expect(await state(closed)).toBe('pending');
    test.store.release();
    expect(await state(closed)).toBe('fulfilled');
    expect(test.store.closed).toBe(1);
    expect(keys(test, 'message/')).toHaveLength(1);
  });

  it('does not wait for ever for a store that hangs', async () => {
    const test = await start();
    connack(test, false);
    test.store.hold();
    test.connection.publish('t', 'a', { qos: 1 });
    test.clock.advance(0);
    const closed = test.connection.close();
    test.clock.advance(5_000);
    expect(await state(closed)).toBe('fulfilled');
    expect(test.warnings.map(({ what }) => what)).toEqual(['the session store could not be closed']);
  });

  it('closes a store that was never read', async () => {
    const store = new GlassStore();
    const test = createTestConnection({ session: { store } });
    await test.connection.close();
    expect(store.closed).toBe(1);
  });

  it('lets the next connection have the store', async () => {
    const store = memoryStore();
    const first = createTestConnection({ clientId: 'c', session: { store } });
    first.connection.publish('t', 'a', { qos: 1 });
    await settled();
    first.clock.advance(0);
    void first.connection.close();
    await settled();
    const second = createTestConnection({ clientId: 'c', session: { store } });
    void second.connection.open();
    await settled();
    expect(log(connack(second, false))).toEqual(['PUBLISH a #1']);
  });
});
