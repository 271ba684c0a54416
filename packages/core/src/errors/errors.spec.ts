import { inspect } from 'node:util';
import {
  ClosedError,
  ConnectionRefusedError,
  ConnectTimeoutError,
  CredentialsError,
  InvalidOptionsError,
  KeepaliveTimeoutError,
  NetworkError,
  ProtocolError,
  ServerDisconnectError,
  UnsupportedError,
} from './connection-errors.js';
import { AuthenticationError } from './authentication-error.js';
import {
  AbortedError,
  DecodeError,
  ExpiredError,
  InvalidMessageError,
  LimitExceededError,
  OfflineError,
  OverflowError,
  PublishRefusedError,
  SubscribeRejectedError,
  TimeoutError,
  UnknownOutcomeError,
} from './delivery-errors.js';
import { InvalidTopicError } from './invalid-topic-error.js';
import { NotConnectedError } from './not-connected-error.js';
import { isMqttError, MqttError, type MqttErrorCode } from './mqtt-error.js';
import { StoreError } from './store-error.js';

const HERE = 'mqtt://broker.test:1883';
const cause = new Error('the cause');
const payload = new TextEncoder().encode('canary-payload');

interface Row {
  readonly error: MqttError;
  readonly name: string;
  readonly code: MqttErrorCode;
  readonly retryable: boolean;
  /** All of them stand in the message. */
  readonly says: readonly string[];
  readonly fields?: Readonly<Record<string, unknown>>;
}

