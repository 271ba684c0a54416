import { InvalidOptionsError } from '@rxmqtt/core';
import fc from 'fast-check';
import { EMPTY, NEVER, Subject, from, map, of, range, take, tap, throwError } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { marbles, watch } from '../../test/operators/marbles.js';
import { type SequenceGapsOptions, sequenceGaps } from './sequence-gaps.js';
import type { SequencedValue } from './sequence.js';

const numbers = { sequence: (n: number | undefined) => n };
const mistake = new Error('mine');

function told(
  values: readonly (number | undefined)[],
  options: Partial<SequenceGapsOptions<number | undefined>> = {},
): string[] {
  return watch(from(values).pipe(sequenceGaps({ ...numbers, ...options }))).values.map(tell);
}

function tell(step: SequencedValue<unknown>): string {
  return step.type === 'gap' ? `gap ${String(step.missing)} from ${String(step.expected)}` : step.type;
}

describe('sequenceGaps', () => {
  it.each([
    [[5, 6, 7], {}, ['first', 'next', 'next']],
    [[1, 4, 5], {}, ['first', 'gap 2 from 2', 'next']],
    [[1, 4, 2, 2, 3, 5], {}, ['first', 'gap 2 from 2', 'late', 'duplicate', 'late', 'next']],
    [[1, 2, 2, 1, 3], {}, ['first', 'next', 'duplicate', 'duplicate', 'next']],
    [[7, 8, 0, 1], {}, ['first', 'next', 'restart', 'next']],
    [[7, 8, 1, 2], { first: 1 }, ['first', 'next', 'restart', 'next']],
    [[90, 91, 60, 61], { window: 10 }, ['first', 'next', 'restart', 'next']],
    [[90, 91, 85], { window: 10 }, ['first', 'next', 'duplicate']],
    [[65_534, 65_535, 0, 1], { modulus: 65_536 }, ['first', 'next', 'next', 'next']],
    [[0, 0], { modulus: 1 }, ['first', 'duplicate']],
    [[254, 1, 255, 0, 2], { modulus: 256 }, ['first', 'gap 2 from 255', 'late', 'late', 'next']],
    [[10, 0, 1], { modulus: 256, window: 5 }, ['first', 'restart', 'next']],
    [[1, undefined, NaN, 2], {}, ['first', 'unnumbered', 'unnumbered', 'next']],
    // Of what was missed long ago nobody knows whether it has come.
    [[1, 100, 50, 98], { window: 10 }, ['first', 'gap 98 from 2', 'restart', 'gap 47 from 51']],
    [[1, 3, 12, 2], { window: 10 }, ['first', 'gap 1 from 2', 'gap 8 from 4', 'late']],
    [[1, 3, 13, 2], { window: 10 }, ['first', 'gap 1 from 2', 'gap 9 from 4', 'restart']],
    // What was missed the last time round has come this time.
    [[0, 2, 3, 0, 1, 2, 1], { modulus: 4 }, ['first', 'gap 1 from 1', 'next', 'next', 'next', 'next', 'duplicate']],
  ])('of %j with %j tells %j', (values, options, expected) => {
    expect(told(values, options)).toEqual(expected);
  });

  it('of the same number at once is a duplicate, not a restart', () => {
    expect(told([0, 0, 1])).toEqual(['first', 'duplicate', 'next']);
  });

  it('takes the first number for a duplicate when the server says that it has sent it before', () => {
    const source = [0, 1, 2].map((n) => new FakeMessage('a', { payload: String(n) }));
    const again = new FakeMessage('a', { payload: '0', dup: true });
    const sequence = ({ payload }: FakeMessage) => Number(new TextDecoder().decode(payload));
    const seen = watch(from([...source, again]).pipe(sequenceGaps({ sequence })));
    expect(seen.values.map(({ type }) => type)).toEqual(['first', 'next', 'next', 'duplicate']);
  });

  it('counts for each key, the topic if not told', () => {
    const source = ['a', 'b', 'a', 'b'].map((topic, n) => ({ topic, n }));
    const seen = watch(from(source).pipe(sequenceGaps({ sequence: ({ n }) => n })));
    expect(seen.values.map((step) => `${step.key} ${tell(step)}`)).toEqual([
      'a first',
      'b first',
      'a gap 1 from 1',
      'b gap 1 from 2',
    ]);
    expect(seen.values[2]?.value).toBe(source[2]);
    expect(
      watch(from(source).pipe(sequenceGaps({ sequence: ({ n }) => n, key: () => 'all' }))).values.map(tell),
    ).toEqual(['first', 'next', 'next', 'next']);
  });

  it('remembers so many keys', () => {
    const source = ['a', 'b', 'c', 'c', 'a'].map((topic) => ({ topic }));
    const seen = watch(from(source).pipe(sequenceGaps({ sequence: () => 1, maxKeys: 2 })));
    expect(seen.values.map(({ type }) => type)).toEqual(['first', 'first', 'first', 'duplicate', 'first']);
  });

  it('forgets the key heard of first, whatever has been forgotten before', () => {
    const source = Array.from('abcdefbcdeffe', (topic) => ({ topic }));
    const seen = watch(from(source).pipe(sequenceGaps({ sequence: () => 1, maxKeys: 3 })));
    expect(seen.values.filter(({ type }) => type === 'duplicate').map(({ key }) => key)).toEqual(['f', 'e']);
  });

  it('knows how many are missing, whatever order they come in', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 60 }, (_, n) => n + 1)), (some) => {
        const steps = watch(from([0, ...some]).pipe(sequenceGaps({ ...numbers, first: 1_000 }))).values;
        const skipped = steps.reduce((sum, step) => sum + (step.type === 'gap' ? step.missing : 0), 0);
        const late = steps.filter(({ type }) => type === 'late').length;
        expect(skipped - late).toBe(Math.max(0, ...some) - some.length);
        expect(steps.filter(({ type }) => type === 'duplicate' || type === 'restart')).toEqual([]);
      }),
    );
  });

  it('of a source that never emits, an empty one, one that errors, and unsubscribed early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('ab-c', { a: 1, b: 2, c: 3 });
      const result = source.pipe(sequenceGaps(numbers), map(tell));
      expectObservable(result, '--!').toBe('fn-', { f: 'first', n: 'next' });
      expectSubscriptions(source.subscriptions).toBe('^-!');
    });
    expect(watch(NEVER.pipe(sequenceGaps(numbers))).completed).toBe(false);
    expect(watch(EMPTY.pipe(sequenceGaps(numbers))).completed).toBe(true);
    expect(watch(throwError(() => mistake).pipe(sequenceGaps(numbers))).error).toBe(mistake);
  });

  it('errors with what a callback throws', () => {
    const fail = (): never => {
      throw mistake;
    };
    expect(watch(of(1).pipe(sequenceGaps({ sequence: fail }))).error).toBe(mistake);
    expect(watch(of(1).pipe(sequenceGaps({ ...numbers, key: fail }))).error).toBe(mistake);
  });

  it('pulls 3 from a synchronous source behind take(3), and lets a consumer re-enter', () => {
    let pulled = 0;
    watch(
      range(0, 100_000).pipe(
        tap(() => pulled++),
        sequenceGaps(numbers),
        take(3),
      ),
    );
    expect(pulled).toBe(3);
    const source = new Subject<number>();
    const seen: string[] = [];
    source.pipe(sequenceGaps({ sequence: (n: number) => n })).subscribe((step) => {
      seen.push(step.type);
      if (step.value < 3) source.next(step.value + 1);
    });
    source.next(1);
    expect(seen).toEqual(['first', 'next', 'next']);
  });

  it.each([
    ['sequence', { sequence: 'seq' as never }],
    ['key', { ...numbers, key: 1 as never }],
    ['first', { ...numbers, first: -1 }],
    ['modulus', { ...numbers, modulus: 0.5 }],
    ['window', { ...numbers, window: 0 }],
    ['maxKeys', { ...numbers, maxKeys: 0 }],
    ['keys', { ...numbers, keys: 0 } as never],
  ])('checks %s at once', (path, options) => {
    expect(() => sequenceGaps(options)).toThrow(InvalidOptionsError);
    expect(() => sequenceGaps(options)).toThrow(path);
  });
});
