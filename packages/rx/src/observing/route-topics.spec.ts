import { InvalidOptionsError, InvalidTopicError } from '@rxmqtt/core';
import { Subject, of } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, type Sample, sample } from '../../test/operators/operator-cases.js';
import { connected, watch } from '../../test/script.js';
import { routeTopics } from './route-topics.js';

describe('routeTopics', () => {
  it('gives each message to the first route that matches, and emits what that returns', () => {
    const values = { t: sample('plant/7/temp'), a: sample('plant/8/alarm'), x: sample('other') };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-t-a-x|', values);
      const routed$ = source.pipe(
        routeTopics({
          'plant/{line}/temp': ({ params }) => `temp of ${params.line}`,
          'plant/+/+': ({ captures: [line, what] }) => `${what} of ${line}`,
        }),
      );
      expectObservable(routed$).toBe('-t-a--|', { t: 'temp of 7', a: 'alarm of 8' });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it.each([[['#', 'a/+', 'a/b']], [['a/+', '#', 'a/b']], [['a/b', 'a/+', '#']], [['a/+', 'a/b', '#']]])(
    'of %j takes the one that is written first',
    (filters) => {
      const routes = Object.fromEntries(filters.map((filter) => [filter, () => filter]));
      expect(watch(of(sample('a/b')).pipe(routeTopics(routes))).values).toEqual([filters[0]]);
    },
  );

  it('gives the others to the fallback', () => {
    const seen = watch(
      of(sample('a'), sample('b')).pipe(
        routeTopics({ a: ({ template }) => template }, ({ topic }) => `what is ${topic}?`),
      ),
    );

    expect(seen.values).toEqual(['a', 'what is b?']);
  });

  it('emits whatever a handler returns, also nothing', () => {
    const seen = watch(of(sample('a')).pipe(routeTopics({ a: () => undefined })));

    expect(seen.values).toEqual([undefined]);
  });

  it('keeps all that an observed message is', () => {
    const { mqtt, deliver, sent } = connected();
    mqtt
      .observe('#', { qos: 1, ack: 'manual' })
      .pipe(
        routeTopics({
          'a/{x}': (message) => {
            message.ack();
          },
        }),
      )
      .subscribe();

    deliver({ topic: 'a/1', qos: 1, packetId: 7 }, { topic: 'b', qos: 1, packetId: 8 });

    expect(sent('ack')).toMatchObject([{ packetId: 7 }]);
  });

  it('errors with what a handler or the fallback throws, and leaves the source', () => {
    for (const topic of ['a', 'b']) {
      const mistake = new Error('mine');
      const fail = (): never => {
        throw mistake;
      };
      const source$ = new Subject<Sample>();
      const seen = watch(source$.pipe(routeTopics({ a: fail }, fail)));
      source$.next(sample(topic));
      expect(seen.error).toBe(mistake);
      expect(source$.observed).toBe(false);
    }
  });

  it('refuses bad filters at once, and two that are the same', () => {
    expect(() => routeTopics({ 'a#': () => 1 })).toThrow(InvalidTopicError);
    expect(() => routeTopics({ 'a/{x}': () => 1, 'a/+': () => 2 })).toThrow(InvalidOptionsError);
  });

  operatorCases({ create: () => routeTopics({ 'a/{x}': ({ params }) => params.x }), message: (i) => sample(`a/${i}`) });
});
