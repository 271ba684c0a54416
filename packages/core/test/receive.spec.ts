import { randomBytes } from 'node:crypto';
import type { MqttMessage } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { Inbox, openConnection, StateLog } from './support/open.js';
import { encode } from './support/packets.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import { nextTurn, observeFor, within } from './support/within.js';

leavesNothingBehind();

const message = { cmd: 'publish', topic: 'a', payload: 'x', qos: 0, dup: false, retain: false } as const;
const versions = [5, 4] as const;

describe('a message', () => {
  test.each([
    ['nothing', 0],
    ['one byte', 1],
    ['128 bytes', 128],
    ['70,000 random bytes', 70_000],
    ['10 MB of random bytes', 10_000_000],
  ])('of %s arrives as it was', async (_, length) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const inbox = new Inbox(connection, 'a', { qos: 1 });
    const payload = randomBytes(length);
    broker.latest.send({ ...message, payload, qos: 1, messageId: 1 });
    const [received] = await inbox.received(1);
    expect(received?.payload).toBeInstanceOf(Uint8Array);
    expect(Buffer.compare(received!.payload, payload)).toBe(0);
    await broker.latest.received('puback');
  });

  test('shows its flags and all its properties', async () => {
    const broker = await startBroker({ subscribe: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inbox = new Inbox(connection, 'a', { qos: 2, retainAsPublished: true });
    await broker.latest.received('subscribe');
    const { subscriptionIdentifier } = broker.latest.packets('subscribe')[0]?.properties ?? {};
    broker.latest.send({
      ...message,
      qos: 2,
      messageId: 77,
      dup: true,
      retain: true,
      properties: {
        payloadFormatIndicator: true,
        messageExpiryInterval: 30,
        responseTopic: 'r',
        correlationData: Buffer.of(0, 255),
        contentType: 'text/plain',
        subscriptionIdentifier,
        userProperties: { k: ['1', '2'] },
      },
    });
    const [received] = await inbox.received(1);
    expect(received).toMatchObject({ topic: 'a', qos: 2, dup: true, retain: true });
    expect(received?.properties).toEqual({
      payloadFormatIndicator: 1,
      messageExpiryInterval: 30,
      responseTopic: 'r',
      correlationData: new Uint8Array([0, 255]),
      contentType: 'text/plain',
      subscriptionIdentifiers: [subscriptionIdentifier],
      userProperties: [
        ['k', '1'],
        ['k', '2'],
      ],
    });
  });

  test('has no properties on MQTT 3.1.1', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 4 });
    const inbox = new Inbox(connection, 'a');
    broker.latest.send(message);
    const [received] = await inbox.received(1);
    expect(received?.properties).toEqual({});
  });

  test.each(versions)('that comes before SUBACK is delivered (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker();
    broker.on('subscribe', ({ messageId, properties }, peer) => {
      const subscriptionIdentifier = properties?.subscriptionIdentifier;
      peer.send(
        { ...message, ...(subscriptionIdentifier === undefined ? {} : { properties: { subscriptionIdentifier } }) },
        { cmd: 'suback', messageId, granted: [0] },
      );
    });
    const connection = await openConnection(broker.url, { protocolVersion });
    const inbox = new Inbox(connection, 'a');
    await inbox.received(1);
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    expect(inbox.texts).toEqual(['x']);
  });
});

test('100,000 tiny messages in few segments are all delivered, in order', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url);
  let count = 0;
  let disorder = 0;
  const done = new Promise<void>((resolve) => {
    connection.subscribe('t/#', {}, ({ payload }) => {
      if (Number(Buffer.from(payload).toString()) !== count) disorder++;
      if (++count === 100_000) resolve();
    });
  });
  await broker.latest.received('subscribe');
  const packets = Array.from({ length: 100_000 }, (_, i) => encode({ ...message, topic: 't', payload: String(i) }, 5));
  broker.latest.send(Buffer.concat(packets));
  await within(done, 10_000, 'all delivered');
  expect(disorder).toBe(0);
});

