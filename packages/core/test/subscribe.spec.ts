import type { MqttError } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { failure, Inbox, newConnection, openConnection, StateLog } from './support/open.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import type { ScriptedBroker } from './support/scripted-broker.js';
import { nextTurn, observeFor, within } from './support/within.js';
import { withoutTimers } from './support/without-timers.js';

leavesNothingBehind();

const versions = [5, 4] as const;
const message = { cmd: 'publish', topic: 'a', payload: 'x', qos: 0, dup: false, retain: false } as const;

describe('SUBSCRIBE', () => {
  test.each([
    [{}, { qos: 0, nl: false, rap: false, rh: 0 }],
    [{ qos: 1 }, { qos: 1, nl: false, rap: false, rh: 0 }],
    [
      { qos: 2, noLocal: true },
      { qos: 2, nl: true, rap: false, rh: 0 },
    ],
    [{ retainAsPublished: true }, { qos: 0, nl: false, rap: true, rh: 0 }],
    [{ retainHandling: 'sendIfNew' }, { qos: 0, nl: false, rap: false, rh: 1 }],
    [{ retainHandling: 'ignore' }, { qos: 0, nl: false, rap: false, rh: 2 }],
    [{ retainHandling: 'send' }, { qos: 0, nl: false, rap: false, rh: 0 }],
  ] as const)('carries %j', async (options, expected) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inbox = new Inbox(connection, 'a/+/#', options);
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    expect(broker.latest.packets('subscribe')).toMatchObject([{ subscriptions: [{ topic: 'a/+/#', ...expected }] }]);
  });

  test.each([0, 1, 2] as const)('carries QoS %s alone on MQTT 3.1.1', async (qos) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 4 });
    const inbox = new Inbox(connection, 'a', { qos, noLocal: true, retainAsPublished: true, retainHandling: 'ignore' });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    expect(broker.latest.packets('subscribe')[0]?.subscriptions).toEqual([{ topic: 'a', qos }]);
  });

  test('asks for what was wished for before the connection was there', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const inbox = new Inbox(connection, ['a', 'b'], { qos: 1 });
    expect(inbox.subscription.filters).toEqual(['a', 'b']);
    await within(connection.open(), 2_000, 'open()');
    expect(await within(inbox.subscription.ready, 2_000, 'SUBACK')).toEqual([
      { filter: 'a', qos: 1 },
      { filter: 'b', qos: 1 },
    ]);
  });

  test('carries the wishes of one tick in few packets, overlapping filters apart', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inboxes = ['x/1', 'x/2', 'x/3', 'x/+', 'y'].map((filter) => new Inbox(connection, filter));
    await within(Promise.all(inboxes.map(({ subscription }) => subscription.ready)), 2_000, 'all SUBACKs');
    const packets = broker.latest.packets('subscribe');
    expect(packets.length).toBeLessThanOrEqual(2);
    const together = packets.map(({ subscriptions }) => subscriptions.map(({ topic }) => topic));
    for (const topics of together)
      expect(topics.includes('x/+') && topics.some((topic) => /^x\/\d/.test(topic))).toBe(false);
    const identifiers = packets.map(({ properties }) => properties?.subscriptionIdentifier);
    expect(new Set(identifiers).size).toBe(packets.length);
  });
});

