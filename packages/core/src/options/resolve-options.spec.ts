import fc from 'fast-check';
import { caught } from '../../test/topics/caught.js';
import { InvalidOptionsError } from '../errors/connection-errors.js';
import type { ConnectionOptions } from './connection-options.js';
import { resolveOptions } from './resolve-options.js';

const URL = 'mqtt://broker.test';

function paths(options: unknown, url: unknown = URL): readonly string[] {
  const error = caught(() => resolveOptions(url as string, options as ConnectionOptions));
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).problems.map(({ path }) => path);
}

describe('the defaults', () => {
  const resolved = resolveOptions(URL, {});

  it('are those that the comments of the options say', () => {
    expect(resolved).toMatchObject({
      servers: [{ endpoint: { protocol: 'mqtt', host: 'broker.test', port: 1883 }, credentials: undefined }],
      redirect: 'ignore',
      proxy: undefined,
      socket: {
        noDelay: true,
        coalesceReads: true,
        keepAlive: false,
        localAddress: undefined,
        localPort: undefined,
        family: undefined,
      },
      transport: undefined,
      warnings: [],
      generatedClientId: true,
      protocolVersion: 'auto',
      credentials: undefined,
      clean: undefined,
      sessionExpiry: 300,
      keepalive: 60,
      connectTimeout: 10_000,
      maximumPacketSize: 16 * 1024 * 1024,
      will: undefined,
      userProperties: [],
      tls: undefined,
      webSocket: undefined,
      reconnect: {
        initialDelay: 250,
        maxDelay: 30_000,
        factor: 2,
        jitter: 'full',
        resetAfter: 5_000,
        maxAttempts: Infinity,
      },
      outbound: {
        window: undefined,
        capacity: 10_000,
        maxBytes: 16 * 1024 * 1024,
        overflow: 'error',
        offline: 'queue',
      },
    });
  });

  it('are a client identifier that nobody can guess, and another one each time', () => {
    const ids = Array.from({ length: 200 }, () => resolveOptions(URL, {}).clientId);
    expect(new Set(ids).size).toBe(200);
    // [MQTT-3.1.3-5]: what every server must accept has at most 23 letters and digits; ours has one hyphen more.
    for (const id of ids) expect(id).toMatch(/^rxmqtt-[0-9a-z]{16}$/);
  });

  it('hold for options that are undefined, too', () => {
    const undefinedOnes = {
      keepalive: undefined,
      session: undefined,
      reconnect: undefined,
      publish: undefined,
      clientId: undefined,
      credentials: undefined,
    };
    const { clientId, ...rest } = resolveOptions(URL, undefinedOnes as unknown as ConnectionOptions);
    expect(clientId).toMatch(/^rxmqtt-/);
    expect(rest).toEqual({ ...resolved, clientId: undefined });
  });

  it('let maxDelay grow with an initialDelay above it', () => {
    expect(resolveOptions(URL, { reconnect: { initialDelay: 60_000 } }).reconnect).toMatchObject({
      initialDelay: 60_000,
      maxDelay: 60_000,
    });
  });
});