describe('QoS 1', () => {
  test.each(versions)('is acknowledged when every listener is done (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion });
    const releases: (() => void)[] = [];
    const wait = (): Promise<void> => new Promise((resolve) => releases.push(resolve));
    const first = new Inbox(connection, 'a', { qos: 1 }, wait);
    const second = new Inbox(connection, 'a', { qos: 1 }, wait);
    await within(Promise.all([first.subscription.ready, second.subscription.ready]), 2_000, 'SUBACK');
    broker.latest.send({ ...message, qos: 1, messageId: 5 });
    await first.received(1);
    await second.received(1);
    releases[0]?.();
    await observeFor(20);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    releases[1]?.();
    expect(await broker.latest.received('puback')).toMatchObject([{ messageId: 5 }]);
  });

  test('is handled many at a time, and acknowledged in the order of arrival', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const releases: (() => void)[] = [];
    const inbox = new Inbox(connection, 'a', { qos: 1 }, () => new Promise((resolve) => releases.push(resolve)));
    broker.latest.send(...[11, 12, 13, 14, 15].map((messageId) => ({ ...message, qos: 1, messageId }) as const));
    await inbox.received(5);
    for (const release of releases.slice(1).reverse()) release();
    await observeFor(20);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    releases[0]?.();
    const acks = await broker.latest.received('puback', 5);
    expect(acks.map(({ messageId }) => messageId)).toEqual([11, 12, 13, 14, 15]);
  });

  test('is acknowledged though its listener rejects or throws, and the others get the message', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const warnings: unknown[] = [];
    connection.on('warning', ({ error }) => warnings.push(error));
    const thrower = new Inbox(connection, 'a', { qos: 1 }, () => {
      throw new Error('thrown');
    });
    const rejecter = new Inbox(connection, 'a', { qos: 1 }, () => Promise.reject(new Error('rejected')));
    const healthy = new Inbox(connection, 'a', { qos: 1 });
    broker.latest.send({ ...message, qos: 1, messageId: 1 }, { ...message, qos: 1, messageId: 2 });
    for (const inbox of [thrower, rejecter, healthy]) await inbox.received(2);
    expect((await broker.latest.received('puback', 2)).map(({ messageId }) => messageId)).toEqual([1, 2]);
    expect(warnings.map((error) => (error as Error).message).sort()).toEqual([
      'rejected',
      'rejected',
      'thrown',
      'thrown',
    ]);
    expect(connection.state.type).toBe('connected');
  });

  test('lets a listener await its own publish to the same connection', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { publish: { window: 1 } });
    const inbox = new Inbox(connection, 'a', { qos: 1 }, async () => {
      await connection.publish('b', 'answer', { qos: 2 });
    });
    broker.latest.send(...[1, 2, 3].map((messageId) => ({ ...message, qos: 1, messageId }) as const));
    await inbox.received(3);
    await broker.latest.received('puback', 3);
    expect(broker.latest.packets('publish')).toHaveLength(3);
  });

  test('that nobody observes any more is acknowledged all the same', async () => {
    const broker = await startBroker({ unsubscribe: silent });
    const connection = await openConnection(broker.url);
    const inbox = new Inbox(connection, 'a', { qos: 1 });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    void inbox.subscription.unsubscribe();
    await broker.latest.received('unsubscribe');
    broker.latest.send({ ...message, qos: 1, messageId: 9 });
    await broker.latest.received('puback');
    expect(inbox.messages).toHaveLength(0);
  });

  test('answers a slow listener do not leave on the next connection', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { clientId: 'kept' });
    const states = new StateLog(connection);
    const releases: (() => void)[] = [];
    const inbox = new Inbox(connection, 'a', { qos: 1 }, () => new Promise((resolve) => releases.push(resolve)));
    broker.latest.send({ ...message, qos: 1, messageId: 1 });
    await inbox.received(1);
    broker.latest.cut();
    await states.until('connected', 2);
    releases[0]?.();
    await observeFor(30);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    broker.latest.send({ ...message, qos: 1, messageId: 1, dup: true });
    await inbox.received(2);
    releases[1]?.();
    expect(await broker.latest.received('puback')).toMatchObject([{ messageId: 1 }]);
    expect(inbox.messages.map(({ dup }) => dup)).toEqual([false, true]);
  });
});

