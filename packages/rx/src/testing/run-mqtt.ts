import type { ConnectionOptions } from '@rxmqtt/core';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import type { Mqtt } from '../client/mqtt.js';
import { type TestBroker, type TestBrokerOptions, createTestBroker } from './test-broker.js';

/** RxJS's helpers for marble tests, and a broker that lives in their time. */
export interface MqttRunHelpers extends RunHelpers {
  readonly broker: TestBroker;
  /** Makes a client of the broker. */
  connect(options?: ConnectionOptions): Mqtt;
}

/**
 * Runs a marble test with a broker, in virtual time: a frame is a millisecond, and reconnects, keepalive, backoff and expiry
 * take none.
 *
 * @param assertDeepEqual compares what came with what was expected, as for a `TestScheduler`:
 * `(actual, expected) => expect(actual).toEqual(expected)` in Jest and Vitest.
 * @param body the test; it must not be asynchronous.
 * @param options how the broker behaves.
 *
 * @example
 * ```ts
 * runMqtt(assertDeepEqual, ({ broker, connect, hot, expectObservable }) => {
 *   const mqtt = connect();
 *   broker.feed(hot('--a', { a: { topic: 'a', payload: '1' } }));
 *   expectObservable(mqtt.observe('a').pipe(plainMessages())).toBe('--a', {
 *     a: { topic: 'a', value: '1', qos: 0, retain: false },
 *   });
 * });
 * ```
 */
export function runMqtt<R>(
  assertDeepEqual: ConstructorParameters<typeof TestScheduler>[0],
  body: (helpers: MqttRunHelpers) => R,
  options: Omit<TestBrokerOptions, 'scheduler' | 'clock'> = {},
): R {
  const scheduler = new TestScheduler(assertDeepEqual);
  return scheduler.run((helpers) => {
    const broker = createTestBroker({ ...options, scheduler });
    return body({ ...helpers, broker, connect: (own) => broker.connect(own) });
  });
}