describe('what the server grants', () => {
  test('may be less than asked, and is shown', async () => {
    const broker = await startBroker({
      subscribe({ messageId, subscriptions }, peer) {
        peer.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ topic }) => (topic === 'b' ? 0 : 1)) });
      },
    });
    const connection = await openConnection(broker.url);
    const seen: unknown[] = [];
    const subscription = connection.subscribe(
      ['a', 'b'],
      { qos: 2 },
      { message: () => undefined, ready: (grants) => seen.push(grants) },
    );
    const grants = [
      { filter: 'a', qos: 1 },
      { filter: 'b', qos: 0 },
    ];
    expect(await within(subscription.ready, 2_000, 'SUBACK')).toEqual(grants);
    expect(seen).toEqual([grants]);
  });

  test.each([
    [5, 0x87],
    [4, 0x80],
  ] as const)(
    'a refusal of one filter concerns only its observers, also after a reconnect (MQTT version %s)',
    async (protocolVersion, code) => {
      const broker = await startBroker({
        subscribe({ messageId, subscriptions }, peer) {
          peer.send({
            cmd: 'suback',
            messageId,
            granted: subscriptions.map(({ topic }) => (topic === 'b' ? code : 1)),
          });
        },
      });
      broker.sessionPresent = false;
      const connection = await openConnection(broker.url, { protocolVersion });
      const [a, b, c] = ['a', 'b', 'c'].map((filter) => new Inbox(connection, filter, { qos: 1 })) as [
        Inbox,
        Inbox,
        Inbox,
      ];
      expect(await failure(b.subscription.ready)).toMatchObject({
        code: 'ERR_MQTT_SUBSCRIBE_REFUSED',
        reasonCode: code,
        filter: 'b',
      });
      expect(await b.failed()).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED', filter: 'b' });
      await within(Promise.all([a.subscription.ready, c.subscription.ready]), 2_000, 'the other SUBACKs');

      const states = new StateLog(connection);
      broker.latest.cut();
      await states.until('connected', 2);
      await broker.until(() => subscribed(broker).length >= 2, 'both are subscribed again');
      expect(subscribed(broker).sort()).toEqual(['a', 'c']);
      broker.latest.send({ ...message, topic: 'c' }, { ...message, topic: 'a' });
      await a.received(1);
      await c.received(1);
      expect([a.errors, b.errors.length, c.errors]).toEqual([[], 1, []]);
    },
  );

  test('a number of codes that differs from the number of filters breaks the protocol', async () => {
    const broker = await startBroker({
      subscribe({ messageId }, peer) {
        peer.send({ cmd: 'suback', messageId, granted: [0] });
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, ['a', 'b']);
    const [lost] = await states.until('reconnecting');
    expect(lost).toMatchObject({ by: 'client', cause: { code: 'ERR_MQTT_PROTOCOL' } });
    expect(await broker.connections[0]?.received('disconnect')).toMatchObject([{ reasonCode: 0x82 }]);
    expect(inbox.errors).toEqual([]);
  });
});

