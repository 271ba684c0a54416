import { publishOnce, subscribeOnce, type OneShotMessage, type SubscribeOnceOptions } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { startMosquitto, type Mosquitto } from './support/mosquitto.js';
import { failure } from './support/open.js';
import { silent } from './support/replies.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('publishOnce', () => {
  test('sends one message, waits for its acknowledgement and says goodbye', async () => {
    const broker = await startBroker();
    const results = await publishOnce(broker.url, {
      topic: 'a',
      payload: 'x',
      qos: 1,
      retain: true,
      properties: { contentType: 'text/plain' },
    });
    expect(results).toMatchObject([{ topic: 'a', qos: 1, reasonCode: 0 }]);
    expect(broker.latest.commands).toEqual(['publish', 'disconnect']);
    expect(broker.latest.packets('publish')).toMatchObject([
      { topic: 'a', retain: true, properties: { contentType: 'text/plain' } },
    ]);
    expect(broker.latest.connect).toMatchObject({ clean: true });
    expect(broker.latest.connect.properties?.sessionExpiryInterval ?? 0).toBe(0);
  });

  test('sends many, of all qualities of service, and more than the outbox holds', async () => {
    const broker = await startBroker();
    const messages = Array.from(
      { length: 3_000 },
      (_, index): OneShotMessage => ({
        topic: `t/${String(index)}`,
        payload: String(index),
        qos: (index % 3) as 0 | 1 | 2,
      }),
    );
    const results = await publishOnce(broker.url, messages, { publish: { capacity: 1_000, window: 10 } });
    expect(results.map(({ topic }) => topic)).toEqual(messages.map(({ topic }) => topic));
    expect(broker.latest.packets('publish')).toHaveLength(3_000);
  });

  test.each<[string, () => Promise<unknown>, object]>([
    ['nothing to publish', () => publishOnce('mqtt://127.0.0.1:1', []), { code: 'ERR_MQTT_INVALID_OPTIONS' }],
    [
      'something that is no message',
      () => publishOnce('mqtt://127.0.0.1:1', 'a' as unknown as OneShotMessage),
      { code: 'ERR_MQTT_INVALID_OPTIONS' },
    ],
    [
      'a bad timeout',
      () => publishOnce('mqtt://127.0.0.1:1', { topic: 'a' }, { timeout: -1 }),
      { code: 'ERR_MQTT_INVALID_OPTIONS' },
    ],
    [
      'a timeout that is text',
      () => publishOnce('mqtt://127.0.0.1:1', { topic: 'a' }, { timeout: '100' as unknown as number }),
      { code: 'ERR_MQTT_INVALID_OPTIONS' },
    ],
    [
      'a signal that is none',
      () => publishOnce('mqtt://127.0.0.1:1', { topic: 'a' }, { signal: {} as AbortSignal }),
      { code: 'ERR_MQTT_INVALID_OPTIONS' },
    ],
    [
      'options that are none',
      () => publishOnce('mqtt://127.0.0.1:1', { topic: 'a' }, null as never),
      { code: 'ERR_MQTT_INVALID_OPTIONS' },
    ],
    [
      'a bad message among good ones, before connecting',
      () => publishOnce('mqtt://127.0.0.1:1', [{ topic: 'a' }, { topic: 'b/#' }]),
      { code: 'ERR_MQTT_INVALID_TOPIC' },
    ],
    [
      'a bad filter, before connecting',
      () => subscribeOnce('mqtt://127.0.0.1:1', ['a', 'b/#/c']),
      { code: 'ERR_MQTT_INVALID_TOPIC' },
    ],
    [
      'a filter that is none',
      () => subscribeOnce('mqtt://127.0.0.1:1', null as never),
      { code: 'ERR_MQTT_INVALID_TOPIC' },
    ],
    [
      'a bad qos, before connecting',
      () => subscribeOnce('mqtt://127.0.0.1:1', 'a', { qos: 3 as never }),
      { code: 'ERR_MQTT_INVALID_OPTIONS' },
    ],
    ['nobody there', () => publishOnce('mqtt://127.0.0.1:1', { topic: 'a' }), { code: 'ERR_MQTT_NETWORK' }],
    [
      'a signal that is aborted',
      () => publishOnce('mqtt://127.0.0.1:1', { topic: 'a' }, { signal: AbortSignal.abort('no') }),
      { code: 'ERR_MQTT_ABORTED', cause: 'no' },
    ],
  ])('fails with a typed error: %s', async (_, run, error) => {
    expect(await failure(run())).toMatchObject(error);
  });

  test('fails with a typed error: refused connection, refused message, invalid topic', async () => {
    const broker = await startBroker({
      publish({ messageId }, connection) {
        connection.send({ cmd: 'puback', messageId, reasonCode: 0x87 });
      },
    });
    expect(await failure(publishOnce(broker.url, { topic: 'a', qos: 1 }))).toMatchObject({
      code: 'ERR_MQTT_PUBLISH_REFUSED',
      reasonCode: 0x87,
    });
    expect(await failure(publishOnce(broker.url, [{ topic: 'a/#' }, { topic: 'b', qos: 1 }]))).toMatchObject({
      code: 'ERR_MQTT_INVALID_TOPIC',
    });
    broker.on('connect', (_, connection) => {
      connection.send({ cmd: 'connack', reasonCode: 0x86, sessionPresent: false });
    });
    expect(await failure(publishOnce(broker.url, { topic: 'a' }))).toMatchObject({
      code: 'ERR_MQTT_CONNECTION_REFUSED',
      reasonCode: 0x86,
    });
  });

  test('ends at its bound, or when it is aborted, and closes the connection', async () => {
    const broker = await startBroker({ publish: silent });
    expect(await failure(publishOnce(broker.url, { topic: 'a', qos: 1 }, { timeout: 100 }))).toMatchObject({
      code: 'ERR_MQTT_TIMEOUT',
      mayStillArrive: true,
    });
    const controller = new AbortController();
    const publishing = publishOnce(broker.url, { topic: 'a', qos: 1 }, { signal: controller.signal });
    await broker.connection(1);
    await broker.until(() => broker.latest.packets('publish').length > 0, 'PUBLISH');
    controller.abort(new Error('enough'));
    expect(await failure(publishing)).toMatchObject({ code: 'ERR_MQTT_ABORTED', cause: { message: 'enough' } });
    await broker.until(() => broker.connections.every(({ closed }) => closed), 'both connections are closed');
  });
});

