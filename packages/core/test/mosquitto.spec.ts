import { randomBytes } from 'node:crypto';
import { foreignPublish, foreignStream, foreignSubscribe } from './support/foreign.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { startMosquitto } from './support/mosquitto.js';
import type { Mosquitto } from './support/mosquitto.js';
import { Inbox, openConnection, StateLog } from './support/open.js';
import { Watch } from './support/watch.js';
import { within } from './support/within.js';

leavesNothingBehind();

const MANY = 10_000;
const levels = [0, 1, 2] as const;
const versions = [5, 4] as const;
const lines = Array.from({ length: MANY }, (_, i) => `message ${String(i)}`);
const bursting = { publish: { capacity: MANY, maxBytes: 64 << 20, window: 500 } };

describe('with Debian’s mosquitto', () => {
  let mosquitto: Mosquitto;
  let topics = 0;
  const newTopic = (): string => `t/${String(++topics)}`;

  beforeAll(async () => {
    mosquitto = await startMosquitto();
  });
  afterAll(() => mosquitto.remove());

  describe.each([
    ['TCP', () => mosquitto.url, 1_000_000],
    // To WebSockets, mosquitto 2.0.11 sends 4 KiB of a large message each tenth of a second.
    ['WebSocket', () => mosquitto.webSocketUrl, 10_000],
  ] as const)('over %s', (_transport, url, size) => {
    test.each(levels)('a message of mosquitto_pub arrives (QoS %s)', async (qos) => {
      const topic = newTopic();
      const connection = await openConnection(url());
      const inbox = new Inbox(connection, topic, { qos });
      await within(inbox.subscription.ready, 2_000, 'SUBACK');
      await foreignPublish(mosquitto.port, topic, 'hello, wörld', { qos });
      await inbox.received(1);
      expect(inbox.messages).toMatchObject([{ topic, qos, retain: false, dup: false }]);
      expect(inbox.texts).toEqual(['hello, wörld']);
    });

    test.each(levels)('10,000 messages of mosquitto_pub -l arrive complete and in order (QoS %s)', async (qos) => {
      const topic = newTopic();
      const connection = await openConnection(url());
      const inbox = new Inbox(connection, topic, { qos });
      await within(inbox.subscription.ready, 2_000, 'SUBACK');
      await foreignStream(mosquitto.port, topic, lines, { qos });
      await inbox.received(MANY, 20_000);
      expect(inbox.texts).toEqual(lines);
    });

    test.each(levels)('10,000 messages reach mosquitto_sub complete and in order (QoS %s)', async (qos) => {
      const topic = newTopic();
      const subscriber = await foreignSubscribe(mosquitto.port, topic, { qos });
      const connection = await openConnection(url(), bursting);
      const publications = lines.map((line) => connection.publish(topic, line, { qos }));
      await within(Promise.all(publications), 20_000, 'all publishes');
      expect(await subscriber.received(MANY, 20_000)).toEqual(lines);
    });

    test('a large payload of random bytes comes back as it was', async () => {
      const topic = newTopic();
      const connection = await openConnection(url());
      const inbox = new Inbox(connection, topic, { qos: 1 });
      await within(inbox.subscription.ready, 2_000, 'SUBACK');
      const payload = randomBytes(size);
      await within(connection.publish(topic, payload, { qos: 1 }), 5_000, 'the publish');
      const [received] = await inbox.received(1);
      expect(Buffer.compare(received!.payload, payload)).toBe(0);
    });
  });

  test('all properties of a publish come back', async () => {
    const topic = newTopic();
    const connection = await openConnection(mosquitto.url, { protocolVersion: 5 });
    const inbox = new Inbox(connection, topic, { qos: 1 });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    const properties = {
      payloadFormatIndicator: 1,
      messageExpiryInterval: 60,
      responseTopic: 'answer/here',
      correlationData: new Uint8Array([0, 1, 255]),
      contentType: 'text/plain',
      userProperties: [
        ['k', '1'],
        ['k', '2'],
      ],
    } as const;
    await within(connection.publish(topic, 'x', { qos: 1, properties }), 2_000, 'the publish');
    const [received] = await inbox.received(1);
    expect(received?.properties).toMatchObject(properties);
  });

  test.each(versions)(
    'filters that overlap give one emission per subscription (MQTT version %s)',
    async (protocolVersion) => {
      const base = newTopic();
      const connection = await openConnection(mosquitto.url, { protocolVersion });
      const filters = [`${base}/#`, `${base}/+`, `${base}/x`, `+/+/x`];
      const inboxes = filters.map((filter) => new Inbox(connection, filter, { qos: 1 }));
      const all = new Inbox(connection, filters, { qos: 1 });
      const twin = new Inbox(connection, `${base}/#`, { qos: 0 });
      const each = [...inboxes, all, twin];
      await within(Promise.all(each.map(({ subscription }) => subscription.ready)), 2_000, 'all SUBACKs');
      for (let i = 0; i < 5; i++) await foreignPublish(mosquitto.port, `${base}/x`, String(i), { qos: 1 });
      for (const inbox of each) await inbox.received(5);
      // What would be one too many has come when the next message has.
      await foreignPublish(mosquitto.port, `${base}/x`, 'last', { qos: 1 });
      for (const inbox of each) await inbox.received(6);
      for (const inbox of each) expect(inbox.texts).toEqual(['0', '1', '2', '3', '4', 'last']);
    },
  );

  test.each(versions)(
    '200 QoS 2 publishes of one tick succeed, without a disconnect (MQTT version %s)',
    async (protocolVersion) => {
      // The broker of this test announces a Receive Maximum, as an untouched Debian configuration does.
      const strict = await startMosquitto('max_inflight_messages 20');
      cleanup(() => strict.remove());
      const connection = await openConnection(strict.url, { protocolVersion });
      const states = new StateLog(connection);
      const subscriber = await foreignSubscribe(strict.port, 't', { qos: 2 });
      const publications = Array.from({ length: 200 }, (_, i) => connection.publish('t', String(i), { qos: 2 }));
      await within(Promise.all(publications), 10_000, 'all publishes');
      expect(await subscriber.received(200)).toHaveLength(200);
      expect(states.types).toEqual(['connected']);
    },
  );

  test('a retained message reaches later subscribers, and an empty one removes it', async () => {
    const topic = newTopic();
    const connection = await openConnection(mosquitto.url);
    await within(connection.publish(topic, 'kept', { qos: 1, retain: true }), 2_000, 'the publish');
    const inbox = new Inbox(connection, topic, { qos: 1 });
    const [received] = await inbox.received(1);
    expect(received).toMatchObject({ retain: true });
    await within(inbox.subscription.unsubscribe(), 2_000, 'UNSUBACK');
    await within(connection.publish(topic, '', { qos: 1, retain: true }), 2_000, 'the removal');
    const later = new Inbox(connection, topic, { qos: 1 });
    await within(later.subscription.ready, 2_000, 'SUBACK');
    await within(connection.publish(topic, 'live', { qos: 1 }), 2_000, 'a live message');
    await later.received(1);
    expect(later.texts).toEqual(['live']);
  });

  test('the will is not published after close()', async () => {
    const topic = newTopic();
    const subscriber = await foreignSubscribe(mosquitto.port, `${topic}/#`, { qos: 1 });
    const polite = await openConnection(mosquitto.url, { will: { topic: `${topic}/polite`, payload: 'gone', qos: 1 } });
    await polite.close();
    const observer = await openConnection(mosquitto.url);
    await within(observer.publish(`${topic}/end`, 'end', { qos: 1 }), 2_000, 'the publish');
    expect(await subscriber.received(1)).toEqual(['end']);
  });

  test('members of a consumer group share the messages between them', async () => {
    const topic = newTopic();
    const members = await Promise.all([1, 2].map(() => openConnection(mosquitto.url)));
    const watch = new Watch();
    const inboxes = members.map(
      (member) =>
        new Inbox(member, topic, { qos: 1, group: 'workers' }, () => {
          setImmediate(() => watch.changed());
        }),
    );
    await within(Promise.all(inboxes.map(({ subscription }) => subscription.ready)), 2_000, 'SUBACK');
    await foreignStream(mosquitto.port, topic, lines.slice(0, 100), { qos: 1 });
    await watch.until(
      () => inboxes.reduce((sum, { messages }) => sum + messages.length, 0) === 100,
      '100 messages in all',
    );
    expect(inboxes.flatMap(({ texts }) => texts).sort()).toEqual(lines.slice(0, 100).sort());
    expect(inboxes.every(({ messages }) => messages.length > 0)).toBe(true);
  });

  test('a listener may await publishes of its own on the topic it listens to, 100 times', async () => {
    const topic = newTopic();
    const connection = await openConnection(mosquitto.url);
    const inbox: Inbox = new Inbox(connection, topic, { qos: 1 }, async () => {
      if (inbox.messages.length < 100) await connection.publish(topic, String(inbox.messages.length), { qos: 1 });
    });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    await within(connection.publish(topic, '0', { qos: 1 }), 2_000, 'the first publish');
    await inbox.received(100, 5_000);
    expect(inbox.texts).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });
});

