import type { Connection, MqttError, Payload, PublishOptions } from '../src/index.js';
import { leavesNothingBehind } from './support/globals.js';
import { failure, newConnection, openConnection } from './support/open.js';
import { startBroker } from './support/scripted-broker.js';
import { within } from './support/within.js';

leavesNothingBehind();

type Call = readonly [what: string, topic: unknown, payload: unknown, options: unknown, field?: string | undefined];

const properties = (value: unknown): unknown => ({ qos: 1, properties: value });

const badTopics: Call[] = [
  ['an empty topic', '', 'x', {}],
  ['a topic with #', 'a/#', 'x', {}],
  ['a topic with +', 'a/+/b', 'x', {}],
  ['a topic with + inside a level', 'a+b', 'x', {}],
  ['a topic with NUL', 'a\0b', 'x', {}],
  ['a topic with a lone high surrogate', 'a\ud83d', 'x', {}],
  ['a topic with a lone low surrogate', '\ude00a', 'x', {}],
  ['a topic of 65,536 bytes', 'a'.repeat(65_536), 'x', {}],
  ['a topic of 21,846 three-byte characters', '€'.repeat(21_846), 'x', {}],
  ['a topic that is a number', 5, 'x', {}],
  ['a topic that is undefined', undefined, 'x', {}],
  ['a topic that is null', null, 'x', {}],
  ['a topic that is an object', { toString: () => 'a' }, 'x', {}],
  ['a topic that is bytes', Buffer.from('a'), 'x', {}],
];

const badMessages: Call[] = [
  ['a payload that is an object', 'a', { temperature: 5 }, {}, 'payload'],
  ['a payload that is an array', 'a', [1, 2], {}, 'payload'],
  ['a payload that is a number', 'a', 5, {}, 'payload'],
  ['a payload that is a boolean', 'a', true, {}, 'payload'],
  ['a payload that is null', 'a', null, {}, 'payload'],
  ['a payload that is undefined', 'a', undefined, {}, 'payload'],
  ['a payload that is an ArrayBuffer', 'a', new ArrayBuffer(2), {}, 'payload'],
  ['a payload that is a DataView', 'a', new DataView(new ArrayBuffer(2)), {}, 'payload'],
  ['a payload that is a Float64Array', 'a', new Float64Array(2), {}, 'payload'],
  ['QoS 3', 'a', 'x', { qos: 3 }, 'qos'],
  ['QoS -1', 'a', 'x', { qos: -1 }, 'qos'],
  ['QoS 0.5', 'a', 'x', { qos: 0.5 }, 'qos'],
  ['QoS NaN', 'a', 'x', { qos: NaN }, 'qos'],
  ['QoS "1"', 'a', 'x', { qos: '1' }, 'qos'],
  ['QoS null', 'a', 'x', { qos: null }, 'qos'],
  ['retain "yes"', 'a', 'x', { retain: 'yes' }, 'retain'],
  ['retain 1', 'a', 'x', { retain: 1 }, 'retain'],
  ['expiry -1', 'a', 'x', properties({ messageExpiryInterval: -1 }), 'properties.messageExpiryInterval'],
  ['expiry 2^32', 'a', 'x', properties({ messageExpiryInterval: 2 ** 32 }), 'properties.messageExpiryInterval'],
  ['expiry 1.5', 'a', 'x', properties({ messageExpiryInterval: 1.5 }), 'properties.messageExpiryInterval'],
  ['expiry NaN', 'a', 'x', properties({ messageExpiryInterval: NaN }), 'properties.messageExpiryInterval'],
  ['expiry "10"', 'a', 'x', properties({ messageExpiryInterval: '10' }), 'properties.messageExpiryInterval'],
  ['payload format 2', 'a', 'x', properties({ payloadFormatIndicator: 2 }), 'properties.payloadFormatIndicator'],
  ['payload format true', 'a', 'x', properties({ payloadFormatIndicator: true }), 'properties.payloadFormatIndicator'],
  ['a response topic that is a number', 'a', 'x', properties({ responseTopic: 7 }), 'properties.responseTopic'],
  ['a response topic with #', 'a', 'x', properties({ responseTopic: 'a/#' }), 'properties.responseTopic'],
  ['a response topic with +', 'a', 'x', properties({ responseTopic: '+' }), 'properties.responseTopic'],
  ['an empty response topic', 'a', 'x', properties({ responseTopic: '' }), 'properties.responseTopic'],
  ['a response topic with NUL', 'a', 'x', properties({ responseTopic: 'a\0' }), 'properties.responseTopic'],
  ['correlation data that is text', 'a', 'x', properties({ correlationData: 'id' }), 'properties.correlationData'],
  [
    'correlation data of 65,536 bytes',
    'a',
    'x',
    properties({ correlationData: Buffer.alloc(65_536) }),
    'properties.correlationData',
  ],
  ['a content type that is a number', 'a', 'x', properties({ contentType: 5 }), 'properties.contentType'],
  ['a content type with NUL', 'a', 'x', properties({ contentType: 'a\0' }), 'properties.contentType'],
  [
    'a content type of 65,536 bytes',
    'a',
    'x',
    properties({ contentType: 'x'.repeat(65_536) }),
    'properties.contentType',
  ],
  [
    'a user property of 65,536 bytes',
    'a',
    'x',
    properties({ userProperties: [['k', 'x'.repeat(65_536)]] }),
    'properties.userProperties',
  ],
  [
    'a user property named with 65,536 bytes',
    'a',
    'x',
    properties({ userProperties: [['x'.repeat(65_536), '']] }),
    'properties.userProperties',
  ],
  [
    'a user property that is a number',
    'a',
    'x',
    properties({ userProperties: [['k', 5]] }),
    'properties.userProperties',
  ],
  [
    'a user property with a lone surrogate',
    'a',
    'x',
    properties({ userProperties: [['k', '\ud800']] }),
    'properties.userProperties',
  ],
  ['a user property without a value', 'a', 'x', properties({ userProperties: [['k']] }), 'properties.userProperties'],
  ['user properties as an object', 'a', 'x', properties({ userProperties: { k: 'v' } }), 'properties.userProperties'],
  ['user properties as text', 'a', 'x', properties({ userProperties: 'kv' }), 'properties.userProperties'],
  [
    'subscription identifiers',
    'a',
    'x',
    properties({ subscriptionIdentifiers: [1] }),
    'properties.subscriptionIdentifiers',
  ],
];

