import { type OperatorFunction, defer, map } from 'rxjs';
import { topicOf } from '../internal/carried.js';
import { check, count, fields, func, number } from '../internal/rules.js';
import { Sequence, type SequencedValue } from './sequence.js';

/** Options of {@link sequenceGaps}. */
export interface SequenceGapsOptions<T> {
  /** The number that a value carries; `undefined` if it has none. */
  readonly sequence: (value: T) => number | undefined;
  /** Whose numbers it belongs to. Defaults to the topic. */
  readonly key?: (value: T) => string;
  /** The number that a sequence starts with: whenever it comes, it is a restart, unless `dup` says otherwise. Defaults to 0. */
  readonly first?: number;
  /** How many numbers there are, if they start again at 0 after the highest: 65,536 for 16 bits. Defaults to no end. */
  readonly modulus?: number;
  /** How far back a number may be to count as late or as a duplicate; further back it is a restart. Defaults to 1,000. */
  readonly window?: number;
  /** How many keys are remembered; the one heard of first is forgotten first. Defaults to 10,000. */
  readonly maxKeys?: number;
}

const OPTIONS = fields<SequenceGapsOptions<never>>(
  {
    sequence: func,
    key: func,
    first: number(0, Number.MAX_SAFE_INTEGER),
    ...{ modulus: count, window: count, maxKeys: count },
  },
  ['sequence'],
);

/**
 * Tells what the numbers say that publishers give their messages. Emits for each value:
 * - `first`: the first of its key;
 * - `next`: as expected;
 * - `gap`: `missing` numbers before it have not come;
 * - `late`: one of those that were missing;
 * - `duplicate`: it had come before;
 * - `restart`: the publisher has started anew;
 * - `unnumbered`: it has no number.
 *
 * Cold, each subscriber counts for itself · completes and errors with the source, and errors with what a callback throws ·
 * goes on through reconnects: what was missed meanwhile is a gap · memory is bounded by `maxKeys` and `window`.
 *
 * @throws InvalidOptionsError at once.
 *
 * @example
 * ```ts
 * mqtt
 *   .observe('plant/{machine}/telemetry', { codec: json<{ seq: number }>() })
 *   .pipe(
 *     sequenceGaps({ sequence: ({ value }) => value.seq }),
 *     filter(({ type }) => type === 'gap'),
 *   )
 *   .subscribe(({ key, sequence }) => console.warn(`${key}: something is missing before ${sequence}`));
 * ```
 */
export function sequenceGaps<T>(options: SequenceGapsOptions<T>): OperatorFunction<T, SequencedValue<T>> {
  check(['', options, OPTIONS]);
  const { sequence, key = topicKey, first = 0, modulus = Infinity, window = 1_000, maxKeys = 10_000 } = options;
  const rules = { first, modulus, window };
  return (source) =>
    defer(() => {
      const sequences = new Map<string, Sequence<T>>();
      // One iterator for all: each new one would pass all that has been forgotten.
      const oldest = sequences.keys();
      const begin = (name: string): Sequence<T> => {
        if (sequences.size >= maxKeys) sequences.delete(oldest.next().value!);
        const begun = new Sequence<T>(name, rules);
        sequences.set(name, begun);
        return begun;
      };
      return source.pipe(
        map((value) => {
          const name = key(value);
          const number = sequence(value);
          return (sequences.get(name) ?? begin(name)).take(value, number);
        }),
      );
    });
}

function topicKey(value: unknown): string {
  return topicOf(value) ?? '';
}
