import { type MonoTypeOperatorFunction, defer, filter, map } from 'rxjs';
import { check, count, fields, func, number } from '../internal/rules.js';
import { SeenKeys } from './seen-keys.js';

/** Options of {@link dedupe}. */
export interface DedupeOptions<T> {
  /** What makes two values the same; a value with the key `undefined` is like no other. */
  readonly key: (value: T) => unknown;
  /** How many keys are remembered, and for how many milliseconds. Defaults to 10,000 keys for 60,000 ms. */
  readonly window?: { readonly count?: number; readonly time?: number };
  /** Called with each duplicate. What it throws errors the stream. */
  readonly onDuplicate?: (value: T) => void;
}

type Window = NonNullable<DedupeOptions<never>['window']>;

const OPTIONS = fields<DedupeOptions<never>>(
  { key: func, window: fields<Window>({ count, time: number(0, Infinity) }), onDuplicate: func },
  ['key'],
);

/**
 * Lets a value through unless one with the same key has come within the window.
 *
 * Of messages with `ack: 'manual'` none is lost and none is left over: a duplicate is acknowledged when, and as, the
 * first one is, also if the first came on an earlier connection. Whoever unsubscribes or fails before that gets the message
 * again. To that end such messages are emitted as stand-ins, with everything that the original has.
 *
 * Cold, each subscriber remembers for itself · completes and errors with the source, and errors with what a callback
 * throws · remembers through reconnects.
 *
 * @throws InvalidOptionsError at once.
 *
 * @example
 * ```ts
 * mqtt
 *   .observe('orders', { qos: 1, ack: 'manual', codec: json<{ id: string }>() })
 *   .pipe(
 *     dedupe({ key: ({ value }) => value.id, window: { count: 50_000, time: 3_600_000 } }),
 *     processEach(({ value }) => ship(value)),
 *   )
 *   .subscribe();
 * ```
 */
export function dedupe<T>(options: DedupeOptions<T>): MonoTypeOperatorFunction<T> {
  check(['', options, OPTIONS]);
  const { key, window = {}, onDuplicate } = options;
  return (source) =>
    defer(() => {
      const seen = new SeenKeys<T>(window);
      return source.pipe(
        map((value) => {
          const name = key(value);
          if (name === undefined) return value;
          const first = seen.take(name, value);
          if (first !== undefined) return first;
          onDuplicate?.(value);
          // In the place of a value that does not go on: any other one may be of the source's.
          return seen;
        }),
        filter((value): value is T => value !== seen),
      );
    });
}
