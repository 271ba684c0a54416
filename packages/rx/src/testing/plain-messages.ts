import type { QoS } from '@rxmqtt/core';
import { type OperatorFunction, map } from 'rxjs';
import type { ObservedMessage } from '../observing/observe-options.js';

/** What of a message can be compared in a test. */
export interface PlainMessage<T> {
  readonly topic: string;
  readonly value: T;
  readonly qos: QoS;
  readonly retain: boolean;
}

/**
 * Makes observed messages into plain objects, which marble diagrams can compare: topic, value, QoS and retain flag. Values that
 * are bytes become text.
 *
 * Cold · completes and errors with the source.
 *
 * @example
 * ```ts
 * expectObservable(mqtt.observe('a').pipe(plainMessages())).toBe('-a', {
 *   a: { topic: 'a', value: '1', qos: 0, retain: false },
 * });
 * ```
 */
export function plainMessages<T>(): OperatorFunction<
  ObservedMessage<string, T>,
  PlainMessage<T extends Uint8Array ? string : T>
> {
  const decoder = new TextDecoder();
  return map(({ topic, value, qos, retain }) => {
    const readable = ArrayBuffer.isView(value) ? decoder.decode(value) : value;
    return { topic, value: readable as T extends Uint8Array ? string : T, qos, retain };
  });
}