const ROWS: readonly Row[] = [
  {
    error: new StoreError('the session store could not write', { cause }),
    name: 'StoreError',
    code: 'ERR_MQTT_STORE',
    retryable: false,
    says: ['the session store could not write', 'the cause'],
  },
  {
    error: new AuthenticationError('SCRAM-SHA-256', 'a step threw', { cause }),
    name: 'AuthenticationError',
    code: 'ERR_MQTT_AUTHENTICATION',
    retryable: true,
    says: ['SCRAM-SHA-256', 'a step threw'],
    fields: { method: 'SCRAM-SHA-256', serverRejected: false, reasonCode: 0x87 },
  },
  {
    error: new AuthenticationError('SCRAM-SHA-256', 'the server has not proved who it is', {
      cause,
      serverRejected: true,
    }),
    name: 'AuthenticationError',
    code: 'ERR_MQTT_AUTHENTICATION',
    retryable: false,
    says: ['has not proved'],
    fields: { serverRejected: true },
  },
  {
    error: new NotConnectedError('a ping needs one'),
    name: 'NotConnectedError',
    code: 'ERR_MQTT_NOT_CONNECTED',
    retryable: true,
    says: ['no connection', 'a ping needs one'],
  },
  {
    error: new ConnectionRefusedError(HERE, 0x87, { reasonString: 'ask Bob', serverReference: 'other.test' }),
    name: 'ConnectionRefusedError',
    code: 'ERR_MQTT_CONNECTION_REFUSED',
    retryable: false,
    says: [HERE, '0x87', 'not authorized', 'ask Bob'],
    fields: { reasonCode: 0x87, endpoint: HERE, reasonString: 'ask Bob', serverReference: 'other.test' },
  },
  {
    error: new ConnectionRefusedError(HERE, 0x89),
    name: 'ConnectionRefusedError',
    code: 'ERR_MQTT_CONNECTION_REFUSED',
    retryable: true,
    says: [HERE, '0x89', 'server busy'],
    fields: { reasonCode: 0x89, reasonString: undefined, serverReference: undefined },
  },
  {
    error: new NetworkError(HERE, 'no connection could be made', { cause }),
    name: 'NetworkError',
    code: 'ERR_MQTT_NETWORK',
    retryable: true,
    says: [HERE, 'no connection could be made'],
    fields: { endpoint: HERE, cause, reasonCode: undefined },
  },
  {
    error: new NetworkError(HERE, 'a bad certificate', { retryable: false }),
    name: 'NetworkError',
    code: 'ERR_MQTT_NETWORK',
    retryable: false,
    says: [HERE, 'a bad certificate'],
  },
  {
    error: new ConnectTimeoutError(HERE, 10_000),
    name: 'ConnectTimeoutError',
    code: 'ERR_MQTT_CONNECT_TIMEOUT',
    retryable: true,
    says: [HERE, '10000 ms'],
    fields: { endpoint: HERE },
  },
  {
    error: new KeepaliveTimeoutError(HERE, 60),
    name: 'KeepaliveTimeoutError',
    code: 'ERR_MQTT_KEEPALIVE_TIMEOUT',
    retryable: true,
    says: [HERE, '60 s'],
  },
  {
    error: new ProtocolError(0x82, 'a SUBACK answers nothing', { cause }),
    name: 'ProtocolError',
    code: 'ERR_MQTT_PROTOCOL',
    retryable: true,
    says: ['a SUBACK answers nothing', '0x82', 'protocol error'],
    fields: { reasonCode: 0x82, cause },
  },
  {
    error: new ServerDisconnectError(HERE, 0x8e, { reasonString: 'you are elsewhere' }),
    name: 'ServerDisconnectError',
    code: 'ERR_MQTT_SERVER_DISCONNECT',
    retryable: false,
    says: [HERE, '0x8e', 'session taken over', 'you are elsewhere'],
    fields: { reasonCode: 0x8e, reasonString: 'you are elsewhere' },
  },
  {
    error: new ServerDisconnectError(HERE, 0x9d, { serverReference: 'other.test' }),
    name: 'ServerDisconnectError',
    code: 'ERR_MQTT_SERVER_DISCONNECT',
    retryable: false,
    says: [HERE, '0x9d', 'server moved'],
    fields: { reasonCode: 0x9d, serverReference: 'other.test' },
  },
  {
    error: new CredentialsError(cause),
    name: 'CredentialsError',
    code: 'ERR_MQTT_CREDENTIALS',
    retryable: true,
    says: ['credentials'],
    fields: { cause },
  },
  {
    error: new ClosedError('it is over', { cause }),
    name: 'ClosedError',
    code: 'ERR_MQTT_CLOSED',
    retryable: false,
    says: ['it is over'],
    fields: { cause },
  },
  {
    error: new UnsupportedError('no nack on 3.x'),
    name: 'UnsupportedError',
    code: 'ERR_MQTT_UNSUPPORTED',
    retryable: false,
    says: ['no nack on 3.x'],
  },
  {
    error: new InvalidOptionsError([
      { path: 'keepalive', reason: 'must be a number' },
      { path: 'reconnect.factor', reason: 'must be a number too' },
    ]),
    name: 'InvalidOptionsError',
    code: 'ERR_MQTT_INVALID_OPTIONS',
    retryable: false,
    says: ['keepalive: must be a number', 'reconnect.factor: must be a number too'],
    fields: {
      problems: [
        { path: 'keepalive', reason: 'must be a number' },
        { path: 'reconnect.factor', reason: 'must be a number too' },
      ],
    },
  },
  {
    error: new InvalidTopicError('filter', 'a#', 'has # at index 1'),
    name: 'InvalidTopicError',
    code: 'ERR_MQTT_INVALID_TOPIC',
    retryable: false,
    says: ['"a#"', 'has # at index 1'],
    fields: { topic: 'a#' },
  },
  {
    error: new InvalidMessageError('plant/7', 'properties.contentType', 'is not a text'),
    name: 'InvalidMessageError',
    code: 'ERR_MQTT_INVALID_MESSAGE',
    retryable: false,
    says: ['"plant/7"', 'properties.contentType is not a text'],
    fields: { topic: 'plant/7', field: 'properties.contentType' },
  },
  {
    error: new LimitExceededError('plant/7', 'qos', '2 is more than the server takes (1)'),
    name: 'LimitExceededError',
    code: 'ERR_MQTT_UNSUPPORTED',
    retryable: false,
    says: ['"plant/7"', 'qos 2'],
    fields: { topic: 'plant/7', field: 'qos' },
  },
  {
    error: new OverflowError('plant/7', '10 messages'),
    name: 'OverflowError',
    code: 'ERR_MQTT_OVERFLOW',
    retryable: true,
    says: ['"plant/7"', '10 messages'],
    fields: { topic: 'plant/7' },
  },
  {
    error: new OfflineError('plant/7'),
    name: 'OfflineError',
    code: 'ERR_MQTT_OFFLINE',
    retryable: true,
    says: ['"plant/7"'],
    fields: { topic: 'plant/7' },
  },
  {
    error: new PublishRefusedError('plant/7', 0x97, 'too much'),
    name: 'PublishRefusedError',
    code: 'ERR_MQTT_PUBLISH_REFUSED',
    retryable: true,
    says: ['"plant/7"', '0x97', 'quota exceeded', 'too much'],
    fields: { topic: 'plant/7', reasonCode: 0x97, reasonString: 'too much' },
  },
  {
    error: new PublishRefusedError('plant/7', 0x90),
    name: 'PublishRefusedError',
    code: 'ERR_MQTT_PUBLISH_REFUSED',
    retryable: false,
    says: ['"plant/7"', '0x90', 'topic name invalid'],
    fields: { reasonString: undefined },
  },
  {
    error: new UnknownOutcomeError('plant/7', 'the session was lost'),
    name: 'UnknownOutcomeError',
    code: 'ERR_MQTT_UNKNOWN_OUTCOME',
    retryable: false,
    says: ['"plant/7"', 'may or may not', 'the session was lost'],
    fields: { topic: 'plant/7' },
  },
  {
    error: new ExpiredError('plant/7'),
    name: 'ExpiredError',
    code: 'ERR_MQTT_EXPIRED',
    retryable: false,
    says: ['"plant/7"', 'expired'],
    fields: { topic: 'plant/7' },
  },
  {
    error: new TimeoutError('publishing to "plant/7"', 500, true),
    name: 'TimeoutError',
    code: 'ERR_MQTT_TIMEOUT',
    retryable: true,
    says: ['"plant/7"', '500 ms', 'may still arrive'],
    fields: { mayStillArrive: true },
  },
  {
    error: new TimeoutError('publishing to "plant/7"', 500, false),
    name: 'TimeoutError',
    code: 'ERR_MQTT_TIMEOUT',
    retryable: true,
    says: ['"plant/7"', '500 ms', 'was not sent'],
    fields: { mayStillArrive: false },
  },
  {
    error: new AbortedError('publishing to "plant/7"', cause, true),
    name: 'AbortedError',
    code: 'ERR_MQTT_ABORTED',
    retryable: false,
    says: ['"plant/7"', 'aborted'],
    fields: { mayStillArrive: true, cause },
  },
  {
    error: new SubscribeRejectedError('plant/+', 0x8f, 'no such thing'),
    name: 'SubscribeRejectedError',
    code: 'ERR_MQTT_SUBSCRIBE_REFUSED',
    retryable: false,
    says: ['"plant/+"', '0x8f', 'topic filter invalid', 'no such thing'],
    fields: { filter: 'plant/+', reasonCode: 0x8f },
  },
  {
    error: new DecodeError('plant/7', payload, 'JSON', { cause }),
    name: 'DecodeError',
    code: 'ERR_MQTT_DECODE',
    retryable: false,
    says: ['"plant/7"', 'JSON'],
    fields: { topic: 'plant/7', payload, cause },
  },
];