describe('observers of one filter', () => {
  test('share one SUBSCRIBE, and the last one to leave unsubscribes', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const first = new Inbox(connection, 'a');
    await within(first.subscription.ready, 2_000, 'SUBACK');
    const second = new Inbox(connection, 'a');
    await within(second.subscription.ready, 2_000, 'the second is ready');
    broker.latest.send(message);
    await first.received(1);
    await second.received(1);
    await within(first.subscription.unsubscribe(), 2_000, 'the first leaves');
    broker.latest.send(message);
    await second.received(2);
    expect(broker.latest.commands).toEqual(['subscribe']);
    await within(second.subscription.unsubscribe(), 2_000, 'the last leaves');
    await within(second.subscription.unsubscribe(), 2_000, 'and again');
    expect(broker.latest.commands).toEqual(['subscribe', 'unsubscribe']);
    broker.latest.send(message);
    await observeFor(20);
    expect([first.messages.length, second.messages.length]).toEqual([1, 2]);
  });

  test('in one tick with QoS 0 and 2 are subscribed once, at 2', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const inboxes = ([0, 2] as const).map((qos) => new Inbox(connection, 'a', { qos }));
    await within(Promise.all(inboxes.map(({ subscription }) => subscription.ready)), 2_000, 'both are ready');
    expect(broker.latest.packets('subscribe')).toMatchObject([{ subscriptions: [{ topic: 'a', qos: 2 }] }]);
  });

  test('one after the other with QoS 0 and 2 end up at 2, without retained messages for the first again', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const weak = new Inbox(connection, 'a', { qos: 0 });
    await within(weak.subscription.ready, 2_000, 'SUBACK');
    const strong = new Inbox(connection, 'a', { qos: 2 });
    expect(await within(strong.subscription.ready, 2_000, 'the stronger SUBACK')).toEqual([{ filter: 'a', qos: 2 }]);
    const packets = broker.latest.packets('subscribe');
    expect(packets.map(({ subscriptions }) => subscriptions[0]?.qos)).toEqual([0, 2]);
    broker.latest.send({ ...message, qos: 2, messageId: 1 });
    await weak.received(1);
    await strong.received(1);
    await broker.latest.received('pubcomp');
  });

  test('and a message that matches several filters of one subscription is emitted once', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 4 });
    const inbox = new Inbox(connection, ['a/#', 'a/+', '+/b']);
    const other = new Inbox(connection, 'a/b');
    await within(Promise.all([inbox.subscription.ready, other.subscription.ready]), 2_000, 'SUBACK');
    broker.latest.send({ ...message, topic: 'a/b' });
    await other.received(1);
    await nextTurn();
    expect(inbox.messages).toHaveLength(1);
  });

  test('are served by the copies of a broker that sends one per subscription, one each', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const wide = new Inbox(connection, 'a/#');
    const narrow = new Inbox(connection, 'a/+');
    const both = new Inbox(connection, ['a/#', 'a/+']);
    await within(Promise.all([wide, narrow, both].map(({ subscription }) => subscription.ready)), 2_000, 'SUBACK');
    const identifiers = new Map<string, number | undefined>();
    for (const { subscriptions, properties } of broker.latest.packets('subscribe')) {
      for (const { topic } of subscriptions) identifiers.set(topic, properties?.subscriptionIdentifier);
    }
    for (const subscriptionIdentifier of identifiers.values()) {
      broker.latest.send({ ...message, topic: 'a/b', properties: { subscriptionIdentifier } });
    }
    broker.latest.send({
      ...message,
      topic: 'a/b',
      payload: 'merged',
      properties: { subscriptionIdentifier: [...identifiers.values()] },
    });
    for (const inbox of [wide, narrow, both]) await inbox.received(2);
    await observeFor(20);
    for (const inbox of [wide, narrow, both]) expect(inbox.texts).toEqual(['x', 'merged']);
  });
});

describe('UNSUBSCRIBE', () => {
  test('names one filter or many', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const one = new Inbox(connection, 'a');
    const many = new Inbox(connection, ['b', 'c']);
    await within(Promise.all([one.subscription.ready, many.subscription.ready]), 2_000, 'SUBACK');
    await within(one.subscription.unsubscribe(), 2_000, 'UNSUBACK');
    await within(many.subscription.unsubscribe(), 2_000, 'the second UNSUBACK');
    expect(broker.latest.packets('unsubscribe').map(({ unsubscriptions }) => unsubscriptions)).toEqual([
      ['a'],
      ['b', 'c'],
    ]);
  });

  test('refused with 0x87 is a warning, and delivers nothing any more', async () => {
    const broker = await startBroker({
      unsubscribe({ messageId }, peer) {
        peer.send({ cmd: 'unsuback', messageId, granted: [0x87] });
      },
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const warnings: unknown[] = [];
    connection.on('warning', (warning) => warnings.push(warning));
    const inbox = new Inbox(connection, 'a');
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    await within(inbox.subscription.unsubscribe(), 2_000, 'unsubscribe()');
    broker.latest.send(message);
    await observeFor(20);
    expect(inbox.messages).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(connection.state.type).toBe('connected');
  });

  test('is not waited for when there is no connection', async () => {
    const broker = await startBroker();
    const connection = newConnection(broker.url);
    const inbox = new Inbox(connection, 'a');
    await withoutTimers(() => inbox.subscription.unsubscribe(), 'unsubscribe()');
    await within(connection.open(), 2_000, 'open()');
    await observeFor(20);
    expect(broker.latest.commands).toEqual([]);
  });

  test('from within a listener stops deliveries at once', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const inbox: Inbox = new Inbox(connection, 'a', {}, () => {
      void inbox.subscription.unsubscribe();
    });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    broker.latest.send(message, message, message);
    await broker.latest.received('unsubscribe');
    await observeFor(20);
    expect(inbox.messages).toHaveLength(1);
  });
});

