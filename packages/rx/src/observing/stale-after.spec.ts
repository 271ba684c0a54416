import { InvalidOptionsError } from '@rxmqtt/core';
import { Subject, map } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, type Sample, sample } from '../../test/operators/operator-cases.js';
import { watch } from '../../test/script.js';
import { type Freshness, staleAfter } from './stale-after.js';

const values = { a: sample('a'), b: sample('b') };
const said = map(({ status, topic }: Freshness<Sample>) => `${status} ${topic}`);

describe('staleAfter', () => {
  it('tells when a topic speaks, falls silent, and speaks again', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('a-a-------a|', values);
      expectObservable(source.pipe(staleAfter(4), said)).toBe('f-----s---f|', { f: 'fresh a', s: 'stale a' });
      expectSubscriptions(source.subscriptions).toBe('^----------!');
    });
  });

  it('watches each topic by itself', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('a-b-b--b', values);
      expectObservable(source.pipe(staleAfter(4), said), '^-------------!').toBe('f-g-s------t', {
        f: 'fresh a',
        g: 'fresh b',
        s: 'stale a',
        t: 'stale b',
      });
    });
  });

  it('tells of several that fall silent together', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('(ab)', values);
      expectObservable(source.pipe(staleAfter(6), said), '^---------!').toBe('(fg)--(st)', {
        f: 'fresh a',
        g: 'fresh b',
        s: 'stale a',
        t: 'stale b',
      });
    });
  });

  it('has the message that broke the silence, and the last one before it', () => {
    const [first, last] = [sample('a', '1'), sample('a', '2')];
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('12', { 1: first, 2: last }).pipe(staleAfter(3)), '^-------!').toBe('f---s', {
        f: { status: 'fresh', topic: 'a', message: first },
        s: { status: 'stale', topic: 'a', message: last },
      });
    });
  });

  it('completes and errors at once, calling nothing stale', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-|', values).pipe(staleAfter(9), said)).toBe('f-|', { f: 'fresh a' });
      expectObservable(cold('a-#', values).pipe(staleAfter(9), said)).toBe('f-#', { f: 'fresh a' });
    });
  });

  it('calls the most silent stale early when there are too many', () => {
    const source$ = new Subject<Sample>();
    const seen = watch(source$.pipe(staleAfter(1_000, { maxTopics: 2 }), said));

    for (const topic of ['a', 'b', 'a', 'c']) source$.next(sample(topic));

    expect(seen.values).toEqual(['fresh a', 'fresh b', 'stale b', 'fresh c']);
    seen.leave();
  });

  it.each([0, Number.NaN, Infinity])('refuses a silence of %s at once', (silence) => {
    expect(() => staleAfter(silence)).toThrow(InvalidOptionsError);
  });

  it('refuses a bound that is none at once', () => {
    expect(() => staleAfter(1, { maxTopics: -1 })).toThrow(InvalidOptionsError);
  });

  operatorCases({ create: () => staleAfter(100_000), message: (i) => sample(`a/${i}`) });
});