const named = ROWS.map((row) => [row.name, row] as const);

describe('errors', () => {
  it.each(named)('%s has name, code, retryable and its fields', (_, { error, name, code, retryable, fields = {} }) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(MqttError);
    expect(error).toMatchObject({ name, code, retryable });
    for (const [field, value] of Object.entries(fields))
      expect((error as unknown as Record<string, unknown>)[field]).toEqual(value);
  });

  it.each(named)('%s says in its message what it is about', (_, { error, says }) => {
    for (const part of says) expect(error.message).toContain(part);
    expect(error.message).not.toMatch(/undefined|\[object|NaN/);
  });

  it.each(named)('%s is recognised', (_, { error }) => {
    expect(isMqttError(error)).toBe(true);
    expect(error.stack).toContain('errors.spec');
  });

  it.each(named)('%s shows no brand and no payload in JSON or on a terminal', (_, { error }) => {
    const shown = [
      JSON.stringify(error),
      JSON.stringify(Object.entries(error)),
      inspect(error),
      String(error),
      error.message,
    ].join('\n');
    expect(shown).not.toContain('canary');
    expect(shown).not.toContain(payload.join());
    expect(shown).not.toContain(inspect(payload).slice(-30));
    expect(shown).not.toMatch(/Uint8Array|payload"?:/);
    expect(shown).not.toContain('rxmqtt.error');
  });

  it('are all in this table', () => {
    const classes = [ClosedError, ConnectionRefusedError, ConnectTimeoutError, CredentialsError, InvalidOptionsError, KeepaliveTimeoutError, NetworkError, ProtocolError, ServerDisconnectError, UnsupportedError, AbortedError, DecodeError, ExpiredError, InvalidMessageError, LimitExceededError, OfflineError, OverflowError, PublishRefusedError, SubscribeRejectedError, TimeoutError, UnknownOutcomeError, InvalidTopicError]; // prettier-ignore
    for (const each of classes) expect(ROWS.some(({ error }) => error.constructor === each)).toBe(true);
  });
});

describe('which errors are worth another attempt', () => {
  const codes = Array.from({ length: 0x100 - 0x80 }, (_, i) => 0x80 + i);
  const retried = (make: (code: number) => MqttError): string[] =>
    codes.filter((code) => make(code).retryable).map((code) => code.toString(16));

  it('is decided for a refused connection by its code: what passes by itself', () => {
    const connack = ['80', '83', '88', '89', '97', '9f'];
    const never = ['81', '82', '84', '85', '86', '87', '8a', '8c', '90', '95', '99', '9a', '9b', '9c', '9d'];
    const found = retried((code) => new ConnectionRefusedError(HERE, code));
    expect(found).toEqual(expect.arrayContaining(connack));
    expect(found.filter((code) => never.includes(code))).toEqual([]);
  });

  it('is decided for a DISCONNECT by its code: everything but what would happen again', () => {
    const found = retried((code) => new ServerDisconnectError(HERE, code));
    expect(found).toEqual(
      expect.arrayContaining(['80', '81', '82', '83', '89', '8b', '8d', '93', '96', '97', '98', '9f', 'a0']),
    );
    expect(found.filter((code) => ['8e', '87', '9c', '9d'].includes(code))).toEqual([]);
    expect(new ServerDisconnectError(HERE, 0x00).retryable).toBe(true);
  });
});

describe('what a server says', () => {
  const forged = 'fine\n\u001b[31mERROR\u202e';

  it.each<[string, MqttError]>([
    ['ConnectionRefusedError', new ConnectionRefusedError(HERE, 0x87, { reasonString: forged })],
    ['ServerDisconnectError', new ServerDisconnectError(HERE, 0x87, { reasonString: forged })],
    ['PublishRefusedError', new PublishRefusedError('a', 0x87, forged)],
    ['SubscribeRejectedError', new SubscribeRejectedError('a', 0x87, forged)],
  ])('cannot forge a log line through the reason string of a %s', (_, error) => {
    expect(error.message).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(error.message).toContain('fine');
  });

  it('cannot forge one through a topic', () => {
    const topic = 'a\n\u001b[31mb';
    for (const { message } of [
      new OfflineError(topic),
      new ExpiredError(topic),
      new DecodeError(topic, payload, 'JSON'),
      new SubscribeRejectedError(topic, 0x80),
    ]) {
      expect(message).not.toMatch(/[\u0000-\u001f]/);
    }
  });
});

describe('isMqttError', () => {
  it('recognises an error of another copy of this package', () => {
    jest.isolateModules(() => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- a second copy is the point
      const copy = require('./delivery-errors.js') as { OfflineError: typeof OfflineError };
      const foreign = new copy.OfflineError('a');
      expect(copy.OfflineError).not.toBe(OfflineError);
      expect(foreign).not.toBeInstanceOf(MqttError);
      expect(isMqttError(foreign)).toBe(true);
    });
  });

  it.each([
    ['an Error', new Error('x')],
    ['an object with the same fields', { name: 'OfflineError', code: 'ERR_MQTT_OFFLINE', retryable: true }],
    ['text', 'ERR_MQTT_OFFLINE'],
    ['null', null],
    ['undefined', undefined],
    ['a function', (): void => {}],
  ])('refuses %s', (_, value) => {
    expect(isMqttError(value)).toBe(false);
  });
});

describe('MqttError', () => {
  it('has no cause where none was given, not even undefined', () => {
    expect('cause' in new MqttError('ERR_MQTT_CLOSED', 'x')).toBe(false);
    expect('cause' in new MqttError('ERR_MQTT_CLOSED', 'x', { cause: undefined })).toBe(true);
  });

  it('is named after the class that was constructed', () => {
    class Special extends MqttError {}
    expect(new Special('ERR_MQTT_CLOSED', 'x').name).toBe('Special');
  });

  it('is not retryable unless it says so', () => {
    expect(new MqttError('ERR_MQTT_CLOSED', 'x').retryable).toBe(false);
  });
});