describe('a restart of mosquitto', () => {
  // mosquitto 2.0.11 saves only sessions that did not begin clean.
  const session = { clean: false, expiry: 600 };

  test.each(versions)(
    'that keeps sessions loses nothing that was acknowledged, and doubles no QoS 2 (MQTT version %s)',
    async (protocolVersion) => {
      const mosquitto = await startMosquitto('persistence true');
      cleanup(() => mosquitto.remove());
      const connection = await openConnection(mosquitto.url, { protocolVersion, clientId: 'survivor', session });
      const states = new StateLog(connection);
      const inbox = new Inbox(connection, 't', { qos: 2 });
      await within(inbox.subscription.ready, 2_000, 'SUBACK');
      const publisher = await openConnection(mosquitto.url, {
        protocolVersion,
        clientId: 'publisher',
        session,
        publish: { window: 50 },
      });
      const publications = lines.slice(0, 1_000).map((line) => publisher.publish('t', line, { qos: 2 }));
      await inbox.received(100);
      expect(publications.at(-1)?.outcome).toBeUndefined();
      await mosquitto.stop('SIGTERM');
      await states.until('reconnecting');
      await mosquitto.start();
      await within(Promise.all(publications), 10_000, 'all publishes');
      await inbox.received(1_000, 10_000);
      await within(publisher.publish('t', 'end', { qos: 2 }), 2_000, 'the last publish');
      await inbox.received(1_001);
      expect(inbox.texts).toEqual([...lines.slice(0, 1_000), 'end']);
      expect(connection.negotiated?.sessionPresent).toBe(true);
    },
  );

  test('that loses sessions restores subscriptions, and everything published settles', async () => {
    const mosquitto = await startMosquitto();
    cleanup(() => mosquitto.remove());
    const connection = await openConnection(mosquitto.url, { protocolVersion: 5, clientId: 'survivor', session });
    const inbox = new Inbox(connection, 't/#', { qos: 1 });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    const states = new StateLog(connection);
    const settled: string[] = [];
    const burst = ([1, 2] as const).flatMap((qos) =>
      Array.from({ length: 200 }, (_, i) => connection.publish(`t/${String(qos)}`, String(i), { qos })),
    );
    for (const publication of burst) {
      publication.onSettled((outcome) =>
        settled.push(outcome.status === 'acknowledged' ? 'acknowledged' : outcome.error.code),
      );
    }
    await inbox.received(1);
    await mosquitto.kill();
    await states.until('reconnecting');
    await mosquitto.start();
    // All that is left to wait for is the attempt that is under way, and one more if it came too early.
    const attempts = states.all('connecting').length;
    await states.until('connected', 2);
    await within(connection.publish('t/after', 'after', { qos: 1 }), 2_000, 'a publish after the return');
    await foreignPublish(mosquitto.port, 't/foreign', 'foreign', { qos: 1 });
    const wanted = (): boolean => inbox.texts.includes('after') && inbox.texts.includes('foreign');
    while (!wanted()) await inbox.received(inbox.messages.length + 1, 2_000);
    expect(states.all('connecting').length).toBeLessThanOrEqual(attempts + 1);
    expect(connection.negotiated?.sessionPresent).toBe(false);
    await within(
      Promise.all(
        burst.map((each) =>
          each.then(
            () => undefined,
            () => undefined,
          ),
        ),
      ),
      5_000,
      'all settle',
    );
    expect(settled).toHaveLength(400);
    expect(
      new Set(settled.filter((status) => status !== 'acknowledged' && status !== 'ERR_MQTT_UNKNOWN_OUTCOME')),
    ).toEqual(new Set());
  });
});
