import type { DropEvent, MqttError, PublishOutcome } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { inTime } from './support/lived-time.js';
import { failure, Inbox, newConnection, openConnection, StateLog } from './support/open.js';
import { hex } from './support/packets.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import { observeFor, within } from './support/within.js';
import { withoutTimers } from './support/without-timers.js';

leavesNothingBehind();

describe('the bytes of a publish', () => {
  test.each([
    ['text', 4, 'x', {}, '30 06 0003 612f62 78'],
    ['bytes', 4, Buffer.of(0, 255), {}, '30 07 0003 612f62 00ff'],
    ['nothing', 4, '', {}, '30 05 0003 612f62'],
    ['retained text', 4, 'x', { retain: true }, '31 06 0003 612f62 78'],
    ['text', 5, 'x', {}, '30 07 0003 612f62 00 78'],
    ['nothing', 5, '', { retain: true }, '31 06 0003 612f62 00'],
    ['text with UTF-8', 5, 'é', {}, '30 08 0003 612f62 00 c3a9'],
  ] as const)('%s at QoS 0 (MQTT version %s)', async (_, protocolVersion, payload, options, expected) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion });
    await within(connection.publish('a/b', payload, options), 2_000, 'the publish');
    await broker.latest.received('publish');
    expect(broker.latest.bytes('publish')).toEqual([hex(expected)]);
  });

  test('carry every property', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const properties = {
      payloadFormatIndicator: 1,
      messageExpiryInterval: 60,
      responseTopic: 'answer/here',
      correlationData: Buffer.of(0, 1, 255),
      contentType: 'text/plain',
      userProperties: [
        ['k', '1'],
        ['k', '2'],
        ['', 'ü'],
      ],
    } as const;
    await within(connection.publish('a', 'x', { qos: 1, properties }), 2_000, 'the publish');
    const [sent] = await broker.latest.received('publish');
    expect(sent?.properties).toMatchObject({
      payloadFormatIndicator: true,
      messageExpiryInterval: 60,
      responseTopic: 'answer/here',
      correlationData: Buffer.of(0, 1, 255),
      contentType: 'text/plain',
    });
    expect({ ...sent?.properties?.userProperties }).toEqual({ k: ['1', '2'], '': 'ü' });
  });

  test('leave out properties on MQTT 3.1.1', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 4 });
    await within(connection.publish('a', 'x', { properties: { contentType: 'text/plain' } }), 2_000, 'the publish');
    await broker.latest.received('publish');
    expect(broker.latest.bytes('publish')).toEqual([hex('30 04 0001 61 78')]);
  });

  test('are those at the time of the call, whatever the caller does to the payload afterwards', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const payload = Buffer.from('first');
    const queued = connection.publish('a', payload, { qos: 1 });
    payload.fill('-');
    await within(connection.open(), 2_000, 'open()');
    payload.write('again');
    const direct = connection.publish('a', payload, { qos: 1 });
    payload.fill('-');
    await within(Promise.all([queued, direct]), 2_000, 'both publishes');
    expect(broker.latest.packets('publish').map(({ payload: bytes }) => bytes.toString())).toEqual(['first', 'again']);
  });
});

