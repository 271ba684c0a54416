import fc from 'fast-check';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { Publication } from './publish-options.js';

/** Publishes what types would not let through. */
function publish({ connection }: TestConnection, topic: unknown, payload: unknown, options?: unknown): Publication {
  return connection.publish(topic as never, payload as never, options as never);
}

function connected(): TestConnection {
  const test = createTestConnection();
  void test.connection.open();
  test.wire.connack();
  return test;
}

function error({ outcome }: Publication): Error & { readonly field?: string } {
  if (outcome?.status !== 'failed') throw new Error('the message was accepted');
  return outcome.error;
}

const big = 'x'.repeat(65_536);

const BAD_TOPICS: readonly (readonly [name: string, topic: unknown])[] = [
  ['empty', ''],
  ['with +', 'a/+/b'],
  ['with #', 'a/#'],
  ['with + in a level', 'a+b'],
  ['with NUL', 'a\0b'],
  ['with a lone surrogate', 'a\ud800'],
  ['of 65,536 bytes', big],
  ['of 65,537 bytes in 32,769 characters', 'é'.repeat(32_768) + 'a'],
  ['undefined', undefined],
  ['null', null],
  ['a number', 7],
  ['an object', {}],
  ['a list', ['a']],
  ['bytes', new Uint8Array([97])],
];

const BAD_MESSAGES: readonly (readonly [field: string, payload: unknown, options: unknown])[] = [
  ...[
    undefined,
    null,
    7,
    true,
    {},
    [],
    [1, 2],
    new Date(0),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
    new Uint16Array(1),
    () => 'x',
    Symbol('x'),
    7n,
  ].map((payload) => ['payload', payload, {}] as const),
  ['payload', 'a\udc00b', {}],
  ...[3, -1, 0.5, '1', null, true, Number.NaN].map((qos) => ['qos', 'x', { qos }] as const),
  ...[0, 1, 'true', null].map((retain) => ['retain', 'x', { retain }] as const),
  ...['later', null, true].map((offline) => ['offline', 'x', { offline }] as const),
  ...['wait', null, 1].map((overflow) => ['overflow', 'x', { overflow }] as const),
  ...[-1, Number.NaN, Infinity, 2 ** 31, '10', null].map((timeout) => ['timeout', 'x', { timeout }] as const),
  ...[-1, 0.5, 2 ** 32, '10', null, Number.NaN, Infinity].map(
    (value) => ['properties.messageExpiryInterval', 'x', { properties: { messageExpiryInterval: value } }] as const,
  ),
  ...[2, -1, true, '1'].map(
    (value) => ['properties.payloadFormatIndicator', 'x', { properties: { payloadFormatIndicator: value } }] as const,
  ),
  ...[7, null, {}, 'a\0', '\ud800', big].map(
    (value) => ['properties.contentType', 'x', { properties: { contentType: value } }] as const,
  ),
  ...[7, '', 'a/#', '+', 'a\0', '\ud800', big].map(
    (value) => ['properties.responseTopic', 'x', { properties: { responseTopic: value } }] as const,
  ),
  ...['x', [1], new ArrayBuffer(1), new Uint8Array(65_536), 7].map(
    (value) => ['properties.correlationData', 'x', { properties: { correlationData: value } }] as const,
  ),
  ...[
    'x',
    {},
    [['a']],
    [['a', 'b', 'c']],
    ['ab'],
    [['a', 7]],
    [[null, 'b']],
    [['a', 'b\0']],
    [['\ud800', 'b']],
    [['a', big]],
    [[big, 'b']],
  ].map((value) => ['properties.userProperties', 'x', { properties: { userProperties: value } }] as const),
  ['properties.subscriptionIdentifiers', 'x', { properties: { subscriptionIdentifiers: [1] } }],
  ['properties.topicAlias', 'x', { properties: { topicAlias: 1 } }],
  ['properties', 'x', { properties: [] }],
  ['options', 'x', []],
  ['properties.__proto__', 'x', { properties: JSON.parse('{"__proto__": {"x": 1}}') as unknown }],
];