describe('what is given', () => {
  it('is taken', () => {
    const given = {
      clientId: 'plant-7',
      protocolVersion: 4,
      credentials: { username: 'me', password: 'secret' },
      session: { clean: false, expiry: 0 },
      reconnect: {
        initialDelay: 1,
        maxDelay: 2,
        factor: 1,
        jitter: 'none',
        resetAfter: 0,
        maxAttempts: 3,
        shouldRetry: () => true,
      },
      keepalive: 0,
      connectTimeout: 1,
      receiveMaximum: 65_535,
      maximumPacketSize: 268_435_460,
      will: { topic: 'gone', payload: 'x', qos: 2, retain: true, delay: 5, properties: { contentType: 'text/plain' } },
      userProperties: [['a', 'b']],
      tls: { insecureSkipVerify: true },
      webSocket: { headers: { a: 'b' } },
      redirect: 'follow',
      publish: { window: 1, capacity: 1, maxBytes: 1, overflow: 'dropOldest', offline: 'error' },
    } as const satisfies ConnectionOptions;
    const { session, publish, receiveMaximum, ...rest } = given;
    expect(resolveOptions('wss://broker.test', given)).toMatchObject({
      ...rest,
      clean: session.clean,
      sessionExpiry: session.expiry,
      generatedClientId: false,
      outbound: publish,
      inbound: { receiveMaximum },
    });
  });

  it('is not changed', () => {
    const frozen = Object.freeze({
      session: Object.freeze({ expiry: 1 }),
      reconnect: Object.freeze({ factor: 3 }),
      publish: Object.freeze({}),
    });
    expect(resolveOptions(URL, frozen).sessionExpiry).toBe(1);
  });

  it('may be no reconnecting at all', () => {
    expect(resolveOptions(URL, { reconnect: false }).reconnect).toBeUndefined();
  });

  it('wins over the URL, where both have credentials', () => {
    const { credentials, servers } = resolveOptions('mqtt://me:secret@broker.test', {});
    expect(credentials).toBeUndefined();
    expect(servers).toMatchObject([{ credentials: { username: 'me', password: 'secret' } }]);
    expect(resolveOptions('mqtt://me:secret@broker.test', { credentials: { username: 'you' } }).credentials).toEqual({
      username: 'you',
    });
  });

  it('may be an empty client identifier, which asks the server for one', () => {
    expect(resolveOptions(URL, { clientId: '' })).toMatchObject({ clientId: '', generatedClientId: false });
    expect(resolveOptions(URL, { clientId: '', protocolVersion: 4, session: { clean: true } }).clientId).toBe('');
  });

  it.each([undefined, 'auto', 5] as const)(
    'may be an empty client identifier that is to keep its session, since MQTT 5 tells it (%s)',
    (protocolVersion) => {
      const version = protocolVersion === undefined ? {} : { protocolVersion };
      expect(resolveOptions(URL, { clientId: '', ...version, session: { clean: false } })).toMatchObject({
        clientId: '',
        clean: false,
      });
    },
  );

  it.each([
    [4, '', { session: { clean: false } }],
    [4, '', { session: { clean: 'first' } }],
    [3, '', {}],
    [3, '', { session: { clean: true } }],
    [3, 'a'.repeat(24), {}],
  ] as const)(
    'may not be a client identifier that version %i has no use for: %j with %j',
    (protocolVersion, clientId, options) => {
      expect(paths({ protocolVersion, clientId, ...options })).toEqual(['clientId']);
    },
  );

  it('is warned about what only MQTT 5 knows, where an older version is asked for', () => {
    const modern: ConnectionOptions = {
      session: { expiry: 10 },
      receiveMaximum: 10,
      userProperties: [['a', 'b']],
      redirect: 'follow',
      will: { topic: 'a', payload: 'x', delay: 1, properties: { contentType: 'x' } },
    };
    const said = (options: ConnectionOptions): readonly string[] => resolveOptions(URL, options).warnings;
    expect(said({ ...modern, protocolVersion: 4 })).toEqual([
      'without effect before MQTT 5, but protocolVersion is 4: session.expiry, receiveMaximum, userProperties, redirect, will.delay, will.properties',
    ]);
    expect([said(modern), said({ ...modern, protocolVersion: 5 })]).toEqual([[], []]);
    expect(
      said({
        protocolVersion: 3,
        session: { clean: true, expiry: 0 },
        redirect: 'ignore',
        will: { topic: 'a', payload: 'x', delay: 0, properties: {} },
        userProperties: [],
      }),
    ).toEqual([]);
    expect(paths({ protocolVersion: 4, will: null as never, session: null as never })).toEqual(['session', 'will']);
    expect(() =>
      resolveOptions(URL, {
        protocolVersion: 4,
        will: { topic: 'a', payload: 'x', properties: null as never },
        userProperties: null as never,
      }),
    ).toThrow('userProperties');
  });

  it('may be 23 characters on MQTT 3.1, as many as the generated one has', () => {
    expect(resolveOptions(URL, { protocolVersion: 3, clientId: 'ü'.repeat(23) }).clientId).toHaveLength(23);
    expect(resolveOptions(URL, { protocolVersion: 3 }).clientId).toHaveLength(23);
  });
});