describe('the flow', () => {
  test.each([5, 4] as const)('of QoS 1 is PUBLISH, PUBACK (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion });
    const result = await within(connection.publish('a/b', 'x', { qos: 1 }), 2_000, 'the publish');
    expect(result).toEqual({
      topic: 'a/b',
      qos: 1,
      reasonCode: 0,
      noMatchingSubscribers: false,
      reasonString: undefined,
      userProperties: [],
    });
    expect(broker.latest.commands).toEqual(['publish']);
    expect(broker.latest.packets('publish')).toMatchObject([{ topic: 'a/b', qos: 1, dup: false, retain: false }]);
  });

  test.each([5, 4] as const)(
    'of QoS 2 is PUBLISH, PUBREC, PUBREL, PUBCOMP (MQTT version %s)',
    async (protocolVersion) => {
      const broker = await startBroker();
      const connection = await openConnection(broker.url, { protocolVersion });
      const result = await within(connection.publish('a', 'x', { qos: 2 }), 2_000, 'the publish');
      expect(result).toMatchObject({ topic: 'a', qos: 2, reasonCode: 0 });
      expect(broker.latest.commands).toEqual(['publish', 'pubrel']);
      const [publish] = broker.latest.packets('publish');
      expect(broker.latest.packets('pubrel')).toMatchObject([{ messageId: publish?.messageId }]);
    },
  );

  test('of a QoS 2 publish is not over before PUBCOMP', async () => {
    const broker = await startBroker({ pubrel: silent });
    const connection = await openConnection(broker.url);
    const publication = connection.publish('a', 'x', { qos: 2 });
    const [pubrel] = await broker.latest.received('pubrel');
    await observeFor(20);
    expect(publication.outcome).toBeUndefined();
    broker.latest.send({ cmd: 'pubcomp', messageId: pubrel?.messageId, reasonCode: 0 });
    await within(publication, 2_000, 'the publish');
  });

  const lengths = [
    ['two bytes', '02 ID'],
    ['three bytes', '03 ID 00'],
    ['four bytes', '04 ID 00 00'],
    ['a reason string', '08 ID 00 04 1f 0001 78'],
    ['user properties', '12 ID 00 0e 26 0001 61 0001 62 26 0001 61 0001 63'],
  ] as const;

  test.each(lengths)('ends with a PUBACK of %s', async (_, rest) => {
    const broker = await startBroker({
      publish({ messageId }, peer) {
        peer.send(hex(`40 ${rest.replace('ID', id(messageId))}`));
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    expect(await within(connection.publish('a', 'x', { qos: 1 }), 2_000, 'the publish')).toMatchObject({
      reasonCode: 0,
    });
  });

  test.each(lengths)('goes on with a PUBREC and ends with a PUBCOMP of %s', async (_, rest) => {
    const broker = await startBroker({
      publish({ messageId }, peer) {
        peer.send(hex(`50 ${rest.replace('ID', id(messageId))}`));
      },
      pubrel({ messageId }, peer) {
        peer.send(hex(`70 ${rest.replace('ID', id(messageId))}`));
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    expect(await within(connection.publish('a', 'x', { qos: 2 }), 2_000, 'the publish')).toMatchObject({
      reasonCode: 0,
    });
  });

  test('sends nothing again on the same connection, however long the server is silent', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url);
    const publications = ([1, 2] as const).map((qos) => connection.publish('a', 'x', { qos }));
    await broker.latest.received('publish', 2);
    await observeFor(800);
    expect(broker.latest.packets('publish')).toHaveLength(2);
    expect(publications.map(({ outcome }) => outcome)).toEqual([undefined, undefined]);
  });
});

describe('what the server says about a publish', () => {
  test('PUBACK 0x87 is an error with code and reason', async () => {
    const broker = await startBroker({
      publish({ messageId }, peer) {
        peer.send({
          cmd: 'puback',
          messageId,
          reasonCode: 0x87,
          properties: { reasonString: 'not you', userProperties: { a: 'b' } },
        });
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const error = await failure(connection.publish('secret', 'x', { qos: 1 }));
    expect(error).toMatchObject({
      code: 'ERR_MQTT_PUBLISH_REFUSED',
      reasonCode: 0x87,
      reasonString: 'not you',
      topic: 'secret',
    });
    expect(connection.state.type).toBe('connected');
  });

  test.each([
    ['PUBACK', 1],
    ['PUBREC', 2],
  ] as const)('%s 0x10 is success without subscribers', async (_, qos) => {
    const broker = await startBroker({
      publish({ messageId }, peer) {
        const properties = { reasonString: 'nobody', userProperties: { a: 'b' } };
        peer.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId, reasonCode: 0x10, properties });
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const result = await within(connection.publish('a', 'x', { qos }), 2_000, 'the publish');
    expect(result).toMatchObject({ noMatchingSubscribers: true, reasonCode: 0x10 });
    if (qos === 1) expect(result).toMatchObject({ reasonString: 'nobody', userProperties: [['a', 'b']] });
  });

  test('PUBREC 0x97 is an error, without PUBREL, and frees the identifier and its slot', async () => {
    const broker = await startBroker({
      publish({ messageId, payload }, peer) {
        const refused = payload.toString() === 'bad';
        peer.send({ cmd: 'pubrec', messageId, reasonCode: refused ? 0x97 : 0 });
      },
    });
    broker.connackProperties = { receiveMaximum: 1 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const bad = connection.publish('a', 'bad', { qos: 2 });
    const good = connection.publish('a', 'good', { qos: 2 });
    expect(await failure(bad)).toMatchObject({ code: 'ERR_MQTT_PUBLISH_REFUSED', reasonCode: 0x97, retryable: true });
    await within(good, 2_000, 'the next publish');
    expect(broker.latest.commands).toEqual(['publish', 'publish', 'pubrel']);
  });

  test.each([
    ['PUBACK', '40 02 1234'],
    ['PUBREC', '50 02 1234'],
    ['PUBCOMP', '70 02 1234'],
  ])('%s for a publish that never was has no effect', async (_, bytes) => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const pending = connection.publish('a', 'x', { qos: 1 });
    const [sent] = await broker.latest.received('publish');
    broker.latest.send(hex(bytes));
    broker.latest.send({ cmd: 'puback', messageId: sent?.messageId, reasonCode: 0 });
    await within(pending, 2_000, 'the publish');
    expect(connection.state.type).toBe('connected');
    expect(broker.connections).toHaveLength(1);
  });

  test('SUBACK in answer to a publish breaks the protocol, and settles nothing', async () => {
    const broker = await startBroker();
    broker.on('publish', ({ messageId }, peer) => {
      if (broker.connections.length > 1) peer.send({ cmd: 'puback', messageId, reasonCode: 0 });
      else peer.send({ cmd: 'suback', messageId, granted: [0] });
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const states = new StateLog(connection);
    const publication = connection.publish('a', 'x', { qos: 1 });
    const [lost] = await states.until('reconnecting');
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } });
    await within(publication, 2_000, 'the publish, on the next connection');
    expect(broker.connections.map((peer) => peer.packets('publish').length)).toEqual([1, 1]);
  });
});

describe('a publication', () => {
  test('that nobody awaits raises no unhandled rejection, and its failure shows as a drop', async () => {
    const broker = await startBroker({
      publish({ messageId }, peer) {
        peer.send({ cmd: 'puback', messageId, reasonCode: 0x87 });
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const drops: DropEvent[] = [];
    connection.on('drop', (event) => drops.push(event));
    const outcome = new Promise<PublishOutcome>((resolve) => {
      connection.publish('a', 'x', { qos: 1 }).onSettled(resolve);
    });
    expect(await within(outcome, 2_000, 'the outcome')).toMatchObject({
      status: 'failed',
      error: { reasonCode: 0x87 },
    });
    expect(drops).toMatchObject([
      { direction: 'out', topic: 'a', qos: 1, reason: 'refused', error: { reasonCode: 0x87 } },
    ]);
  });

  test('settles once, and tells it to those who ask later', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const publication = connection.publish('a', 'x', { qos: 1 });
    let calls = 0;
    publication.onSettled(() => calls++);
    const result = await within(publication, 2_000, 'the publish');
    const [sent] = broker.latest.packets('publish');
    broker.latest.send({ cmd: 'puback', messageId: sent?.messageId, reasonCode: 0 });
    publication.onSettled(() => calls++);
    expect(calls).toBe(2);
    expect(publication.outcome).toEqual({ status: 'acknowledged', result });
    expect(await publication).toBe(result);
    await observeFor(20);
    expect(calls).toBe(2);
  });

  test('of QoS 0 is fulfilled when the message was handed to the socket', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    expect(await within(connection.publish('a', 'x'), 2_000, 'the publish')).toMatchObject({ qos: 0, reasonCode: 0 });
    await broker.latest.received('publish');
  });

  test('without a connection waits for one, whatever its QoS', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const publications = ([0, 1, 2] as const).map((qos) => connection.publish('a', `q${String(qos)}`, { qos }));
    await within(connection.open(), 2_000, 'open()');
    await within(Promise.all(publications), 2_000, 'all publishes');
    expect(broker.latest.packets('publish').map(({ payload }) => payload.toString())).toEqual(['q0', 'q1', 'q2']);
  });

  test('without a connection is refused where that was asked for', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url, { publish: { offline: 'error' } });
    expect(await failure(connection.publish('a', 'x', { qos: 1 }))).toMatchObject({
      code: 'ERR_MQTT_OFFLINE',
      topic: 'a',
    });
    expect(await failure(connection.publish('b', 'x', { offline: 'drop' }))).toMatchObject({
      code: 'ERR_MQTT_OFFLINE',
      topic: 'b',
    });
    const queued = connection.publish('a', 'y', { qos: 1, offline: 'queue' });
    await within(connection.open(), 2_000, 'open()');
    await within(queued, 2_000, 'the queued publish');
    expect(broker.latest.packets('publish').map(({ payload }) => payload.toString())).toEqual(['y']);
  });

  test.each([
    ['messages', { capacity: 3 }],
    ['bytes', { maxBytes: 36 }],
  ])('that exceeds the outbox in %s is refused, the others are not', async (_, publish) => {
    const broker = await startBroker();
    const connection = newConnection(broker.url, { publish });
    const publications = Array.from({ length: 5 }, (_unused, i) =>
      connection.publish('topic/xx', `${String(i)}...`, { qos: 1 }),
    );
    for (const refused of publications.slice(3)) {
      expect(await failure(refused)).toMatchObject({ code: 'ERR_MQTT_OVERFLOW', retryable: true });
    }
    await within(connection.open(), 2_000, 'open()');
    await within(Promise.all(publications.slice(0, 3)), 2_000, 'the first three publishes');
    expect(broker.latest.packets('publish')).toHaveLength(3);
  });

  test('can be taken back by its signal before it was sent, and is never sent', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const abort = new AbortController();
    const aborted = connection.publish('a', 'no', { qos: 1, signal: abort.signal });
    const kept = connection.publish('a', 'yes', { qos: 1 });
    abort.abort('no longer needed');
    expect(await failure(aborted)).toMatchObject({
      code: 'ERR_MQTT_ABORTED',
      cause: 'no longer needed',
      mayStillArrive: false,
    });
    expect(await failure(connection.publish('a', 'no', { signal: abort.signal }))).toMatchObject({
      code: 'ERR_MQTT_ABORTED',
    });
    await within(connection.open(), 2_000, 'open()');
    await within(kept, 2_000, 'the other publish');
    expect(broker.latest.packets('publish').map(({ payload }) => payload.toString())).toEqual(['yes']);
  });

  test('aborted or timed out on its way says that it may still arrive', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url);
    const abort = new AbortController();
    const aborted = connection.publish('a', 'x', { qos: 1, signal: abort.signal });
    const late = connection.publish('a', 'x', { qos: 2, timeout: 50 });
    await broker.latest.received('publish', 2);
    abort.abort();
    expect(await failure(aborted)).toMatchObject({ code: 'ERR_MQTT_ABORTED', mayStillArrive: true });
    expect(await failure(late)).toMatchObject({ code: 'ERR_MQTT_TIMEOUT', mayStillArrive: true });
  });

  test('timed out in the outbox is never sent', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const late = connection.publish('a', 'x', { qos: 1, timeout: 20 });
    expect(await failure(late)).toMatchObject({ code: 'ERR_MQTT_TIMEOUT', mayStillArrive: false });
    await within(connection.open(), 2_000, 'open()');
    await within(connection.publish('a', 'y', { qos: 1 }), 2_000, 'the next publish');
    expect(broker.latest.packets('publish')).toHaveLength(1);
  });

  test('expires in the outbox, and one that does not has its expiry reduced by the wait', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const start = performance.now();
    const short = connection.publish('a', 'x', { qos: 1, properties: { messageExpiryInterval: 1 } });
    const long = connection.publish('a', 'y', { qos: 1, properties: { messageExpiryInterval: 60 } });
    await observeFor(1_050);
    await within(connection.open(), 2_000, 'open()');
    expect(await failure(short)).toMatchObject({ code: 'ERR_MQTT_EXPIRED', topic: 'a' });
    await within(long, 2_000, 'the other publish');
    const sent = broker.latest.packets('publish');
    expect(sent.map(({ payload }) => payload.toString())).toEqual(['y']);
    expect(sent[0]?.properties?.messageExpiryInterval).toBeLessThanOrEqual(59);
    const waited = (performance.now() - start) / 1_000;
    expect(sent[0]?.properties?.messageExpiryInterval).toBeGreaterThanOrEqual(Math.floor(60 - waited));
  });
});

