import type { Observable } from 'rxjs';
import { type PullOptions, resolvePullOptions } from './pull-options.js';
import { PullIterator } from './pull-iterator.js';

/**
 * An Observable as an async iterable. Each iteration subscribes when its first value is asked for, and unsubscribes when it is
 * left: by `break`, `return`, an exception, or the end.
 *
 * An Observable cannot be told to slow down: values that come faster than they are asked for wait, `capacity` at most, and
 * then `overflow` decides. Messages of QoS 1 and 2 in a subscription with `ack: 'manual'` are different: they wait
 * unacknowledged, so that whoever acknowledges what is pulled holds the broker to the own pace, and none is dropped.
 *
 * Completes with the source · rejects with the source's error, or OverflowError by policy, after what had come before · a
 * reconnect changes nothing · several calls of `next()` at once are answered in their order.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * for await (const message of toAsyncIterable(mqtt.observe('jobs/#', { qos: 1, ack: 'manual' }))) {
 *   await work(message.payload);
 *   message.ack();
 * }
 * ```
 */
export function toAsyncIterable<T>(source: Observable<T>, options: PullOptions<T> = {}): AsyncIterable<T> {
  const resolved = resolvePullOptions(source, options);
  return { [Symbol.asyncIterator]: () => new PullIterator(source, resolved, 'toAsyncIterable') };
}
