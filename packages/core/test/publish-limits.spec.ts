import { leavesNothingBehind } from './support/globals.js';
import { failure, Inbox, newConnection, openConnection } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

describe('the server’s Receive Maximum', () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [1, 2],
    [2, 2],
    [3, 2],
  ] as const)('of %s is never exceeded at QoS %s', async (receiveMaximum, qos) => {
    const broker = await startBroker();
    broker.connackProperties = { receiveMaximum };
    const unfinished = new Set<number>();
    let most = 0;
    broker.on('publish', ({ messageId }, peer) => {
      unfinished.add(messageId!);
      most = Math.max(most, unfinished.size);
      // Late enough that whoever sends ahead has done so.
      setTimeout(() => {
        if (qos === 1) unfinished.delete(messageId!);
        peer.send({ cmd: qos === 1 ? 'puback' : 'pubrec', messageId, reasonCode: 0 });
      }, 5);
    });
    broker.on('pubrel', ({ messageId }, peer) => {
      setTimeout(() => {
        unfinished.delete(messageId!);
        peer.send({ cmd: 'pubcomp', messageId, reasonCode: 0 });
      }, 5);
    });
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const publications = Array.from({ length: 10 }, (_, i) => connection.publish('a', String(i), { qos }));
    await within(connection.open(), 2_000, 'open()');
    await within(Promise.all(publications), 3_000, 'all publishes');
    expect(most).toBe(receiveMaximum);
    expect(broker.latest.packets('publish').map(({ payload }) => Number(payload.toString()))).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });

  test('does not hold up QoS 0', async () => {
    const broker = await startBroker({ publish: () => undefined });
    broker.connackProperties = { receiveMaximum: 1 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    connection.publish('a', 'one', { qos: 1 });
    connection.publish('a', 'two', { qos: 1 });
    await within(connection.publish('a', 'now'), 2_000, 'the QoS 0 publish');
    await broker.latest.received('publish', 2);
    expect(broker.latest.packets('publish').map(({ payload }) => payload.toString())).toEqual(['one', 'now']);
  });
});

describe('the server’s Maximum Packet Size of 30', () => {
  // 2 bytes of header, 2 + 1 of topic, 2 of identifier, 1 of properties' length: 22 bytes are left at QoS 1.
  test.each([
    ['one byte too large', 23, false],
    ['just small enough', 22, true],
  ])('a publish that is %s', async (_, length, fits) => {
    const broker = await startBroker();
    broker.connackProperties = { maximumPacketSize: 30 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const publication = connection.publish('a', 'x'.repeat(length), { qos: 1 });
    if (fits) {
      await within(publication, 2_000, 'the publish');
      expect(broker.latest.bytes('publish')[0]).toHaveLength(30);
    } else {
      expect(await failure(publication)).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED', field: 'size', topic: 'a' });
      await within(connection.publish('a', 'small', { qos: 1 }), 2_000, 'a small publish');
      expect(broker.latest.packets('publish')).toHaveLength(1);
    }
    expect(broker.connections).toHaveLength(1);
  });

  test('counts properties', async () => {
    const broker = await startBroker();
    broker.connackProperties = { maximumPacketSize: 30 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const properties = { userProperties: [['name', 'a long value indeed']] as const };
    expect(await failure(connection.publish('a', '', { properties }))).toMatchObject({ field: 'size' });
    expect(broker.latest.packets('publish')).toHaveLength(0);
  });

  test('holds for what waited in the outbox when the limit became known', async () => {
    const broker = await startBroker();
    broker.connackProperties = { maximumPacketSize: 30 };
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const large = connection.publish('a', 'x'.repeat(100), { qos: 1 });
    const small = connection.publish('a', 'x', { qos: 1 });
    await within(connection.open(), 2_000, 'open()');
    expect(await failure(large)).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED', field: 'size' });
    await within(small, 2_000, 'the small publish');
  });

  test('a filter that cannot be asked for is an error of its subscription only', async () => {
    const broker = await startBroker();
    broker.connackProperties = { maximumPacketSize: 30 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const long = new Inbox(connection, 'a/filter/that/is/longer/than/the/server/takes');
    const short = new Inbox(connection, 'short');
    expect(await failure(long.subscription.ready)).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED' });
    await within(short.subscription.ready, 2_000, 'the short one');
    expect(broker.connections).toHaveLength(1);
  });

  test('many filters are split into packets that fit, on their way in and out', async () => {
    const broker = await startBroker();
    broker.connackProperties = { maximumPacketSize: 30 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inboxes = Array.from({ length: 8 }, (_, i) => new Inbox(connection, `filter/${String(i)}/x`));
    await within(Promise.all(inboxes.map(({ subscription }) => subscription.ready)), 2_000, 'all SUBACKs');
    await within(Promise.all(inboxes.map(({ subscription }) => subscription.unsubscribe())), 2_000, 'all UNSUBACKs');
    const packets = [...broker.latest.bytes('subscribe'), ...broker.latest.bytes('unsubscribe')];
    expect(Math.max(...packets.map(({ length }) => length))).toBeLessThanOrEqual(30);
    expect(broker.latest.packets('unsubscribe').flatMap(({ unsubscriptions }) => unsubscriptions)).toHaveLength(8);
  });
});

describe('the server’s Maximum QoS', () => {
  test.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const)('of %s refuses a publish at QoS %s here', async (maximumQoS, qos) => {
    const broker = await startBroker();
    broker.connackProperties = { maximumQoS };
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const waiting = connection.publish('a', 'waited', { qos });
    await within(connection.open(), 2_000, 'open()');
    const error = { code: 'ERR_MQTT_UNSUPPORTED', field: 'qos', topic: 'a' };
    expect(await failure(waiting)).toMatchObject(error);
    expect(await failure(connection.publish('a', 'x', { qos }))).toMatchObject(error);
    await within(connection.publish('a', 'fits', { qos: maximumQoS }), 2_000, 'a publish within the limit');
    await broker.latest.received('publish');
    expect(broker.latest.packets('publish').map(({ payload }) => payload.toString())).toEqual(['fits']);
  });
});

test('a server without retained messages gets none', async () => {
  const broker = await startBroker();
  broker.connackProperties = { retainAvailable: false };
  const connection = newConnection(broker.url, { protocolVersion: 5 });
  const waiting = connection.publish('a', 'waited', { qos: 1, retain: true });
  await within(connection.open(), 2_000, 'open()');
  expect(await failure(waiting)).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED', field: 'retain' });
  expect(await failure(connection.publish('a', 'x', { retain: true }))).toMatchObject({
    code: 'ERR_MQTT_UNSUPPORTED',
    field: 'retain',
  });
  await within(connection.publish('a', 'x', { qos: 1 }), 2_000, 'a publish without retain');
  expect(broker.latest.packets('publish')).toHaveLength(1);
});