describe('close()', () => {
  test('settles everything that is pending at once, and waits for nothing but the server', async () => {
    const broker = await startBroker({ publish: silent, subscribe: silent });
    const connection = await openConnection(broker.url);
    const outcomes: (MqttError | undefined)[] = [];
    const watch = (outcome: PublishOutcome): void => {
      outcomes.push(outcome.status === 'failed' ? outcome.error : undefined);
    };
    connection.publish('a', 'x', { qos: 1 }).onSettled(watch);
    connection.publish('a', 'x', { qos: 2 }).onSettled(watch);
    const inbox = new Inbox(connection, 'f');
    const ready = failure(inbox.subscription.ready, 500);
    await broker.latest.received('subscribe');
    await withoutTimers(() => {
      const closed = connection.close();
      expect(outcomes.map((error) => error?.code)).toEqual(['ERR_MQTT_CLOSED', 'ERR_MQTT_CLOSED']);
      return closed;
    }, 'close()');
    expect(await ready).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    expect(inbox.ended).toBe(true);
  });

  test('settles what waits in the outbox without a connection', async () => {
    const connection = newConnection('mqtt://127.0.0.1:1');
    const waiting = ([0, 1, 2] as const).map((qos) => failure(connection.publish('a', 'x', { qos }), 500));
    await withoutTimers(() => connection.close(), 'close()');
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });

  test('makes later publishes fail, without a throw', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    await connection.close();
    for (const qos of [0, 1, 2] as const) {
      expect(await failure(connection.publish('a', 'x', { qos }))).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    }
    expect(() => connection.subscribe('a', {}, () => undefined)).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_CLOSED' }),
    );
  });
});