describe('QoS 2', () => {
  test.each(versions)(
    'sent three times and released twice is emitted once (MQTT version %s)',
    async (protocolVersion) => {
      const broker = await startBroker({ pubrec: silent });
      const connection = await openConnection(broker.url, { protocolVersion });
      const inbox = new Inbox(connection, 'a', { qos: 2 });
      const publish = { ...message, qos: 2, messageId: 3 } as const;
      broker.latest.send(publish, { ...publish, dup: true }, { ...publish, dup: true });
      await broker.latest.received('pubrec', 1);
      const release = { cmd: 'pubrel', messageId: 3, reasonCode: 0 } as const;
      broker.latest.send(release, release);
      const completions = await broker.latest.received('pubcomp', 2);
      expect(completions.map(({ messageId }) => messageId)).toEqual([3, 3]);
      expect(inbox.messages).toHaveLength(1);
      // The identifier is free again.
      broker.latest.send({ ...publish, payload: 'new' });
      await inbox.received(2);
      expect(inbox.texts).toEqual(['x', 'new']);
    },
  );

  test('is answered with PUBREC only when the listener is done', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const releases: (() => void)[] = [];
    const inbox = new Inbox(connection, 'a', { qos: 2 }, () => new Promise((resolve) => releases.push(resolve)));
    broker.latest.send({ ...message, qos: 2, messageId: 1 }, { ...message, qos: 2, messageId: 2 });
    await inbox.received(2);
    releases[1]?.();
    await observeFor(20);
    expect(broker.latest.commands).not.toContain('pubrec');
    releases[0]?.();
    expect((await broker.latest.received('pubrec', 2)).map(({ messageId }) => messageId)).toEqual([1, 2]);
    await broker.latest.received('pubcomp', 2);
  });

  test('interrupted after PUBREC, with the session kept, is emitted once', async () => {
    const broker = await startBroker({ pubrec: silent });
    const connection = await openConnection(broker.url, { clientId: 'kept' });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, 'a', { qos: 2 });
    broker.latest.send({ ...message, qos: 2, messageId: 4 });
    await broker.latest.received('pubrec');
    broker.reset('pubrec');
    broker.latest.cut();
    await states.until('connected', 2);
    broker.latest.send({ ...message, qos: 2, messageId: 4, dup: true });
    await broker.latest.received('pubcomp');
    expect(inbox.messages).toHaveLength(1);
    expect(broker.latest.packets('pubrec')).toMatchObject([{ messageId: 4 }]);
  });

  test('delivered again while its listener is still at work joins it', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { clientId: 'kept' });
    const states = new StateLog(connection);
    const releases: (() => void)[] = [];
    const inbox = new Inbox(connection, 'a', { qos: 2 }, () => new Promise((resolve) => releases.push(resolve)));
    broker.latest.send({ ...message, qos: 2, messageId: 4 });
    await inbox.received(1);
    broker.latest.cut();
    await states.until('connected', 2);
    broker.latest.send({ ...message, qos: 2, messageId: 4, dup: true });
    await observeFor(30);
    expect(inbox.messages).toHaveLength(1);
    expect(broker.latest.packets('pubrec')).toHaveLength(0);
    releases[0]?.();
    await broker.latest.received('pubcomp');
    expect(inbox.messages).toHaveLength(1);
  });

  test('interrupted after PUBREC, with the session lost: the same identifier is a new message', async () => {
    const broker = await startBroker({ pubrec: silent });
    broker.sessionPresent = false;
    const connection = await openConnection(broker.url, { clientId: 'lost' });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, 'a', { qos: 2 });
    broker.latest.send({ ...message, qos: 2, messageId: 4, payload: 'old' });
    await broker.latest.received('pubrec');
    broker.latest.cut();
    await states.until('connected', 2);
    broker.latest.send({ ...message, qos: 2, messageId: 4, payload: 'new' });
    await inbox.received(2);
    expect(inbox.texts).toEqual(['old', 'new']);
  });

  test.each([
    [5, 0x92],
    [4, undefined],
  ] as const)(
    'PUBREL for an unknown identifier is answered with PUBCOMP (MQTT version %s)',
    async (protocolVersion, reasonCode) => {
      const broker = await startBroker();
      const connection = await openConnection(broker.url, { protocolVersion });
      broker.latest.send({ cmd: 'pubrel', messageId: 99, reasonCode: 0 });
      const [completion] = await broker.latest.received('pubcomp');
      expect(completion?.messageId).toBe(99);
      expect(completion?.reasonCode).toBe(reasonCode);
      expect(connection.state.type).toBe('connected');
    },
  );
});