describe('changes of mind', () => {
  test('unsubscribed and subscribed again in one tick ends subscribed', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url);
    const first = new Inbox(connection, 'a');
    await within(first.subscription.ready, 2_000, 'SUBACK');
    void first.subscription.unsubscribe();
    const second = new Inbox(connection, 'a');
    await within(second.subscription.ready, 2_000, 'ready again');
    await observeFor(20);
    expect(subscribed(broker)).toEqual(['a']);
    broker.latest.send(message);
    await second.received(1);
    expect(first.messages).toEqual([]);
  });

  test('100 of them end as the last one says, with one request per filter at a time', async () => {
    const broker = await startBroker();
    let inFlight = 0;
    let most = 0;
    const late = (answer: () => void): void => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight--;
        answer();
      }, 3);
    };
    broker.on('subscribe', ({ messageId }, peer) => {
      late(() => {
        peer.send({ cmd: 'suback', messageId, granted: [0] });
      });
    });
    broker.on('unsubscribe', ({ messageId }, peer) => {
      late(() => {
        peer.send({ cmd: 'unsuback', messageId, granted: [0] });
      });
    });
    const connection = await openConnection(broker.url);
    let last: Inbox | undefined;
    for (let i = 0; i < 100; i++) {
      last = new Inbox(connection, 'a');
      if (i % 3 === 0) await nextTurn();
      if (i < 99) void last.subscription.unsubscribe();
    }
    await within(last!.subscription.ready, 3_000, 'the last one is ready');
    await broker.until(() => inFlight === 0, 'all is answered');
    expect(most).toBe(1);
    expect(subscribed(broker)).toEqual(['a']);
    broker.latest.send(message);
    await last!.received(1);
    void last!.subscription.unsubscribe();
    await broker.until(() => subscribed(broker).length === 0, 'it is unsubscribed');
  });
});

test('a subscription that finds no free packet identifier is sent as soon as there is one', async () => {
  const broker = await startBroker({ publish: silent });
  const publish = { window: 65_535, capacity: 65_535, maxBytes: 64 << 20 };
  const connection = await openConnection(broker.url, { protocolVersion: 5, publish });
  for (let i = 0; i < 65_535; i++) connection.publish('a', 'x', { qos: 1 });
  await broker.latest.received('publish', 65_535, 20_000);
  // Filters that overlap need a packet each.
  const inbox = new Inbox(connection, ['a/+', 'a/#', 'b']);
  for (let messageId = 1; messageId <= 10; messageId++) broker.latest.send({ cmd: 'puback', messageId, reasonCode: 0 });
  await within(inbox.subscription.ready, 3_000, 'SUBACK');
  expect(subscribed(broker).sort()).toEqual(['a/#', 'a/+', 'b']);
});

