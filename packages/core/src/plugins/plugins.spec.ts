import { PluginError } from '../errors/callback-errors.js';
import type { MqttMessage } from '../message/mqtt-message.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type SentPacket, type TestConnection } from '../testing/index.js';
import type { Plugin, PluginHooks } from './plugin.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function plugin(name: string, hooks: PluginHooks, onError?: 'bypass' | 'refuse'): Plugin {
  return { name, setup: () => hooks, ...(onError === undefined ? {} : { onError }) };
}

/** JavaScript, where an async function is as good as another. */
const rejects = (): undefined => Promise.reject(new Error('broken')) as unknown as undefined;

/** Puts its name around payloads, and takes it off again. */
function wrapper(name: string): Plugin {
  return plugin(name, {
    messageOut: ({ payload }) => ({ payload: `${name}(${text(payload)})` }),
    messageIn: ({ payload }) => ({ payload: text(payload).slice(name.length + 1, -1) }),
  });
}

interface Opened extends TestConnection {
  readonly warnings: unknown[];
  readonly published: () => Extract<SentPacket, { type: 'publish' }>[];
}

function opened(plugins: readonly Plugin[], options: ConnectionOptions = {}): Opened {
  const test = createTestConnection({ clientId: 'c', plugins, ...options });
  const warnings: unknown[] = [];
  test.connection.on('warning', ({ error }) => warnings.push(error));
  void test.connection.open();
  test.wire.connack();
  test.clock.advance();
  return {
    ...test,
    get wire() {
      return test.wire;
    },
    warnings,
    published: () => test.wire.sent.filter((packet) => packet.type === 'publish'),
  };
}

function received(
  test: TestConnection,
  ...messages: Parameters<TestConnection['wire']['message']>[0][]
): MqttMessage[] {
  const got: MqttMessage[] = [];
  test.connection.subscribe('#', { qos: 2 }, (message) => void got.push(message));
  test.clock.advance();
  for (const message of messages) test.wire.message(message);
  return got;
}

