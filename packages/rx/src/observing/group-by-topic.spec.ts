import { InvalidOptionsError } from '@rxmqtt/core';
import { NEVER, Subject, concat, map, mergeMap, of, toArray } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, type Sample, sample } from '../../test/operators/operator-cases.js';
import { connected, watch } from '../../test/script.js';
import { groupByTopic } from './group-by-topic.js';

const keys = (by?: Parameters<typeof groupByTopic<Sample>>[0]): string[] => {
  const seen = watch(
    of(sample('plant/7/temp'), sample('plant/8/temp'), sample('x')).pipe(
      groupByTopic(by),
      map(({ key }) => key),
    ),
  );
  return seen.values;
};

describe('groupByTopic', () => {
  it.each([
    [undefined, ['plant/7/temp', 'plant/8/temp', 'x']],
    [0, ['plant', 'x']],
    [1, ['7', '8', '']],
    [-1, ['temp', 'x']],
    [({ topic }: Sample) => String(topic.length), ['12', '1']],
  ])('groups by %s', (by, expected) => {
    expect(keys(by)).toEqual(expected);
  });

  it('groups by a parameter of the template', () => {
    const { mqtt, deliver } = connected();
    const seen = watch(
      mqtt.observe('plant/{line}/+').pipe(
        groupByTopic('line'),
        mergeMap((line$) => line$.pipe(map(({ topic }) => [line$.key, topic]))),
      ),
    );

    deliver({ topic: 'plant/7/a' }, { topic: 'plant/8/a' }, { topic: 'plant/7/b' });

    expect(seen.values).toEqual([
      ['7', 'plant/7/a'],
      ['8', 'plant/8/a'],
      ['7', 'plant/7/b'],
    ]);
  });

  it('gives each group its messages, and completes them with the source', () => {
    const [a, b] = [sample('a'), sample('b')];
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-a-|', { a, b });
      const counts$ = source.pipe(
        groupByTopic(),
        mergeMap((group$) =>
          group$.pipe(
            toArray(),
            map((all) => `${group$.key}${all.length}`),
          ),
        ),
      );
      expectObservable(counts$).toBe('-------(xy|)', { x: 'a2', y: 'b1' });
      expectSubscriptions(source.subscriptions).toBe('^------!');
    });
  });

  it('completes the group that has been silent for longest when there are too many', () => {
    const source$ = new Subject<Sample>();
    const log: string[] = [];
    source$.pipe(groupByTopic(undefined, { maxGroups: 2 })).subscribe((group$) => {
      group$.subscribe({ next: () => log.push(group$.key), complete: () => log.push(`-${group$.key}`) });
    });

    for (const topic of ['a', 'b', 'a', 'c', 'b']) source$.next(sample(topic));

    expect(log).toEqual(['a', 'b', 'a', '-b', 'c', '-a', 'b']);
  });

  it('completes a group after silence; its next message begins a new one', () => {
    const a = sample('a');
    marbles(({ cold, expectObservable }) => {
      const source = concat(cold('a-a-----a|', { a }), NEVER);
      const log$ = source.pipe(
        groupByTopic(undefined, { idle: 3 }),
        mergeMap((group$) =>
          group$.pipe(
            toArray(),
            map((all) => all.length),
          ),
        ),
      );
      expectObservable(log$, '^------------!').toBe('-----2-----1', { 1: 1, 2: 2 });
    });
  });

  it('holds no more groups than it may, whatever is published', () => {
    let open = 0;
    let most = 0;
    const source$ = new Subject<Sample>();
    source$.pipe(groupByTopic(undefined, { maxGroups: 10 })).subscribe((group$) => {
      most = Math.max(most, ++open);
      group$.subscribe({ complete: () => open-- });
    });
    for (let i = 0; i < 1_000; i++) source$.next(sample(`a/${i}`));
    expect(most).toBe(10);
    source$.complete();
    expect(open).toBe(0);
  });

  it('errors with what its function throws', () => {
    const mistake = new Error('mine');
    const seen = watch(
      of(sample('a')).pipe(
        groupByTopic(() => {
          throw mistake;
        }),
      ),
    );
    expect(seen.error).toBe(mistake);
  });

  it.each([{ maxGroups: 0 }, { maxGroups: 1.5 }, { idle: 0 }, { idle: Number.NaN }])(
    'refuses %j at once',
    (options) => {
      expect(() => groupByTopic(0, options)).toThrow(InvalidOptionsError);
    },
  );

  operatorCases({ create: () => groupByTopic(), message: (i) => sample(`a/${i}`) });
});