describe('drain()', () => {
  test('waits for what is on its way, takes nothing new, and says goodbye', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url);
    const pending = connection.publish('a', 'x', { qos: 1 });
    const [sent] = await broker.latest.received('publish');
    const drained = connection.drain({ deadline: 2_000 });
    expect(connection.state.type).toBe('draining');
    expect(await failure(connection.publish('a', 'late'))).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
    await observeFor(20);
    expect(broker.latest.commands).toEqual(['publish']);
    broker.latest.send({ cmd: 'puback', messageId: sent?.messageId, reasonCode: 0 });
    expect(await within(drained, 2_000, 'drain()')).toEqual({ unsettled: 0, unacknowledged: 0 });
    expect(pending.outcome).toMatchObject({ status: 'acknowledged' });
    expect(broker.latest.commands).toEqual(['publish', 'disconnect']);
  });

  test('ends at its deadline and reports what was left', async () => {
    const broker = await startBroker({ publish: silent });
    const connection = await openConnection(broker.url);
    const pending = connection.publish('a', 'x', { qos: 1 });
    expect(await inTime(connection.drain({ deadline: 60 }), 400, 'drain()')).toEqual({
      unsettled: 1,
      unacknowledged: 0,
    });
    expect(await failure(pending)).toMatchObject({ code: 'ERR_MQTT_CLOSED' });
  });
});

test('70,000 QoS 1 publishes of one tick are all acknowledged, each with an identifier of its own while it lives', async () => {
  const broker = await startBroker();
  const live = new Set<number>();
  const payloads = new Set<string>();
  let reused = 0;
  broker.on('publish', ({ messageId, payload }, peer) => {
    if (live.has(messageId!)) reused++;
    live.add(messageId!);
    payloads.add(payload.toString());
    setImmediate(() => {
      live.delete(messageId!);
      peer.send({ cmd: 'puback', messageId, reasonCode: 0 });
    });
  });
  const connection = await openConnection(broker.url, {
    publish: { capacity: 70_000, maxBytes: 64 << 20, window: 1_000 },
  });
  let acknowledged = 0;
  const all = new Promise<void>((resolve) => {
    for (let i = 0; i < 70_000; i++) {
      connection.publish('t', String(i), { qos: 1 }).onSettled(({ status }) => {
        if (status === 'acknowledged' && ++acknowledged === 70_000) resolve();
      });
    }
  });
  await within(all, 20_000, 'all acknowledged');
  expect(payloads.size).toBe(70_000);
  expect(reused).toBe(0);
});

function id(messageId: number | undefined): string {
  return (messageId ?? 0).toString(16).padStart(4, '0');
}