describe('messages on their way through plugins', () => {
  it('go through them in order, and come through them in the reverse order', () => {
    const test = opened([wrapper('a'), wrapper('b')]);
    test.connection.publish('t', 'x', { qos: 1 });
    expect(test.published()).toMatchObject([{ payload: 'b(a(x))' }]);
    expect(
      received(test, { topic: 't', payload: 'b(a(x))', qos: 1, packetId: 1 }).map(({ payload }) => text(payload)),
    ).toEqual(['x']);
    expect(test.wire.sent).toContainEqual({ type: 'ack', ack: 4, packetId: 1, reasonCode: 0 });
  });

  it('may get another topic and other properties, of which order, repeats and odd names are kept', () => {
    const userProperties = [['a', '1'], ['__proto__', 'x'], ['a', '2'], ['constructor', 'y']] as const; // prettier-ignore
    const seen: unknown[] = [];
    const test = opened([
      plugin('p', {
        messageOut: ({ topic, properties }) => (
          seen.push(properties),
          { topic: `${topic}/z`, properties: { userProperties } }
        ),
        messageIn: ({ topic, properties }) => ({
          topic: topic.toUpperCase(),
          properties: { ...properties, contentType: 'text/x' },
        }),
      }),
    ]);
    test.connection.publish('t', 'x');
    expect(seen).toEqual([{}]);
    expect(test.published()).toMatchObject([{ topic: 't/z', properties: { userProperties } }]);
    const [message] = received(test, {
      topic: 'in',
      payload: 'x',
      properties: { userProperties },
      subscriptionIds: [1],
    });
    expect(message).toMatchObject({ topic: 'IN', properties: { userProperties, contentType: 'text/x' } });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('are checked before plugins see them, and again behind each', () => {
    const seen: string[] = [];
    const test = opened([
      plugin('bad', { messageOut: ({ topic }) => (seen.push(topic), { topic: 'a/#' }) }),
      plugin('good', { messageOut: ({ topic, payload }) => (seen.push(topic), { payload: `${text(payload)}!` }) }),
    ]);
    expect(test.connection.publish('x/+', 'x').outcome).toMatchObject({
      status: 'failed',
      error: { code: 'ERR_MQTT_INVALID_TOPIC' },
    });
    expect(seen).toEqual([]);
    test.connection.publish('t', 'x');
    expect(seen).toEqual(['t', 't']);
    expect(test.published()).toMatchObject([{ topic: 't', payload: 'x!' }]);
    expect(test.warnings).toMatchObject([
      { name: 'PluginError', plugin: 'bad', hook: 'messageOut', code: 'ERR_MQTT_PLUGIN' },
    ]);
  });

  it('are held to the size that the plugins have made of them', () => {
    const grow = plugin('grow', { messageOut: () => ({ payload: 'x'.repeat(200) }) });
    const shrink = plugin('shrink', { messageOut: () => ({ payload: 'x' }) });
    for (const [plugins, payload, status] of [
      [[grow], 'x', 'failed'],
      [[shrink], 'x'.repeat(200), 'acknowledged'],
    ] as const) {
      const test = createTestConnection({ plugins });
      void test.connection.open();
      test.wire.connack({ properties: { maximumPacketSize: 100 } });
      expect(test.connection.publish('t', payload).outcome).toMatchObject({ status });
    }
  });

  it('stay what they are when a plugin returns nothing', () => {
    const test = opened([plugin('p', { messageOut: () => undefined, messageIn: () => undefined })]);
    test.connection.publish('t', 'x', { retain: true });
    expect(test.published()).toMatchObject([{ topic: 't', payload: 'x', retain: true, properties: undefined }]);
    expect(received(test, { topic: 't', payload: 'x', retain: true })).toMatchObject([{ topic: 't', retain: true }]);
  });

  it.each<[string, PluginHooks['messageOut']]>([
    ['throws', () => { throw new Error('broken'); }], // prettier-ignore
    ['returns a promise', (async () => ({ payload: 'later' })) as unknown as PluginHooks['messageOut']],
    ['returns a promise that rejects', (() => Promise.reject(new Error('no'))) as unknown as PluginHooks['messageOut']],
    ['returns a number', (() => 7) as unknown as PluginHooks['messageOut']],
    ['returns a payload that is none', () => ({ payload: 7 as unknown as string })],
    ['returns properties that are none', () => ({ properties: { contentType: 7 as unknown as string } })],
  ])('go on unchanged when a plugin %s, and that is told', async (_, messageOut) => {
    const test = opened([
      plugin('p', { messageOut: messageOut!, messageIn: messageOut as PluginHooks['messageIn'] & object }),
      wrapper('w'),
    ]);
    test.connection.publish('t', 'x');
    expect(test.published()).toMatchObject([{ payload: 'w(x)' }]);
    expect(received(test, { topic: 't', payload: 'w(x)' }).map(({ payload }) => text(payload))).toEqual(['x']);
    expect(test.warnings).toMatchObject([
      { hook: 'messageOut', plugin: 'p' },
      { hook: 'messageIn', plugin: 'p' },
    ]);
    await Promise.resolve();
  });

  it('do not go out, and are not delivered, when a plugin that refuses fails', () => {
    const broken = (): never => {
      throw new Error('no key');
    };
    const test = opened([plugin('cipher', { messageOut: broken, messageIn: broken }, 'refuse')]);
    const drops: unknown[] = [];
    test.connection.on('drop', (event) => drops.push(event));
    expect(test.connection.publish('t', 'x', { qos: 1 }).outcome).toMatchObject({
      status: 'failed',
      error: { name: 'PluginError', plugin: 'cipher' },
    });
    expect(test.published()).toEqual([]);
    const got = received(
      test,
      { topic: 't', qos: 1, packetId: 1 },
      { topic: 't', qos: 2, packetId: 2 },
      { topic: 't' },
    );
    expect(got).toEqual([]);
    expect(test.wire.sent).toContainEqual({ type: 'ack', ack: 4, packetId: 1, reasonCode: 0x83 });
    expect(test.wire.sent).toContainEqual({ type: 'ack', ack: 5, packetId: 2, reasonCode: 0x83 });
    expect(drops).toMatchObject([
      { direction: 'out', reason: 'refused', error: { name: 'PluginError' } },
      ...[1, 2, 0].map((qos) => ({ direction: 'in', reason: 'refused', qos, error: { name: 'PluginError' } })),
    ]);
  });

  it('that are refused on MQTT 3.x are acknowledged', () => {
    const test = opened([plugin('cipher', { messageIn: () => ({ topic: '#' }) }, 'refuse')], { protocolVersion: 4 });
    expect(received(test, { topic: 't', qos: 1, packetId: 1 })).toEqual([]);
    expect(test.wire.sent).toContainEqual({ type: 'ack', ack: 4, packetId: 1, reasonCode: 0 });
  });
});

describe('plugins around a delivery', () => {
  it('run in the reverse order, with the observers inside', () => {
    const calls: string[] = [];
    const around = (name: string): Plugin =>
      plugin(name, {
        deliver(_, next) {
          calls.push(`${name}>`);
          next();
          calls.push(`<${name}`);
        },
      });
    const test = opened([around('a'), around('b')]);
    test.connection.subscribe('t', {}, () => void calls.push('observer'));
    test.clock.advance();
    test.wire.message({ topic: 't' });
    expect(calls).toEqual(['b>', 'a>', 'observer', '<a', '<b']);
  });

  it.each<[string, PluginHooks['deliver']]>([
    ['never goes on', () => {}],
    ['goes on twice', (_, next) => (next(), next())],
    ['throws first', () => { throw new Error('broken'); }], // prettier-ignore
    ['throws afterwards', (_, next) => { next(); throw new Error('broken'); }], // prettier-ignore
  ])('deliver once, even when one %s', (_, deliver) => {
    const test = opened([plugin('p', { deliver: deliver! })]);
    expect(received(test, { topic: 't', qos: 1, packetId: 1 })).toHaveLength(1);
    expect(test.wire.sent).toContainEqual({ type: 'ack', ack: 4, packetId: 1, reasonCode: 0 });
  });
});

describe('plugins and attempts', () => {
  it('change what CONNECT says, one after the other and without waiting where none asks to', () => {
    const seen: unknown[] = [];
    const test = createTestConnection({
      clientId: 'c',
      credentials: { username: 'u', password: 'canary' },
      userProperties: [['a', '1']],
      plugins: [
        plugin('first', { connect: (attempt) => (seen.push(attempt), { userProperties: [['b', '2']] }) }),
        plugin('second', {
          connect: () => ({
            userProperties: [['b', '3']],
            credentials: { username: 'v', password: 'w' },
            will: { topic: 'gone', payload: '' },
          }),
        }),
      ],
    });
    void test.connection.open();
    expect(test.wire.request).toMatchObject({
      username: 'v', password: 'w', will: { topic: 'gone' }, userProperties: [['a', '1'], ['b', '2'], ['b', '3']],
    }); // prettier-ignore
    expect(seen).toEqual([
      {
        attempt: 1,
        endpoint: 'mqtt://test.invalid:1883',
        foreign: false,
        protocolVersion: 5,
        clientId: 'c',
        clean: true,
        keepalive: 60,
        signal: expect.anything(),
      },
    ]);
  });

  it('may take their time', async () => {
    const test = createTestConnection({
      plugins: [plugin('p', { connect: async ({ attempt }) => ({ userProperties: [['attempt', String(attempt)]] }) })],
    });
    void test.connection.open();
    expect(test.wires).toHaveLength(0);
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(test.wire.request.userProperties).toEqual([['attempt', '1']]);
  });

  it.each<[string, PluginHooks['connect']]>([
    ['throws', () => { throw new Error('broken'); }], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['gives a bad will', () => ({ will: { topic: '#', payload: '' } })],
    ['gives something unknown', () => ({ keepalive: 7 }) as object],
  ])('go on without one that %s, or fail where it must not be missing', async (_, connect) => {
    const bypassed = createTestConnection({ plugins: [plugin('p', { connect: connect! })] });
    const warnings: unknown[] = [];
    bypassed.connection.on('warning', ({ error }) => warnings.push(error));
    void bypassed.connection.open();
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(bypassed.wires).toHaveLength(1);
    expect(warnings).toMatchObject([{ name: 'PluginError', hook: 'connect' }]);

    const refusing = createTestConnection({
      reconnect: false,
      plugins: [plugin('p', { connect: connect! }, 'refuse')],
    });
    await expect(refusing.connection.open()).rejects.toMatchObject({ name: 'PluginError', hook: 'connect' });
    expect(refusing.wires).toHaveLength(0);
  });

  it('fail an attempt that they keep waiting', async () => {
    const test = createTestConnection({
      reconnect: false,
      plugins: [plugin('slow', { connect: () => new Promise(() => undefined) })],
    });
    const opening = test.connection.open();
    test.clock.advance(10_000);
    await expect(opening).rejects.toMatchObject({ name: 'PluginError', plugin: 'slow', retryable: true });
  });
});

describe('the life of a plugin', () => {
  it('begins with the connection, hears of its states, and ends with it in the reverse order', async () => {
    const calls: string[] = [];
    const make = (name: string): Plugin => ({
      name,
      setup: ({ log }) => {
        calls.push(`${name} ${typeof log}`);
        return {
          state: ({ type }) => void calls.push(`${name} ${type}`),
          close: ({ type }) => void calls.push(`${name} close ${type}`),
        };
      },
    });
    const test = opened([make('a'), make('b')]);
    await test.connection.close();
    expect(calls).toEqual([
      'a undefined', 'b undefined',
      'a connecting', 'b connecting', 'a connected', 'b connected', 'a closed', 'b closed', 'b close closed', 'a close closed',
    ]); // prettier-ignore
  });

  it("is one of its own on each connection, with the connection's logger and its name in each line", () => {
    const lines: unknown[] = [];
    const shared: Plugin = { name: 'p', setup: ({ log }) => (log?.('info', 'hello', { x: 1 }), {}) };
    const logger = { debug() {}, info: (...line: unknown[]) => lines.push(line), warn() {}, error() {} };
    createTestConnection({ logger, plugins: [shared] });
    createTestConnection({ logger, plugins: [shared] });
    expect(lines).toEqual([
      ['hello', { plugin: 'p', x: 1 }],
      ['hello', { plugin: 'p', x: 1 }],
    ]);
  });

  it.each<[string, PluginHooks]>([
    ['state', { state: () => { throw new Error('broken'); } }], // prettier-ignore
    ['close', { close: () => Promise.reject(new Error('broken')) }],
    ['state', { state: rejects }],
  ])('goes on when its %s hook fails', async (hook, hooks) => {
    const test = opened([plugin('p', hooks)]);
    await test.connection.close();
    await Promise.resolve();
    expect(test.warnings[0]).toMatchObject({ name: 'PluginError', hook, plugin: 'p' });
    expect(test.connection.state.type).toBe('closed');
  });

  it('is left out when it cannot be set up, or keeps the connection from being created where it must not be missing', () => {
    const broken = (onError: 'bypass' | 'refuse'): Plugin => ({
      name: 'p',
      onError,
      setup() {
        throw new Error('broken');
      },
    });
    const test = opened([broken('bypass'), wrapper('w')]);
    expect(test.warnings).toMatchObject([{ hook: 'setup' }]);
    test.connection.publish('t', 'x');
    expect(test.published()).toMatchObject([{ payload: 'w(x)' }]);
    expect(() => createTestConnection({ plugins: [broken('refuse')] })).toThrow(PluginError);
  });

  it.each([
    ['null', () => null],
    ['a promise', () => Promise.reject(new Error('no'))],
    ['nothing', () => undefined],
    ['text', () => 'hooks'],
  ])('is left out when its setup gives %s', async (_, setup) => {
    const test = opened([{ name: 'p', setup: setup as unknown as Plugin['setup'] }, wrapper('w')]);
    expect(test.warnings).toMatchObject([{ hook: 'setup', plugin: 'p' }]);
    test.connection.publish('t', 'x');
    expect(test.published()).toMatchObject([{ payload: 'w(x)' }]);
    await Promise.resolve();
  });

  it('ends when a later one keeps the connection from being created', () => {
    const ends: unknown[] = [];
    const ending = (name: string): Plugin => plugin(name, { close: (end) => void ends.push([name, end]) });
    const broken: Plugin = {
      name: 'p',
      onError: 'refuse',
      setup() {
        throw new Error('broken');
      },
    };
    expect(() => createTestConnection({ plugins: [ending('a'), ending('b'), broken] })).toThrow(PluginError);
    const end = { type: 'failed', by: 'client', cause: { name: 'PluginError', plugin: 'p' } };
    expect(ends).toMatchObject([
      ['b', end],
      ['a', end],
    ]);
  });

  it('is told of when its deliver hook rejects', async () => {
    const test = opened([plugin('p', { deliver: (_, next) => { next(); return rejects(); } })]); // prettier-ignore
    expect(received(test, { topic: 't', payload: 'x' })).toHaveLength(1);
    await Promise.resolve();
    await Promise.resolve();
    expect(test.warnings).toMatchObject([{ name: 'PluginError', hook: 'deliver' }]);
  });

  it.each([
    ['no list', {}],
    ['a plugin without a name', [{ setup: () => ({}) }]],
    ['a plugin without setup', [{ name: 'x' }]],
    ['another policy', [{ name: 'x', setup: () => ({}), onError: 'stop' }]],
  ])('cannot begin with %s', (_, plugins) => {
    expect(() => createTestConnection({ plugins: plugins as unknown as readonly Plugin[] })).toThrow(/plugins/);
  });
});