const all = [...badTopics, ...badMessages];

describe('a publish with bad arguments is refused, and harms nobody', () => {
  test.each(all.map(([what, ...call]) => ({ what, call })))(
    '$what',
    async ({ call: [topic, payload, options, field] }) => {
      const broker = await startBroker();
      const connection = newConnection(broker.url, { protocolVersion: 5 });
      const offline = publish(connection, topic, payload, options);
      expectRefusal(await failure(offline, 1_000), field);

      await within(connection.open(), 2_000, 'open()');
      const before = connection.publish('good', '1', { qos: 2 });
      const online = publish(connection, topic, payload, options);
      const after = connection.publish('good', '2', { qos: 1 });
      expectRefusal(await failure(online, 1_000), field);
      await within(Promise.all([before, after]), 2_000, 'its neighbours');
      expect(broker.latest.packets('publish').map((packet) => packet.topic)).toEqual(['good', 'good']);
      expect(broker.connections).toHaveLength(1);
    },
  );
});

test('all of them at once, in the midst of good ones, leave nothing behind for the next connection', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { protocolVersion: 5 });
  broker.on('publish', () => undefined);
  const good = all.map(([what, topic, payload, options]) => {
    void failure(publish(connection, topic, payload, options));
    return connection.publish('good', what, { qos: 1 });
  });
  await broker.latest.received('publish', Math.min(64, good.length));
  broker.reset('publish');
  broker.latest.cut();
  await within(Promise.all(good), 2_000, 'the good ones');
  const sent = broker.connections.flatMap((peer) => peer.packets('publish'));
  expect(new Set(sent.map(({ topic }) => topic))).toEqual(new Set(['good']));
});

test('the largest allowed are sent', async () => {
  const broker = await startBroker();
  const connection = await openConnection(broker.url, { protocolVersion: 5 });
  const longest = 'x'.repeat(65_535);
  const options: PublishOptions = {
    qos: 1,
    properties: {
      messageExpiryInterval: 2 ** 32 - 1,
      contentType: longest,
      correlationData: Buffer.alloc(65_535, 1),
      userProperties: [[longest, longest]],
    },
  };
  await within(connection.publish(longest, '', options), 2_000, 'the publish');
  expect(broker.latest.packets('publish')).toMatchObject([
    {
      topic: longest,
      properties: {
        messageExpiryInterval: 2 ** 32 - 1,
        contentType: longest,
        correlationData: Buffer.alloc(65_535, 1),
      },
    },
  ]);
});

function publish(connection: Connection, topic: unknown, payload: unknown, options: unknown): PromiseLike<unknown> {
  return connection.publish(topic as string, payload as Payload, options as PublishOptions);
}

function expectRefusal(error: unknown, field: string | undefined): void {
  const { code, retryable } = error as MqttError;
  if (field === undefined) expect(['ERR_MQTT_INVALID_TOPIC', 'ERR_MQTT_INVALID_MESSAGE']).toContain(code);
  else {
    expect(code).toBe('ERR_MQTT_INVALID_MESSAGE');
    expect((error as { field?: string }).field).toContain(field);
  }
  expect(retryable).toBe(false);
}