/** Everything that can be wrong with one option. */
const WRONG: readonly (readonly [path: string, options: object])[] = [
  ['keepalve', { keepalve: 1 }],
  ...[-1, 65_536, 1.5, '60', null, Number.NaN].map((keepalive) => ['keepalive', { keepalive }] as const),
  ...[0, -1, 2 ** 31, '1', Infinity].map((connectTimeout) => ['connectTimeout', { connectTimeout }] as const),
  ...[0, 65_536, 1.5].map((receiveMaximum) => ['receiveMaximum', { receiveMaximum }] as const),
  ...[15, 268_435_461].map((maximumPacketSize) => ['maximumPacketSize', { maximumPacketSize }] as const),
  ...[2, 6, '5', 'AUTO'].map((protocolVersion) => ['protocolVersion', { protocolVersion }] as const),
  ...[7, null, 'a\0b', '\ud800', 'a'.repeat(65_536)]
    .map((clientId) => ['clientId', { clientId }] as const)
    .filter(([, { clientId }]) => clientId !== null),
  ['credentials', { credentials: 'me:secret' }],
  ['credentials.user', { credentials: { user: 'me' } }],
  ['session', { session: 'x' }],
  ['session.expire', { session: { expire: 1 } }],
  ...[-1, 2 ** 32, 0.5].map((expiry) => ['session.expiry', { session: { expiry } }] as const),
  ...['always', null, 1].map((clean) => ['session.clean', { session: { clean } }] as const),
  ['reconnect', { reconnect: true }],
  ['reconnect', { reconnect: null }],
  ['reconnect.delay', { reconnect: { delay: 1 } }],
  ['reconnect.initialDelay', { reconnect: { initialDelay: -1 } }],
  ['reconnect.maxDelay', { reconnect: { initialDelay: 100, maxDelay: 99 } }],
  ['reconnect.maxDelay', { reconnect: { maxDelay: Infinity } }],
  ...[0, 0.9, 101].map((factor) => ['reconnect.factor', { reconnect: { factor } }] as const),
  ['reconnect.jitter', { reconnect: { jitter: 'some' } }],
  ['reconnect.resetAfter', { reconnect: { resetAfter: -1 } }],
  ['reconnect.maxAttempts', { reconnect: { maxAttempts: -1 } }],
  ['reconnect.shouldRetry', { reconnect: { shouldRetry: true } }],
  ...[0, 65_536, 1.5].map((window) => ['publish.window', { publish: { window } }] as const),
  ...[0, -1, 1.5].map((capacity) => ['publish.capacity', { publish: { capacity } }] as const),
  ['publish.maxBytes', { publish: { maxBytes: 0 } }],
  ['publish.overflow', { publish: { overflow: 'drop' } }],
  ['publish.offline', { publish: { offline: 'wait' } }],
  ['publish.windows', { publish: { windows: 1 } }],
  ['userProperties', { userProperties: 'x' }],
  ['userProperties[0]', { userProperties: [['a', 1]] }],
  ['tls', { tls: true }],
  ['tls.rejectUnauthorized', { tls: { rejectUnauthorized: false } }],
  ['webSocket.protocols', { webSocket: { protocols: [] } }],
  ['will', { will: 'x' }],
  ['will.topic', { will: {} }],
  ['will.topic', { will: { topic: 'a/#', payload: '' } }],
  ['will.topic', { will: { topic: 'a\0', payload: '' } }],
  ['will.topic', { will: { topic: '', payload: '' } }],
  ['will.payload', { will: { topic: 'a', payload: 7 } }],
  ['will.payload', { will: { topic: 'a', payload: 'x'.repeat(65_536) } }],
  ['will.qos', { will: { topic: 'a', payload: '', qos: 3 } }],
  ['will.retain', { will: { topic: 'a', payload: '', retain: 1 } }],
  ...[-1, 0.5, 2 ** 32, '1'].map((delay) => ['will.delay', { will: { topic: 'a', payload: '', delay } }] as const),
  ['will.properties.responseTopic', { will: { topic: 'a', payload: '', properties: { responseTopic: '+' } } }],
];