describe('after a reconnect', () => {
  test('without the session all live filters are subscribed again, with options and identifiers', async () => {
    const broker = await startBroker();
    broker.sessionPresent = false;
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const wishes = [
      new Inbox(connection, 'a', { qos: 1, noLocal: true }),
      new Inbox(connection, 'b', { qos: 2, retainAsPublished: true, retainHandling: 'ignore' }),
      new Inbox(connection, 'c/#', { group: 'workers' }),
    ];
    const gone = new Inbox(connection, 'gone');
    await within(Promise.all([...wishes, gone].map(({ subscription }) => subscription.ready)), 2_000, 'all SUBACKs');
    await within(gone.subscription.unsubscribe(), 2_000, 'UNSUBACK');
    broker.latest.cut();
    await broker.connection(1);
    await broker.until(() => subscribed(broker).length === 3, 'three filters are subscribed again');
    const again = broker.latest.packets('subscribe');
    expect(again.flatMap(({ subscriptions }) => subscriptions).sort((x, y) => x.topic.localeCompare(y.topic))).toEqual([
      { topic: '$share/workers/c/#', qos: 0, nl: false, rap: false, rh: 0 },
      { topic: 'a', qos: 1, nl: true, rap: false, rh: 0 },
      { topic: 'b', qos: 2, nl: false, rap: true, rh: 2 },
    ]);
    expect(again.every(({ properties }) => properties?.subscriptionIdentifier !== undefined)).toBe(true);
    const identifierOf = (filter: string): number | undefined =>
      again.find(({ subscriptions }) => subscriptions.some(({ topic }) => topic === filter))?.properties
        ?.subscriptionIdentifier;
    broker.latest.send(
      { ...message, topic: 'a', properties: { subscriptionIdentifier: identifierOf('a') } },
      { ...message, topic: 'b', properties: { subscriptionIdentifier: identifierOf('b') } },
      { ...message, topic: 'c/x', properties: { subscriptionIdentifier: identifierOf('$share/workers/c/#') } },
    );
    for (const inbox of wishes) await inbox.received(1);
  });

  test.each(versions)('with the session nothing is asked again (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, {
      protocolVersion,
      clientId: 'kept',
      session: { clean: false },
    });
    const states = new StateLog(connection);
    const inbox = new Inbox(connection, 'a', { qos: 1 });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    const subscribe = broker.latest.packets('subscribe')[0];
    broker.latest.cut();
    await states.until('connected', 2);
    expect(connection.negotiated?.sessionPresent).toBe(true);
    broker.latest.send({
      ...message,
      qos: 1,
      messageId: 1,
      ...(protocolVersion === 5 ? { properties: subscribe?.properties } : {}),
    });
    await inbox.received(1);
    await broker.latest.received('puback');
    expect(broker.latest.commands).toEqual(['puback']);
  });

  test('with the session, what was not confirmed is asked again, and what is no longer wanted is withdrawn', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5, clientId: 'kept' });
    const states = new StateLog(connection);
    const leaving = new Inbox(connection, 'leaving');
    const staying = new Inbox(connection, 'staying');
    await within(Promise.all([leaving.subscription.ready, staying.subscription.ready]), 2_000, 'SUBACK');
    broker.on('subscribe', silent);
    const fresh = new Inbox(connection, 'fresh');
    await broker.latest.received('subscribe', broker.latest.packets('subscribe').length + 1);
    broker.reset('subscribe');
    broker.latest.cut();
    void leaving.subscription.unsubscribe();
    await states.until('connected', 2);
    await within(fresh.subscription.ready, 2_000, 'the fresh one is ready');
    await broker.latest.received('unsubscribe');
    expect(
      broker.latest.packets('subscribe').flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic)),
    ).toEqual(['fresh']);
    expect(broker.latest.packets('unsubscribe')).toMatchObject([{ unsubscriptions: ['leaving'] }]);
  });

  test('with the session, a filter withdrawn and wished again around the cut is subscribed', async () => {
    const broker = await startBroker({ unsubscribe: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5, clientId: 'kept' });
    const first = new Inbox(connection, 'a');
    await within(first.subscription.ready, 2_000, 'SUBACK');
    void first.subscription.unsubscribe();
    // The server has carried it out; only its answer is lost.
    await broker.latest.received('unsubscribe');
    broker.latest.cut();
    const second = new Inbox(connection, 'a');
    await within(second.subscription.ready, 2_000, 'SUBACK on the next connection');
    expect(broker.latest.commands).toContain('subscribe');
  });

  test('with the session, a filter whose SUBACK was lost and that nobody wants any more is withdrawn', async () => {
    const broker = await startBroker({ subscribe: silent });
    const connection = await openConnection(broker.url, { protocolVersion: 5, clientId: 'kept' });
    const inbox = new Inbox(connection, 'a');
    // The server has carried it out; only its answer is lost.
    await broker.latest.received('subscribe');
    broker.latest.cut();
    await within(inbox.subscription.unsubscribe(), 2_000, 'unsubscribe()');
    const next = await broker.connection(1);
    expect(await next.received('unsubscribe')).toMatchObject([{ unsubscriptions: ['a'] }]);
  });

  test('a refusal reaches the observer', async () => {
    const broker = await startBroker();
    broker.sessionPresent = false;
    broker.on('subscribe', ({ messageId, subscriptions }, peer) => {
      const codes = subscriptions.map(({ topic }) => (broker.connections.length > 1 && topic === 'a' ? 0x87 : 0));
      peer.send({ cmd: 'suback', messageId, granted: codes });
    });
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const a = new Inbox(connection, 'a');
    const b = new Inbox(connection, 'b');
    await within(Promise.all([a.subscription.ready, b.subscription.ready]), 2_000, 'SUBACK');
    broker.latest.cut();
    expect(await a.failed()).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED', reasonCode: 0x87, filter: 'a' });
    broker.latest.send({ ...message, topic: 'b' });
    await b.received(1);
    expect(b.errors).toEqual([]);
  });
});