describe('a message that MQTT cannot carry', () => {
  it.each(BAD_TOPICS)('is refused for a topic that is %s', (_, topic) => {
    for (const test of [connected(), createTestConnection()]) {
      expect(error(publish(test, topic, 'x', { qos: 1 }))).toMatchObject({ name: 'InvalidTopicError', kind: 'name' });
      expect(test.wires.flatMap(({ sent }) => sent)).toEqual([]);
    }
  });

  it.each(BAD_MESSAGES.map(([field, payload, options], i) => [i, field, payload, options] as const))(
    '(%d) is refused for its %s, by name',
    (_, field, payload, options) => {
      for (const test of [connected(), createTestConnection()]) {
        expect(error(publish(test, 'a/b', payload, options))).toMatchObject({
          name: 'InvalidMessageError',
          field,
          topic: 'a/b',
        });
        expect(test.wires.flatMap(({ sent }) => sent)).toEqual([]);
      }
    },
  );

  it('harms nothing else: what was published around it arrives, now and after a reconnect', () => {
    const test = createTestConnection({ reconnect: { initialDelay: 1, jitter: 'none' } });
    const drops: string[] = [];
    test.connection.on('drop', ({ reason }) => drops.push(reason));
    const good = test.connection.publish('good/0', 'x', { qos: 1 });
    for (const [, topic] of BAD_TOPICS) publish(test, topic, 'x', { qos: 1 });
    for (const [, payload, options] of BAD_MESSAGES) publish(test, 'a', payload, options);
    test.connection.publish('good/1', 'x', { qos: 1 });
    void test.connection.open();
    for (const sessionPresent of [false, true]) {
      test.wire.connack({ sessionPresent });
      expect(test.wire.sent.map((packet) => packet.type === 'publish' && packet.topic)).toEqual(['good/0', 'good/1']);
      if (!sessionPresent) test.wire.cut();
      test.clock.advance(1);
    }
    test.wire.acknowledge(4, 1);
    expect(good.outcome?.status).toBe('acknowledged');
    expect(drops).toEqual(Array.from({ length: BAD_TOPICS.length + BAD_MESSAGES.length }, () => 'refused'));
  });

  it('shows neither payload nor property values in its error', () => {
    const test = createTestConnection();
    const bad = [
      publish(test, 'a', 'canary\ud800'),
      publish(test, 'a', { secret: 'canary' }),
      publish(test, 'a', 'canary', { qos: 3 }),
      publish(test, 'a', 'x', { properties: { contentType: 'canary\0' } }),
      publish(test, 'a', 'x', { properties: { userProperties: [['canary', 'canary\0']] } }),
      publish(test, 'a', 'x', { properties: { responseTopic: 'canary/#' } }),
    ];
    for (const each of bad) expect(error(each).message).not.toContain('canary');
  });
});

describe('publish() never throws', () => {
  it.each([
    ['options that are null', 'a', 'x', null],
    ['options that are text', 'a', 'x', 'qos'],
    ['options that are a number', 'a', 'x', 1],
    ['properties that are null', 'a', 'x', { properties: null }],
    ['properties that are a number', 'a', 'x', { properties: 7 }],
    ['properties that are a list', 'a', 'x', { properties: [] }],
    ['a signal that is none', 'a', 'x', { qos: 1, signal: {} }],
    ['a signal that is null', 'a', 'x', { qos: 1, signal: null }],
    ['a topic without a prototype', Object.create(null), 'x', {}],
    ['a topic that is a symbol', Symbol('x'), 'x', {}],
  ] as const)('not for %s, but refuses the message', (_, topic, payload, options) => {
    for (const test of [connected(), createTestConnection()]) {
      expect(error(publish(test, topic, payload, options)).name).toMatch(/^Invalid(Message|Topic)Error$/);
      expect(test.wires.flatMap(({ sent }) => sent)).toEqual([]);
    }
  });

  it('not for anything at all, and settles what it refuses', () => {
    const anything = fc.anything({
      maxDepth: 2,
      withNullPrototype: true,
      withBigInt: true,
      withTypedArray: true,
      withDate: true,
    });
    const options = fc.dictionary(
      fc.constantFrom('qos', 'retain', 'properties', 'offline', 'overflow', 'timeout', 'signal'),
      anything,
    );
    const test = createTestConnection({ publish: { capacity: 1_000_000 } });
    fc.assert(
      fc.property(
        fc.oneof(fc.constant('a'), anything),
        fc.oneof(fc.constant('x'), anything),
        fc.oneof(options, anything),
        (topic, payload, given) => {
          const { outcome } = publish(test, topic, payload, given);
          if (outcome?.status === 'failed')
            expect(['InvalidTopicError', 'InvalidMessageError']).toContain(outcome.error.name);
        },
      ),
      { numRuns: 1_000, seed: 7 },
    );
  });
});

