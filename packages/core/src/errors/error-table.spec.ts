import { inspect } from 'node:util';
import * as entry from '../index.js';
import { MqttError, isMqttError } from './mqtt-error.js';

type ErrorClass = new (...parameters: never[]) => MqttError;

/** How to make one, where texts alone will not do. A new class that fails below wants a line here. */
const EXAMPLES: Readonly<Record<string, () => MqttError>> = {
  MqttError: () => new entry.MqttError('ERR_MQTT_CLOSED', 'over'),
  InvalidOptionsError: () => new entry.InvalidOptionsError([{ path: 'keepalive', reason: 'must be a number' }]),
  InvalidTopicError: () => new entry.InvalidTopicError('filter', 'a#', 'has # at index 1'),
  TimeoutError: () => new entry.TimeoutError('publishing', 5, true),
};

/** Codes that two classes share, because the caller decides the same: it cannot be had here. */
const SHARED = new Set(['ERR_MQTT_UNSUPPORTED']);

const classes = Object.entries(entry as Record<string, unknown>).filter(
  (each): each is [string, ErrorClass] =>
    typeof each[1] === 'function' && (each[1] === MqttError || each[1].prototype instanceof MqttError),
);

function make(name: string, Class: ErrorClass): MqttError {
  return EXAMPLES[name]?.() ?? (Reflect.construct(Class, Array<string>(Class.length).fill('a')) as MqttError);
}

describe('every error class of the entry point', () => {
  it('is found here', () => {
    expect(classes.length).toBeGreaterThanOrEqual(24);
  });

  it.each(classes)('%s can be told apart, and says all that is known', (name, Class) => {
    const error = make(name, Class);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe(name);
    expect(error.code).toMatch(/^ERR_MQTT_[A-Z_]+$/);
    expect(typeof error.retryable).toBe('boolean');
    expect('reasonCode' in error).toBe(true);
    expect(error.message).not.toBe('');
    expect(error.message).not.toMatch(/undefined|\[object|NaN/);
    expect(isMqttError(error)).toBe(true);
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name,
      code: error.code,
      retryable: error.retryable,
      message: error.message,
    });
    expect(inspect(error)).not.toContain('rxmqtt.error');
  });

  it('has a code of its own', () => {
    const codes = classes
      .filter(([name]) => name !== 'MqttError')
      .map(([name, Class]) => make(name, Class).code)
      .filter((code) => !SHARED.has(code));
    expect(codes).toEqual([...new Set(codes)]);
  });
});

describe('an error', () => {
  it('keeps its cause for programs, and out of its JSON', () => {
    const cause = new Error('why');
    const error = new entry.ClosedError('over', { cause });
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(error)).not.toContain('why');
  });
});
