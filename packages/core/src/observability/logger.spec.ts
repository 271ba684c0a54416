import { NetworkError } from '../errors/connection-errors.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import type { Logger } from './logger.js';

type Line = readonly unknown[];

/** As `console`: a message, then whatever belongs to it. */
function consoleLike(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const method =
    (level: string) =>
    (...line: unknown[]) =>
      lines.push([level, ...line]);
  return {
    lines,
    logger: { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') },
  };
}

/** As pino: fields, then a message; needs its `this`; known by `bindings`. */
class PinoLike {
  readonly lines: Line[] = [];

  bindings(): object {
    return {};
  }

  debug(fields: object, message?: string): void {
    this.lines.push(['debug', message, fields]);
  }

  info(fields: object, message?: string): void {
    this.lines.push(['info', message, fields]);
  }

  warn(fields: object, message?: string): void {
    this.lines.push(['warn', message, fields]);
  }

  error(fields: object, message?: string): void {
    this.lines.push(['error', message, fields]);
  }
}

/** As `debug('name')`: a function that says whether anybody reads. */
function debugLike(enabled: boolean): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = [];
  const logger = Object.assign((formatter: string, ...rest: unknown[]): void => void lines.push([formatter, ...rest]), {
    enabled,
    namespace: 'rxmqtt',
  });
  return { logger, lines };
}

/** A life with everything in it that has a line. */
function life(options: ConnectionOptions): TestConnection {
  const test = createTestConnection({
    clientId: 'c',
    reconnect: { jitter: 'none', initialDelay: 100, maxAttempts: 5 },
    ...options,
  });
  const { connection, clock } = test;
  connection.open().catch(() => undefined);
  test.wire.connack({ reasonCode: 0x88 });
  clock.advance(100);
  test.wire.connack();
  connection.publish('a/\u001b[31m\u202e', 'x').onSettled(() => undefined);
  connection.subscribe(
    'a',
    {},
    {
      message() {
        throw new Error('the listener\nthrew');
      },
      error: () => {},
    },
  );
  clock.advance();
  test.wire.suback();
  test.wire.message({ topic: 'a' });
  test.wire.message({ topic: 'b/\nforged' });
  test.wire.cut(new NetworkError('mqtt://test.invalid:1883', 'cut'));
  clock.advance(1_000);
  test.wire.connack({ reasonCode: 0x87 });
  return test;
}

const EXPECTED: readonly Line[] = [
  ['debug', 'connecting', { attempt: 1 }],
  [
    'warn',
    'attempt failed',
    expect.objectContaining({
      attempt: 1,
      by: 'server',
      code: 'ERR_MQTT_CONNECTION_REFUSED',
      reasonCode: 0x88,
      retryable: true,
    }),
  ],
  ['info', 'reconnecting', { attempt: 2, delay: 100, by: 'server', code: 'ERR_MQTT_CONNECTION_REFUSED' }],
  ['debug', 'connecting', { attempt: 2 }],
  ['info', 'connected', { clientId: 'c', protocolVersion: 5, sessionPresent: false, keepalive: 60 }],
  [
    'warn',
    'message dropped',
    expect.objectContaining({
      direction: 'out',
      topic: 'a/\\u001b[31m\\u202e',
      qos: 0,
      reason: 'refused',
      code: 'ERR_MQTT_INVALID_TOPIC',
    }),
  ],
  ['warn', 'warning', expect.objectContaining({ error: 'Error: the listener\\u000athrew' })],
  ['warn', 'message dropped', { direction: 'in', topic: 'b/\\u000aforged', qos: 0, reason: 'unobserved' }],
  ['warn', 'connection lost', expect.objectContaining({ by: 'network', code: 'ERR_MQTT_NETWORK' })],
  ['info', 'reconnecting', expect.objectContaining({ by: 'network', code: 'ERR_MQTT_NETWORK' })],
  ['debug', 'connecting', expect.anything()],
  ['warn', 'attempt failed', expect.objectContaining({ reasonCode: 0x87 })],
  ['error', 'failed', expect.objectContaining({ by: 'server', code: 'ERR_MQTT_CONNECTION_REFUSED', reasonCode: 0x87 })],
];

describe('a logger', () => {
  it('that is like console gets a line for everything, message first', () => {
    const { logger, lines } = consoleLike();
    life({ logger });
    expect(lines).toEqual(EXPECTED);
  });

  it('that is like pino gets the fields first', () => {
    const logger = new PinoLike();
    life({ logger });
    expect(logger.lines).toEqual(EXPECTED);
  });

  it('that is like debug gets level and message in one text, and nothing while nobody reads', () => {
    const { logger, lines } = debugLike(true);
    life({ logger });
    expect(lines).toEqual(EXPECTED.map(([level, message, fields]) => [`${String(level)} ${String(message)}`, fields]));

    const silent = debugLike(false);
    life({ logger: silent.logger });
    expect(silent.lines).toEqual([]);
  });

  it('may be console itself', () => {
    expect(() => createTestConnection({ logger: console })).not.toThrow();
  });

  it('that throws harms nothing', () => {
    const logger = (): void => {
      throw new Error('the disk is full');
    };
    const { connection } = life({ logger });
    expect(connection.state.type).toBe('failed');
  });

  it.each([
    ['a function', () => Promise.reject(new Error('the disk is full'))],
    [
      'an object',
      Object.fromEntries(
        ['debug', 'info', 'warn', 'error'].map((level) => [level, () => Promise.reject(new Error('the disk is full'))]),
      ),
    ],
  ])('that rejects harms nothing: %s', async (_, logger) => {
    const { connection } = life({ logger: logger as unknown as Logger });
    await Promise.resolve();
    expect(connection.state.type).toBe('failed');
  });

  it('is nobody by default', () => {
    const spies = (['log', 'debug', 'info', 'warn', 'error'] as const).map((level) =>
      jest.spyOn(console, level).mockImplementation(),
    );
    life({});
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });

  it.each([
    ['a text', 'console'],
    ['null', null],
    ['an object without levels', { log: (): void => {} }],
  ])('cannot be %s', (_, logger) => {
    expect(() => createTestConnection({ logger: logger as unknown as Logger })).toThrow(
      /logger: must be a function, or an object/,
    );
  });
});