describe('what is accepted', () => {
  it.each([
    ['a topic of 65,535 bytes', 'a'.repeat(65_535), 'x', {}],
    ['a topic that begins with $', '$SYS/x', 'x', {}],
    ['a topic of empty levels', '//', 'x', {}],
    ['an empty payload', 'a', '', {}],
    ['a Buffer', 'a', Buffer.from('x'), {}],
    [
      'the largest values',
      'a',
      'x',
      {
        properties: {
          messageExpiryInterval: 0xffff_ffff,
          contentType: 'x'.repeat(65_535),
          correlationData: new Uint8Array(65_535),
        },
      },
    ],
    [
      'the smallest values',
      'a',
      'x',
      {
        timeout: 0,
        properties: {
          messageExpiryInterval: 1,
          contentType: '',
          correlationData: new Uint8Array(0),
          userProperties: [],
          payloadFormatIndicator: 0,
        },
      },
    ],
    [
      'user properties that repeat',
      'a',
      'x',
      {
        properties: {
          userProperties: [
            ['a', 'b'],
            ['a', 'b'],
            ['', ''],
          ],
        },
      },
    ],
    [
      'options that are undefined',
      'a',
      'x',
      {
        qos: undefined,
        retain: undefined,
        properties: undefined,
        signal: undefined,
        timeout: undefined,
        offline: undefined,
        overflow: undefined,
      },
    ],
  ] as const)('is %s', (_, topic, payload, options) => {
    const test = createTestConnection();
    expect(publish(test, topic, payload, options).outcome).toBeUndefined();
  });

  it('is sent without the properties that are undefined', () => {
    const test = connected();
    publish(test, 'a', 'x', { properties: { contentType: undefined, payloadFormatIndicator: 1 } });
    expect(test.wire.sent).toEqual([expect.objectContaining({ properties: { payloadFormatIndicator: 1 } })]);
    expect(Object.keys((test.wire.sent[0] as { properties: object }).properties)).toEqual(['payloadFormatIndicator']);
  });

  it('is the same for a topic that was seen before, and thousands of others since', () => {
    const test = connected();
    for (let i = 0; i < 5_000; i++) test.connection.publish(`é/${i}`, 'x');
    test.connection.publish('é/0', 'x');
    expect(test.wire.sent).toHaveLength(5_001);
    expect(error(test.connection.publish('+', 'x'))).toBeDefined();
    expect(error(test.connection.publish('+', 'x'))).toBeDefined();
  });
});

describe('what the caller changes afterwards', () => {
  const view = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, 1, 2);
  const sources = [
    ['a Uint8Array', () => new Uint8Array([1, 2, 3])],
    ['a Buffer', () => Buffer.from([1, 2, 3])],
    ['a view', () => view(new Uint8Array([1, 2, 3]))],
    ['16 KiB', () => new Uint8Array(16_384).fill(1)],
  ] as const;

  it.each(sources)('in %s does not change a message that waits', (_, make) => {
    for (const qos of [0, 1, 2] as const) {
      const test = createTestConnection();
      const payload = make();
      const before = [...payload];
      test.connection.publish('a', payload, { qos });
      payload.fill(9);
      void test.connection.open();
      test.wire.connack();
      expect([...(test.wire.sent[0] as { payload: Uint8Array }).payload]).toEqual(before);
    }
  });

  it.each(sources)('in %s does not change a message in flight, when it is sent again', (_, make) => {
    const test = createTestConnection({ reconnect: { initialDelay: 1, jitter: 'none' } });
    void test.connection.open();
    test.wire.connack();
    const payload = make();
    const before = [...payload];
    test.connection.publish('a', payload, { qos: 1 });
    payload.fill(9);
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    expect([...(test.wire.sent[0] as { payload: Uint8Array }).payload]).toEqual(before);
  });

  it('in a large payload of QoS 0 does not change what the socket still has to write', () => {
    const test = connected();
    const payload = new Uint8Array(100_000).fill(1);
    test.connection.publish('a', payload);
    payload.fill(9);
    expect((test.wire.sent[0] as { payload: Uint8Array }).payload[50_000]).toBe(1);
  });

  it('in properties changes nothing', () => {
    const test = createTestConnection();
    const correlationData = new Uint8Array([1, 2]);
    const userProperties: [string, string][] = [['a', 'b']];
    const properties: Record<string, unknown> = { correlationData, userProperties, contentType: 'text/plain' };
    test.connection.publish('a', 'x', { properties });
    correlationData.fill(9);
    userProperties[0]![1] = 'changed';
    userProperties.push(['c', 'd']);
    properties['contentType'] = 'changed';
    properties['topicAlias'] = 7;
    void test.connection.open();
    test.wire.connack();
    expect(test.wire.sent).toEqual([
      expect.objectContaining({
        properties: {
          correlationData: new Uint8Array([1, 2]),
          userProperties: [['a', 'b']],
          contentType: 'text/plain',
        },
      }),
    ]);
  });
});

describe('the error of a refused message', () => {
  it.each([
    [{ qos: 3 }, 'qos must be one of 0, 1, 2'],
    [{ retain: 1 }, 'retain must be true or false'],
    [{ offline: 'later' }, 'offline must be one of "queue", "drop", "error"'],
    [{ overflow: 'wait' }, 'overflow must be one of "error", "dropNewest", "dropOldest", "latest", "block"'],
    [{ timeout: -1 }, 'timeout must be a number of milliseconds'],
    [
      { properties: { contenttype: 'x' } },
      'properties.contenttype is not a property of a published message; did you mean contentType?',
    ],
  ])('for %j says what would be right', (options, words) => {
    expect(error(publish(createTestConnection(), 'a/b', 'x', options)).message).toBe(
      `the message for "a/b" was refused: ${words}`,
    );
  });
});
