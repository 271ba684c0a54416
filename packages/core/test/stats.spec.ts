import { atOnce, failure, Inbox, newConnection, openConnection, StateLog } from './support/open.js';
import { leavesNothingBehind } from './support/globals.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

describe('stats()', () => {
  test('is all zero before anything has happened', () => {
    const connection = newConnection('mqtt://127.0.0.1:1');
    expect(connection.stats()).toMatchObject({
      bytes: { in: 0, out: 0 },
      packets: { in: 0, out: 0, byType: { publish: { in: 0, out: 0 }, auth: { in: 0, out: 0 } } },
      messages: { in: 0, out: 0 },
      attempts: 0,
      connects: 0,
      drops: { in: 0, out: 0, byReason: { in: {}, out: {} } },
      queues: { outbox: 0, outboxBytes: 0, waiting: 0, inFlight: 0, unacknowledged: 0, unhandled: 0, held: 0 },
      roundTrip: undefined,
      connectedFor: undefined,
    });
  });

  test('counts packets by type, messages and bytes in both directions', async () => {
    const broker = await startBroker({
      publish({ topic, payload }, connection) {
        connection.send({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
      },
    });
    const connection = await openConnection(broker.url);
    const before = connection.stats();
    const inbox = new Inbox(connection, 'a/#');
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    const large = 'x'.repeat(40_000);
    for (const payload of ['1', '22', large]) connection.publish('a/b', new TextEncoder().encode(payload));
    await inbox.received(3);
    const { packets, messages, bytes, connectedFor } = connection.stats();
    expect(packets.byType).toMatchObject({
      connect: { in: 0, out: 1 },
      connack: { in: 1, out: 0 },
      subscribe: { in: 0, out: 1 },
      suback: { in: 1, out: 0 },
      publish: { in: 3, out: 3 },
    });
    expect(packets).toMatchObject({ in: 5, out: 5 });
    expect(messages).toEqual({ in: 3, out: 3 });
    // Each PUBLISH: fixed header, topic length, topic, property length, payload.
    const publishes = [1, 2, large.length].reduce(
      (sum, payload) => sum + 1 + (payload > 120 ? 3 : 1) + 2 + 3 + 1 + payload,
      0,
    );
    const subscribe = 2 + 2 + 3 + 2 + 3 + 1;
    expect(bytes.out - before.bytes.out).toBeGreaterThanOrEqual(publishes + subscribe - 3);
    expect(bytes.out - before.bytes.out).toBeLessThanOrEqual(publishes + subscribe + 3);
    expect(bytes.in - before.bytes.in).toBeGreaterThanOrEqual(publishes);
    expect(connectedFor).toBeGreaterThan(0);
  });

  test('counts attempts, losses, reconnects, redeliveries and drops, and shows what waits', async () => {
    const broker = await startBroker({ publish: silent });
    broker.sessionPresent = (_, index) => index > 0;
    const connection = await openConnection(broker.url, {
      session: { clean: 'first', expiry: 60 },
      clientId: 'c',
      publish: { window: 1, capacity: 2 },
    });
    const states = new StateLog(connection);
    const acknowledged = connection.publish('a', '1', { qos: 1 });
    connection.publish('a', '22', { qos: 1 });
    await broker.until(() => broker.latest.log.some(({ packet }) => packet.cmd === 'publish'), 'PUBLISH');
    expect(connection.stats().queues).toMatchObject({ outbox: 1, outboxBytes: 3, inFlight: 1 });
    await failure(connection.publish('a/+', 'invalid'));
    broker.reset('publish');
    broker.latest.destroy();
    await states.until('connected');
    await within(acknowledged, 2_000, 'PUBACK');
    expect(connection.stats()).toMatchObject({
      attempts: 2,
      failedAttempts: 0,
      connects: 2,
      reconnects: 1,
      losses: 1,
      redelivered: 1,
      messages: { out: expect.any(Number) },
      drops: { in: 0, out: 1, byReason: { in: {}, out: { refused: 1 } } },
    });
  });

  test('shows what listeners have not done with', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const releases: (() => void)[] = [];
    const inbox = new Inbox(
      connection,
      'a',
      { qos: 1 },
      () => new Promise<void>((resolve) => void releases.push(resolve)),
    );
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    const message = { cmd: 'publish', topic: 'a', payload: 'x', dup: false, retain: false } as const;
    broker.latest.send({ ...message, qos: 0 });
    broker.latest.send({ ...message, qos: 1, messageId: 1 });
    await inbox.received(2);
    expect(connection.stats().queues).toMatchObject({ unhandled: 1, unacknowledged: 1 });
    for (const release of releases) release();
    await broker.until(() => broker.latest.commands.includes('puback'), 'PUBACK');
    expect(connection.stats().queues).toMatchObject({ unhandled: 0, unacknowledged: 0 });
  });

  test('counts attempts that fail', async () => {
    const broker = await startBroker();
    const { url } = broker;
    await broker.stopListening();
    const connection = newConnection(url, { reconnect: { ...atOnce, maxAttempts: 2 } });
    await failure(connection.open());
    expect(connection.stats()).toMatchObject({ attempts: 2, failedAttempts: 2, connects: 0, losses: 0 });
  });

  test('knows the round trip once a ping is answered', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { keepalive: 1 });
    await broker.until(() => broker.latest.log.some(({ packet }) => packet.cmd === 'pingreq'), 'PINGREQ');
    const inbox = new Inbox(connection, 'a');
    // Behind PINGRESP.
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    expect(connection.stats().roundTrip).toBeGreaterThanOrEqual(0);
    expect(connection.stats().packets.byType).toMatchObject({ pingreq: { out: 1 }, pingresp: { in: 1 } });
  });
});