describe('subscribeOnce', () => {
  const retained = { cmd: 'publish', qos: 0, dup: false, retain: true } as const;

  async function brokerWith(
    ...messages: { readonly topic: string; readonly payload: string; readonly retain: boolean }[]
  ): Promise<string> {
    const broker = await startBroker({
      subscribe({ messageId, subscriptions }, connection) {
        connection.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => qos) });
        for (const message of messages) connection.send({ ...retained, ...message });
      },
    });
    return broker.url;
  }

  const three = [
    { topic: 'a', payload: 'kept', retain: true },
    { topic: 'b', payload: 'new', retain: false },
    { topic: 'c', payload: 'newer', retain: false },
  ];

  test.each<[SubscribeOnceOptions, string[]]>([
    [{}, ['kept']],
    [{ count: 3 }, ['kept', 'new', 'newer']],
    [{ count: 2 }, ['kept', 'new']],
    [{ retained: false }, ['new']],
    [{ retained: false, protocolVersion: 4 }, ['new']],
    [{ retained: 'only' }, ['kept']],
  ])('with %j gives %j', async (options, expected) => {
    const messages = await subscribeOnce(await brokerWith(...three), '#', options);
    expect(messages.map(({ payload }) => text(payload))).toEqual(expected);
  });

  test('ends at its bound', async () => {
    const url = await brokerWith(three[0]!);
    expect(await failure(subscribeOnce(url, ['a', 'b'], { count: 2, timeout: 100 }))).toMatchObject({
      code: 'ERR_MQTT_TIMEOUT',
      message: expect.stringContaining('2 messages'),
    });
  });

  test('fails with a typed error', async () => {
    const broker = await startBroker({
      subscribe({ messageId }, connection) {
        connection.send({ cmd: 'suback', messageId, granted: [0x87] });
      },
    });
    expect(await failure(subscribeOnce(broker.url, 'a'))).toMatchObject({
      code: 'ERR_MQTT_SUBSCRIBE_REFUSED',
      reasonCode: 0x87,
    });
    expect(await failure(subscribeOnce(broker.url, 'a/#/b'))).toMatchObject({ code: 'ERR_MQTT_INVALID_TOPIC' });
    expect(await failure(subscribeOnce(broker.url, 'a', { count: 0 }))).toMatchObject({
      code: 'ERR_MQTT_INVALID_OPTIONS',
    });
    expect(await failure(subscribeOnce(broker.url, 'a', { retained: 'maybe' as 'only' }))).toMatchObject({
      code: 'ERR_MQTT_INVALID_OPTIONS',
    });
    broker.on('subscribe', (_, connection) => {
      connection.destroy();
    });
    expect(await failure(subscribeOnce(broker.url, 'a'))).toMatchObject({ code: 'ERR_MQTT_NETWORK' });
  });
});

describe('both, with mosquitto', () => {
  let mosquitto: Mosquitto;

  beforeAll(async () => {
    mosquitto = await startMosquitto();
  });

  afterAll(() => mosquitto.remove());

  test('hand a retained message on, and clear it', async () => {
    await publishOnce(mosquitto.url, { topic: 'one/shot', payload: 'x', qos: 2, retain: true });
    const [message] = await within(
      subscribeOnce(mosquitto.url, 'one/+', { qos: 1, retained: 'only' }),
      4_000,
      'the retained message',
    );
    expect(message).toMatchObject({ topic: 'one/shot', retain: true, qos: 1 });
    await publishOnce(mosquitto.url, { topic: 'one/shot', retain: true });
    expect(await failure(subscribeOnce(mosquitto.url, 'one/+', { timeout: 200 }))).toMatchObject({
      code: 'ERR_MQTT_TIMEOUT',
    });
  });
});
