import { InvalidOptionsError, OverflowError } from '@rxmqtt/core';
import fc from 'fast-check';
import { EMPTY, NEVER, Subject, defer, of, range, take, tap, throwError } from 'rxjs';
import { marbles, watch } from '../../test/operators/marbles.js';
import { Backoff } from './backoff.js';
import { retryBackoff } from './retry-backoff.js';
import { type Jitter, type RetryPolicy, resolveRetryPolicy } from './retry-policy.js';

const exact = { initialDelay: 2, factor: 2, jitter: 'none' } as const satisfies RetryPolicy;
const mistake = new Error('mine');

function delays(policy: RetryPolicy, failures: number): (number | undefined)[] {
  const backoff = new Backoff(resolveRetryPolicy(policy));
  return Array.from({ length: failures }, () => backoff.next(mistake, 0));
}

describe('the delays of a policy', () => {
  it.each([
    ['none', 0.5, [100, 200, 400, 800, 1_000, 1_000]],
    ['full', 0.5, [50, 100, 200, 400, 500, 500]],
    ['full', 0, [0, 0, 0, 0, 0, 0]],
    ['equal', 0.5, [75, 150, 300, 600, 750, 750]],
    ['equal', 0, [50, 100, 200, 400, 500, 500]],
    // From 100 to three times the one before.
    ['decorrelated', 0.5, [200, 350, 575, 913, 1_000, 1_000]],
    ['decorrelated', 0, [100, 100, 100, 100, 100, 100]],
  ] as const)('with jitter %s and chance %d are %j', (jitter, chance, expected) => {
    expect(delays({ initialDelay: 100, maxDelay: 1_000, jitter, random: () => chance }, 6)).toEqual(expected);
  });

  it('stay within their bounds, whatever chance says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Jitter>('full', 'equal', 'decorrelated', 'none'),
        fc.nat(10_000),
        fc.nat(100_000),
        fc.float({ min: 1, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (jitter, initialDelay, more, factor, chance) => {
          const maxDelay = initialDelay + more;
          const all = delays({ jitter, initialDelay, maxDelay, factor, random: () => chance }, 400);
          const bad = all.filter((delay = -1) => delay < 0 || delay > maxDelay || Number.isNaN(delay));
          expect(bad).toEqual([]);
        },
      ),
    );
  });

  it('end after so many attempts, the first one included', () => {
    expect(delays({ ...exact, maxAttempts: 3 }, 3)).toEqual([2, 4, undefined]);
    expect(delays({ ...exact, maxAttempts: 1 }, 1)).toEqual([undefined]);
  });

  it('start again after it has gone well for long enough', () => {
    const backoff = new Backoff(resolveRetryPolicy({ ...exact, maxAttempts: 3, resetAfter: 100 }));
    expect([0, 99, 100, 0].map((lasted) => backoff.next(mistake, lasted))).toEqual([2, 4, 2, 4]);
  });
});

describe('retryBackoff', () => {
  it('of a source that never emits, an empty one and one that does not fail changes nothing', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      for (const [source, subscription] of [
        ['-----', '^----'],
        ['--|', '  ^-!'],
        ['-ab-c|', '^----!'],
      ] as const) {
        const source$ = cold(source);
        expectObservable(source$.pipe(retryBackoff(exact))).toBe(source);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      }
    });
  });

  it('subscribes again after a delay that grows', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('           -a#');
      const subscriptions = ['        ^-!', '----^-!', '----------^-!', '--------------------^-!'];
      const expected = '              -a---a-----a---------a#';
      expectObservable(source.pipe(retryBackoff({ ...exact, maxAttempts: 4 }))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subscriptions);
    });
  });

  it('starts its delays again when the source has lived for `resetAfter`', () => {
    marbles(({ cold, expectObservable }) => {
      const lives = ['#', '#', '-----#', 'a|'];
      const source = defer(() => cold(lives.shift()!));
      // 2 ms, 4 ms, and after a life of 5 ms 2 ms again.
      expectObservable(source.pipe(retryBackoff({ ...exact, resetAfter: 5 }))).toBe('13ms a|');
    });
  });

  it('ends the wait when it is unsubscribed from', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('     #');
      expectObservable(source.pipe(retryBackoff(exact)), '-!').toBe('--');
      expectSubscriptions(source.subscriptions).toBe(['(^!)']);
    });
  });

  it('errors at once with what is not worth a retry: by its nature, or by the policy', () => {
    const wrong = new InvalidOptionsError([{ path: 'a', reason: 'is wrong' }]);
    expect(watch(throwError(() => wrong).pipe(retryBackoff())).error).toBe(wrong);
    expect(watch(throwError(() => mistake).pipe(retryBackoff({ shouldRetry: () => false }))).error).toBe(mistake);
    const waiting = watch(throwError(() => new OverflowError('a', 'full')).pipe(retryBackoff()));
    expect(waiting.error).toBeUndefined();
    waiting.leave();
  });

  it('errors with what the policy throws', () => {
    const policy: RetryPolicy = {
      shouldRetry: () => {
        throw mistake;
      },
    };
    expect(watch(throwError(() => new Error('other')).pipe(retryBackoff(policy))).error).toBe(mistake);
  });

  it('counts for each subscriber by itself', () => {
    marbles(({ cold, expectObservable }) => {
      const result = cold('#').pipe(retryBackoff({ ...exact, maxAttempts: 2 }));
      expectObservable(result).toBe('--#');
      expectObservable(result).toBe('--#');
    });
  });

  it('pulls 3 from a synchronous source behind take(3)', () => {
    let pulled = 0;
    watch(
      range(0, 100_000).pipe(
        tap(() => pulled++),
        retryBackoff(),
        take(3),
      ),
    );
    expect(pulled).toBe(3);
  });

  it('lets a consumer re-enter', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(retryBackoff()).subscribe((value) => {
      seen.push(value);
      if (value < 3) source.next(value + 1);
    });
    source.next(1);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('of EMPTY, NEVER and a source that recovers', () => {
    let tries = 0;
    const recovers = defer(() => (tries++ === 0 ? throwError(() => mistake) : of('well')));
    expect(watch(EMPTY.pipe(retryBackoff())).completed).toBe(true);
    expect(watch(NEVER.pipe(retryBackoff())).completed).toBe(false);
    marbles(({ expectObservable }) => {
      expectObservable(recovers.pipe(retryBackoff(exact))).toBe('--(a|)', { a: 'well' });
    });
  });

  it.each([
    ['initialDelay', { initialDelay: -1 }],
    ['maxDelay', { initialDelay: 100, maxDelay: 10 }],
    ['factor', { factor: 0.5 }],
    ['jitter', { jitter: 'some' as Jitter }],
    ['maxAttempts', { maxAttempts: 0 }],
    ['resetAfter', { resetAfter: NaN }],
    ['shouldRetry', { shouldRetry: true as never }],
    ['delay', { delay: 3 } as RetryPolicy],
  ])('checks %s at once', (path, policy) => {
    expect(() => retryBackoff(policy)).toThrow(InvalidOptionsError);
    expect(() => retryBackoff(policy)).toThrow(path);
  });
});