describe('consumer groups', () => {
  test('are asked for as $share, and their messages come to their observer', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const member = new Inbox(connection, 'jobs/+', { qos: 1, group: 'workers' });
    const spelled = new Inbox(connection, '$share/others/jobs/#', { qos: 1 });
    expect(member.subscription.filters).toEqual(['$share/workers/jobs/+']);
    await within(Promise.all([member.subscription.ready, spelled.subscription.ready]), 2_000, 'SUBACK');
    const packets = broker.latest.packets('subscribe');
    const identifierOf = (filter: string): number | undefined =>
      packets.find(({ subscriptions }) => subscriptions.some(({ topic }) => topic === filter))?.properties
        ?.subscriptionIdentifier;
    const send = (subscriptionIdentifier: number | undefined, payload: string): void => {
      broker.latest.send({ ...message, topic: 'jobs/1', payload, properties: { subscriptionIdentifier } });
    };
    send(identifierOf('$share/workers/jobs/+'), 'for workers');
    send(identifierOf('$share/others/jobs/#'), 'for others');
    await member.received(1);
    await spelled.received(1);
    await observeFor(20);
    expect([member.texts, spelled.texts]).toEqual([['for workers'], ['for others']]);
  });

  test.each([
    ['$share', {}],
    ['$share/', {}],
    ['$share/g', {}],
    ['$share/g/', {}],
    ['$share//a', {}],
    ['$share/g+/a', {}],
    ['$share/#/a', {}],
    ['$share/g/a/#/b', {}],
    ['a', { group: '' }],
    ['a', { group: 'g/h' }],
    ['a', { group: 'g+' }],
    ['a', { group: '#' }],
    ['a', { group: 'g\0' }],
    ['a', { group: 'g', noLocal: true }],
    ['$share/g/a', { noLocal: true }],
    ['$share/g/a', { group: 'h' }],
    ['', {}],
    ['a/#/b', {}],
    ['a/b#', {}],
    ['a+/b', {}],
    ['a\0', {}],
    ['\ud800', {}],
    ['a'.repeat(65_536), {}],
    [[], {}],
    [['good', ''], {}],
    [7, {}],
    ['a', { qos: 3 }],
    ['a', { qos: '1' }],
    ['a', { ack: 'never' }],
    ['a', { retainHandling: 1 }],
  ] as [unknown, object][])('and filters of a bad form are refused here (row %#)', async (filter, options) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    let error: unknown;
    try {
      connection.subscribe(filter as string, options, () => undefined);
    } catch (thrown) {
      error = thrown;
    }
    expect(['ERR_MQTT_INVALID_TOPIC', 'ERR_MQTT_INVALID_OPTIONS']).toContain((error as MqttError | undefined)?.code);
    const fine = new Inbox(connection, 'fine');
    await within(fine.subscription.ready, 2_000, 'SUBACK of another filter');
    expect(
      broker.latest.packets('subscribe').flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic)),
    ).toEqual(['fine']);
  });
});

