import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InvalidOptionsError } from '@rxmqtt/core';
import fc from 'fast-check';
import { from, map, of, Subject } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, type Sample, sample } from '../../test/operators/operator-cases.js';
import { watch } from '../../test/script.js';
import { latestByTopic } from './latest-by-topic.js';

const text = (latest: ReadonlyMap<string, Sample>): string =>
  [...latest].map(([topic, { payload }]) => `${topic}${new TextDecoder().decode(payload)}`).join(' ');

describe('latestByTopic', () => {
  it('has the latest message of each topic', () => {
    const values = { 1: sample('a', '1'), 2: sample('b', '2'), 3: sample('a', '3') };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-1-2-3|', values);
      expectObservable(source.pipe(latestByTopic(), map(text))).toBe('-x-y-z|', { x: 'a1', y: 'a1 b2', z: 'b2 a3' });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it('emits a new map each time', () => {
    const seen = watch(of(sample('a', '1'), sample('a', '2')).pipe(latestByTopic()));

    expect(seen.values.map(text)).toEqual(['a1', 'a2']);
  });

  it('takes a topic out that is cleared, and says nothing when it was not there', () => {
    const seen = watch(
      of(sample('a', ''), sample('a', '1'), sample('b', '2'), sample('a', '')).pipe(latestByTopic(), map(text)),
    );

    expect(seen.values).toEqual(['a1', 'a1 b2', 'b2']);
  });

  it('takes out what it is told to', () => {
    const remove = ({ retain }: Sample): boolean => retain;
    const seen = watch(
      of(sample('a', ''), sample('a', '1', true)).pipe(
        latestByTopic({ remove }),
        map(({ size }) => size),
      ),
    );

    expect(seen.values).toEqual([1, 0]);
  });

  it('forgets the topic that has been silent for longest when there are too many', () => {
    const messages = ['a', 'b', 'a', 'c', 'd'].map((topic) => sample(topic, ''));
    const seen = watch(of(...messages).pipe(latestByTopic({ maxTopics: 2, remove: () => false }), map(text)));

    expect(seen.values).toEqual(['a', 'a b', 'b a', 'a c', 'c d']);
  });

  it('forgets as a list would that is searched, whatever comes and goes', () => {
    const messages = fc.array(fc.record({ topic: fc.integer({ max: 9, min: 0 }), empty: fc.boolean() }), {
      maxLength: 100,
    });
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 6 }), (sent, maxTopics) => {
        const seen = watch(
          from(sent.map(({ topic, empty }) => sample(String(topic), empty ? '' : '1'))).pipe(
            latestByTopic({ maxTopics }),
          ),
        );
        let list: string[] = [];
        for (const { topic, empty } of sent) {
          list = [...list.filter((known) => known !== String(topic)), ...(empty ? [] : [String(topic)])].slice(
            -maxTopics,
          );
        }
        expect([...(seen.values.at(-1)?.keys() ?? [])]).toEqual(list);
      }),
    );
  });

  it('keeps no message that has been replaced', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const source = new Subject<Sample>();
    const kept: WeakRef<Sample>[] = [];
    const subscription = source.pipe(latestByTopic({ every: 60_000 })).subscribe();
    for (let i = 0; i < 1_000; i++) {
      const message = sample(String(i % 2), String(i));
      kept.push(new WeakRef(message));
      source.next(message);
    }
    // What a job has seen alive lives to its end.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(kept.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(10);
    subscription.unsubscribe();
  });

  it('emits so often at most, the last one before it completes', () => {
    const values = { 1: sample('a', '1'), 2: sample('a', '2'), 3: sample('a', '3'), 4: sample('a', '4') };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-12------34|', values);
      expectObservable(source.pipe(latestByTopic({ every: 3 }), map(text))).toBe('-w--x----y-(z|)', {
        w: 'a1',
        x: 'a2',
        y: 'a3',
        z: 'a4',
      });
      expectSubscriptions(source.subscriptions).toBe('^----------!');
    });
  });

  it('has no timer left when it is left', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(
        cold('12', { 1: sample('a'), 2: sample('b') }).pipe(
          latestByTopic({ every: 5 }),
          map(({ size }) => size),
        ),
        '^--!',
      ).toBe('x', { x: 1 });
    });
  });

  it('errors with what remove throws, and leaves the source', () => {
    const mistake = new Error('mine');
    const source$ = new Subject<Sample>();
    const seen = watch(
      source$.pipe(
        latestByTopic({
          remove: () => {
            throw mistake;
          },
        }),
      ),
    );
    source$.next(sample('a'));
    expect(seen.error).toBe(mistake);
    expect(source$.observed).toBe(false);
  });

  it.each([{ maxTopics: 0 }, { every: -1 }])('refuses %j at once', (options) => {
    expect(() => latestByTopic(options)).toThrow(InvalidOptionsError);
  });

  operatorCases({ create: () => latestByTopic(), message: (i) => sample(`a/${i}`) });
});