describe('manual acknowledgement', () => {
  const manual = { qos: 1, ack: 'manual' } as const;

  test('sends nothing before ack(), and one PUBACK however often it is called', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const inbox = new Inbox(connection, 'a', manual);
    broker.latest.send({ ...message, qos: 1, messageId: 1 });
    const [first] = await inbox.received(1);
    await observeFor(20);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    first?.ack();
    first?.ack();
    await broker.latest.received('puback');
    broker.latest.send({ ...message, qos: 1, messageId: 2 });
    (await inbox.received(2))[1]?.ack();
    expect((await broker.latest.received('puback', 2)).map(({ messageId }) => messageId)).toEqual([1, 2]);
  });

  test('keeps the order of arrival, for QoS 1 and QoS 2 apart', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const inbox = new Inbox(connection, 'a', { qos: 2, ack: 'manual' });
    const qosOf = [1, 2, 1, 2] as const;
    broker.latest.send(...qosOf.map((qos, i) => ({ ...message, qos, messageId: i + 1 }) as const));
    const messages = await inbox.received(4);
    messages[3]?.ack();
    messages[2]?.ack();
    messages[1]?.ack();
    expect((await broker.latest.received('pubrec', 2)).map(({ messageId }) => messageId)).toEqual([2, 4]);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    messages[0]?.ack();
    expect((await broker.latest.received('puback', 2)).map(({ messageId }) => messageId)).toEqual([1, 3]);
  });

  test('of one message by two observers is over when both have acknowledged', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const first = new Inbox(connection, 'a', manual);
    const second = new Inbox(connection, 'a', manual);
    const automatic = new Inbox(connection, 'a', { qos: 1 });
    broker.latest.send({ ...message, qos: 1, messageId: 1 });
    const received: (MqttMessage | undefined)[] = [];
    for (const inbox of [first, second, automatic]) received.push((await inbox.received(1))[0]);
    received[0]?.ack();
    received[0]?.ack();
    await observeFor(20);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    received[1]?.ack();
    await broker.latest.received('puback');
  });

  test.each([
    [1, 'puback'],
    [2, 'pubrec'],
  ] as const)('can refuse at QoS %s with a reason', async (qos, cmd) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inbox = new Inbox(connection, 'a', { qos, ack: 'manual' });
    broker.latest.send({ ...message, qos, messageId: 1 });
    (await inbox.received(1))[0]?.nack(0x99);
    expect(await broker.latest.received(cmd)).toMatchObject([{ messageId: 1, reasonCode: 0x99 }]);
    // A refused QoS 2 message is over: its identifier is free.
    broker.latest.send({ ...message, qos, messageId: 1, payload: 'next' });
    await inbox.received(2);
  });

  test('cannot refuse on MQTT 3.1.1, and says so', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 4 });
    const inbox = new Inbox(connection, 'a', manual);
    broker.latest.send({ ...message, qos: 1, messageId: 1 });
    const [received] = await inbox.received(1);
    expect(() => received?.nack()).toThrow(expect.objectContaining({ code: 'ERR_MQTT_UNSUPPORTED' }));
    received?.ack();
    await broker.latest.received('puback');
  });

  test('after the connection is gone is harmless', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { clientId: 'kept' });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, 'a', manual);
    broker.latest.send({ ...message, qos: 1, messageId: 1 });
    const [old] = await inbox.received(1);
    broker.latest.cut();
    await states.until('connected', 2);
    old?.ack();
    await nextTurn();
    // The new delivery bears the same identifier; the old acknowledgement must not answer it.
    broker.latest.send({ ...message, qos: 1, messageId: 1, dup: true });
    const received = await inbox.received(2);
    await observeFor(20);
    expect(broker.latest.packets('puback')).toHaveLength(0);
    received[1]?.ack();
    await broker.latest.received('puback');
    await connection.close();
    received[1]?.ack();
  });
});

describe('our Receive Maximum', () => {
  test.each([1, 2] as const)('exceeded by the server at QoS %s ends the connection with 0x93', async (qos) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5, receiveMaximum: 2, clientId: 'kept' });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, 'a', { qos, ack: 'manual' });
    const first = broker.latest;
    expect(first.connect.properties?.receiveMaximum).toBe(2);
    first.send(...[1, 2, 3].map((messageId) => ({ ...message, qos, messageId }) as const));
    await first.ended();
    expect(first.packets('disconnect')).toMatchObject([{ reasonCode: 0x93 }]);
    const [lost] = await states.until('reconnecting');
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x93 } });
    expect(inbox.messages).toHaveLength(2);
    await states.until('connected', 2);
  });

  test('counts what is unacknowledged, not what was sent', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5, receiveMaximum: 2 });
    const inbox = new Inbox(connection, 'a', { qos: 2 });
    for (let i = 1; i <= 20; i++) {
      broker.latest.send({ ...message, qos: i % 2 === 0 ? 1 : 2, messageId: i });
      await broker.latest.received(i % 2 === 0 ? 'puback' : 'pubcomp', Math.ceil(i / 2));
    }
    expect(inbox.messages).toHaveLength(20);
    expect(connection.state.type).toBe('connected');
  });
});