describe('what the server does not offer', () => {
  test.each([
    ['wildcards', { wildcardSubscriptionAvailable: false }, 'a/+', {}],
    ['consumer groups', { sharedSubscriptionAvailable: false }, 'a', { group: 'g' }],
  ] as const)('%s: the subscription fails here, others do not', async (_, properties, filter, options) => {
    const broker = await startBroker();
    broker.connackProperties = properties;
    const connection = newConnection(broker.url, { protocolVersion: 5 });
    const early = new Inbox(connection, filter, options);
    const fine = new Inbox(connection, 'fine');
    await within(connection.open(), 2_000, 'open()');
    expect(await failure(early.subscription.ready)).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED' });
    expect(await early.failed()).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED' });
    await within(fine.subscription.ready, 2_000, 'SUBACK');
    const late = new Inbox(connection, filter, options);
    expect(await failure(late.subscription.ready)).toMatchObject({ code: 'ERR_MQTT_UNSUPPORTED' });
    expect(subscribed(broker)).toEqual(['fine']);
  });

  test('identifiers: none are sent, and messages find their observers by topic', async () => {
    const broker = await startBroker();
    broker.connackProperties = { subscriptionIdentifiersAvailable: false };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inboxes = ['a/#', 'a/b', 'c'].map((filter) => new Inbox(connection, filter));
    await within(Promise.all(inboxes.map(({ subscription }) => subscription.ready)), 2_000, 'SUBACK');
    expect(
      broker.latest.packets('subscribe').every(({ properties }) => properties?.subscriptionIdentifier === undefined),
    ).toBe(true);
    broker.latest.send({ ...message, topic: 'a/b' });
    await inboxes[0]?.received(1);
    await inboxes[1]?.received(1);
    expect(inboxes.map(({ messages }) => messages.length)).toEqual([1, 1, 0]);
  });

  test('QoS 2 publishes: subscriptions may ask for it all the same [MQTT-3.2.2-10]', async () => {
    const broker = await startBroker();
    broker.connackProperties = { maximumQoS: 1 };
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const inbox = new Inbox(connection, 'a', { qos: 2 });
    await within(inbox.subscription.ready, 2_000, 'SUBACK');
    expect(broker.latest.packets('subscribe')).toMatchObject([{ subscriptions: [{ qos: 2 }] }]);
  });
});

describe('topics that begin with $', () => {
  test.each(versions)('reach only filters that begin with it (MQTT version %s)', async (protocolVersion) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion });
    const everything = new Inbox(connection, '#');
    const plus = new Inbox(connection, '+/x');
    const system = new Inbox(connection, '$SYS/#');
    await within(
      Promise.all([everything, plus, system].map(({ subscription }) => subscription.ready)),
      2_000,
      'SUBACK',
    );
    broker.latest.send({ ...message, topic: '$SYS/x' });
    await system.received(1);
    await nextTurn();
    expect([everything.messages.length, plus.messages.length]).toEqual([0, 0]);
  });
});

/** What is subscribed on the latest connection, by what it has asked for so far. */
function subscribed(broker: ScriptedBroker): string[] {
  const filters = new Set<string>();
  for (const { packet } of broker.latest.log) {
    if (packet.cmd === 'subscribe') for (const { topic } of packet.subscriptions) filters.add(topic);
    if (packet.cmd === 'unsubscribe') for (const topic of packet.unsubscriptions) filters.delete(topic);
  }
  return [...filters];
}
