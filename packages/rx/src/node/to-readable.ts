// The only file that knows Node: it is an entry point of its own.
/// <reference types="node" preserve="true" />
import { Readable } from 'node:stream';
import type { Observable } from 'rxjs';
import { PullIterator } from '../adapters/pull-iterator.js';
import { BUFFER_RULES } from '../internal/buffer.js';
import { fields, flag } from '../internal/rules.js';
import { type PullOptions, resolvePullOptions } from '../adapters/pull-options.js';

/** Options of {@link toReadable}. */
export interface ToReadableOptions<T> extends PullOptions<T> {
  /** `false` for a stream of bytes; values must then be text or bytes. Defaults to `true`: each value is a chunk. */
  readonly objectMode?: boolean;
}

const OPTIONS = fields<ToReadableOptions<never>>({ ...BUFFER_RULES, objectMode: flag });

/**
 * An Observable as a `Readable` of Node, which takes a value only when it is read. It subscribes at the first read, and
 * unsubscribes when it is destroyed. What comes faster than it is read waits, as `toAsyncIterable` says.
 *
 * Ends when the source completes · emits `error` with the source's error, or with OverflowError by policy · a reconnect
 * changes nothing.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * import { toReadable } from '@rxmqtt/rx/node';
 *
 * const bytes$ = mqtt.observe('log/#').pipe(map(({ payload }) => payload));
 * await pipeline(toReadable(bytes$, { objectMode: false }), createWriteStream('all.log'));
 * ```
 */
export function toReadable<T>(source: Observable<T>, options: ToReadableOptions<T> = {}): Readable {
  const pull = resolvePullOptions(source, options, OPTIONS);
  const iterator = new PullIterator(source, pull, 'toReadable');
  const { objectMode = true } = options;
  // One value is read ahead at most: what waits is to wait where it is bounded.
  return Readable.from(iterator, { objectMode, highWaterMark: 1 });
}
