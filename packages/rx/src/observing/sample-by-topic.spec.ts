import { InvalidOptionsError } from '@rxmqtt/core';
import { Subject, take } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, type Sample, sample } from '../../test/operators/operator-cases.js';
import { watch } from '../../test/script.js';
import { sampleByTopic } from './sample-by-topic.js';

const values = { 1: sample('a', '1'), 2: sample('a', '2'), 3: sample('a', '3'), b: sample('b', 'b') };

describe('sampleByTopic', () => {
  it('lets the latest of each topic pass at the end of each period', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-1b2-------3-----|', values);
      expectObservable(source.pipe(sampleByTopic(5))).toBe('------(2b)------3|', values);
      expectSubscriptions(source.subscriptions).toBe('^----------------!');
    });
  });

  it('lets what waits pass before it completes', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-1b|', values).pipe(sampleByTopic(50))).toBe('---(1b|)', values);
    });
  });

  it('errors at once, without what waits', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-1#', values).pipe(sampleByTopic(50))).toBe('--#');
    });
  });

  it('sets no timer while nothing waits', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('1---------2', values).pipe(sampleByTopic(3)), '^-------------------!').toBe(
        '---1---------2',
        values,
      );
    });
  });

  it('emits what waits when more topics come than may wait', () => {
    const source$ = new Subject<Sample>();
    const seen = watch(source$.pipe(sampleByTopic(1_000, { maxTopics: 2 })));

    for (const topic of ['a', 'b', 'a', 'c']) source$.next(sample(topic));

    expect(seen.values.map(({ topic }) => topic)).toEqual(['a', 'b']);
    seen.leave();
  });

  it('stops in the middle of a period when enough was taken', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-1b', values);
      expectObservable(source.pipe(sampleByTopic(3), take(1))).toBe('----(1|)', values);
      expectSubscriptions(source.subscriptions).toBe('^---!');
    });
  });

  it.each([0, -1, Number.NaN, Infinity, 2 ** 31])('refuses a period of %s at once', (period) => {
    expect(() => sampleByTopic(period)).toThrow(InvalidOptionsError);
  });

  it('refuses a bound that is none at once', () => {
    expect(() => sampleByTopic(1, { maxTopics: 0 })).toThrow(InvalidOptionsError);
  });

  // With room for one topic it emits a message when the next one comes.
  operatorCases({ create: () => sampleByTopic(1_000, { maxTopics: 1 }), message: (i) => sample(`a/${i}`), pulls: 4 });
});