describe('a problem', () => {
  it.each(WRONG.map(([path, options]) => [path, JSON.stringify(options).slice(0, 80), options] as const))(
    'at %s is found in %s',
    (path, _, options) => {
      expect(paths(options)).toEqual([path]);
    },
  );

  it('is one of many, all told at once, the URL first', () => {
    const wrong = {
      keepalve: 1,
      connectTimeout: 0,
      session: { expiry: -1 },
      publish: { window: 0 },
      reconnect: { factor: 0, delay: 1 },
      will: { topic: '#', payload: '' },
    };
    expect([...paths(wrong, 'http://broker.test')].sort()).toEqual(
      [
        'url',
        'keepalve',
        'will.topic',
        'session.expiry',
        'reconnect.delay',
        'reconnect.factor',
        'connectTimeout',
        'publish.window',
      ].sort(),
    );
  });

  it.each([null, 7, 'x', []])('is that the options are %p', (options) => {
    expect(paths(options)).toEqual(['options']);
  });

  it.each([
    ['username', 'credentials'],
    ['rejectUnauthorized', 'tls.insecureSkipVerify'],
    ['reconnectPeriod', 'reconnect.initialDelay'],
    ['websocket', 'webSocket'],
    ['transports', 'transport'],
  ])('is %s, which is %s here', (key, meant) => {
    const error = caught(() => resolveOptions(URL, { [key]: 1 })) as InvalidOptionsError;
    expect(error.problems).toEqual([{ path: key, reason: `is not an option; did you mean ${meant}?` }]);
  });

  it('shows no secret', () => {
    const secrets = [
      [`mqtt://user:canary@broker.test/path`, {}],
      [URL, { credentials: { username: 'me', password: 'canary'.repeat(20_000) } }],
      [URL, { credentials: { username: 'me', passwort: 'canary' } }],
      [URL, { keepalive: -1, credentials: { username: 'me', password: 'canary' } }],
      [URL, { keepalive: -1, tls: { key: 'canary', passphrase: 'canary', ca: ['canary'] } }],
      [URL, { keepalive: -1, webSocket: { headers: { authorization: 'Bearer canary' } } }],
      [URL, { will: { topic: 'a/#', payload: 'canary' } }],
      [URL, { will: { topic: 'a', payload: 'canary\ud800' } }],
      [URL, { will: { topic: 'a', payload: 'canary'.repeat(20_000) } }],
      [URL, { userProperties: [['a', 'canary\0']] }],
    ] as const;
    for (const [url, options] of secrets) {
      const error = caught(() => resolveOptions(url, options)) as InvalidOptionsError;
      expect(error).toBeInstanceOf(InvalidOptionsError);
      expect([error.message, JSON.stringify(error), error.stack].join('\n')).not.toContain('canary');
    }
  });

  it.each(['session', 'publish', 'receive'])('is that %s is null, which is told and not a TypeError', (part) => {
    expect(paths({ [part]: null })).toEqual([part]);
  });

  it('is that a part is text or a list, which is told once', () => {
    expect(paths({ publish: [] })).toEqual(['publish']);
    expect(paths({ tls: 'x', webSocket: 7 })).toEqual(['tls', 'webSocket']);
  });

  it('is a key of the will that does not exist', () => {
    expect(paths({ will: { topic: 'a', payload: '', retained: true } })).toEqual(['will.retained']);
  });

  it('is everything that is wrong with the will, not only the first of it', () => {
    const will = { topic: 'a/#', payload: '', qos: 3, retain: 1, properties: { contenttype: 'x', responseTopic: '+' } };
    expect(paths({ will })).toEqual([
      'will.qos',
      'will.retain',
      'will.properties.contenttype',
      'will.properties.responseTopic',
      'will.topic',
    ]);
  });

  it('is that the properties of the will are no object, which is told and not a TypeError', () => {
    expect(paths({ will: { topic: 'a', payload: '', properties: null } })).toEqual(['will.properties']);
  });

  it.each(['clientId', 'userProperties', 'publishDefaults', 'plugins', 'logger', 'reconnect'])(
    'is that %s is null, which is not the same as nothing',
    (key) => {
      expect(paths({ [key]: null })).toEqual([key]);
    },
  );

  it('is a number of attempts that is not whole', () => {
    expect(paths({ reconnect: { maxAttempts: 2.5 } })).toEqual(['reconnect.maxAttempts']);
    expect(resolveOptions(URL, { reconnect: { maxAttempts: Infinity } }).reconnect?.maxAttempts).toBe(Infinity);
  });

  it('is that the password comes without a user name on MQTT 3.1.1', () => {
    // [MQTT-3.1.2-22] of 3.1.1
    expect(paths({ protocolVersion: 4, credentials: { password: 'secret' } })).toEqual(['credentials.username']);
  });
});

describe('any options at all', () => {
  const keys = ['clientId', 'protocolVersion', 'credentials', 'session', 'reconnect', 'keepalive', 'connectTimeout', 'receiveMaximum', 'maximumPacketSize', 'will', 'userProperties', 'tls', 'webSocket', 'publish', 'endpoints', 'redirect', 'proxy', 'socket', 'transport']; // prettier-ignore
  const value = fc.anything({ maxDepth: 2, withNullPrototype: true, withBigInt: true });

  it('are taken, or refused with InvalidOptionsError and nothing else', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (options) => {
        try {
          resolveOptions(URL, options);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidOptionsError);
          expect((error as InvalidOptionsError).problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
