import { InvalidTopicError, type MqttMessage } from '@rxmqtt/core';
import { Observable, of } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, sample } from '../../test/operators/operator-cases.js';
import { connected, watch } from '../../test/script.js';
import { matchTopic } from './match-topic.js';
import { routeTopics } from './route-topics.js';

describe('matchTopic', () => {
  it('keeps what matches, with what the wildcards stand for', () => {
    const [one, other, deep] = [sample('a/1'), sample('b/1'), sample('a/2/c')];
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-1-o-d|', { 1: one, o: other, d: deep });
      expectObservable(source.pipe(matchTopic('a/+/#'))).toBe('-1---d|', {
        1: { ...one, captures: ['1', ''] },
        d: { ...deep, captures: ['2', 'c'] },
      });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
    });
  });

  it.each([
    ['a', 'a', []],
    ['#', 'a/b', ['a/b']],
    ['+', '$SYS', undefined],
    ['$share/g/a/+', 'a/b', ['b']],
    ['a/+', 'a', undefined],
    ['{x}/+', '{x}/y', ['y']],
  ])('takes %s for a filter: %s', (filter, topic, captures) => {
    const seen = watch(of({ topic }).pipe(matchTopic(filter)));

    expect(seen.values).toEqual(captures === undefined ? [] : [{ topic, captures }]);
  });

  it.each(['', 'a+', 'a/#/b', '\0', '\ud800', '$share/g', 'x'.repeat(65_536)])(
    'refuses the filter %j at once',
    (filter) => {
      expect(() => matchTopic(filter)).toThrow(InvalidTopicError);
    },
  );

  it('keeps all that an observed message is: its acknowledgement, properties and parameters', () => {
    const { mqtt, deliver, sent } = connected();
    const seen = watch(mqtt.observe('a/{x}/+', { qos: 1, ack: 'manual' }).pipe(matchTopic('+/+/c')));

    deliver({ topic: 'a/1/c', qos: 1, packetId: 7, payload: 'p', properties: { contentType: 'x/y' } });

    const [message] = seen.values;
    expect(message?.captures).toEqual(['a', '1']);
    expect([message?.params.x, message?.properties.contentType, message?.payload.length]).toEqual(['1', 'x/y', 1]);
    expect([message?.template, message?.awaitsAck]).toEqual(['a/{x}/+', true]);
    message?.ack();
    expect(sent('ack')).toMatchObject([{ packetId: 7 }]);
  });

  it('takes messages of a core connection as they are: all of them is there, and what it adds', () => {
    const { mqtt, deliver, sent } = connected();
    const messages$ = new Observable<MqttMessage>((subscriber) => {
      const subscription = mqtt.connection.subscribe('#', { qos: 1, ack: 'manual' }, (message) => {
        subscriber.next(message);
      });
      return () => void subscription.unsubscribe();
    });
    const matched = watch(messages$.pipe(matchTopic('+/temp')));
    const routed = watch(messages$.pipe(routeTopics({ '{line}/temp': (message) => message })));
    deliver({ topic: '7/temp', qos: 1, packetId: 7, payload: 'p', properties: { contentType: 'x/y' } });

    for (const [message] of [matched.values, routed.values]) {
      expect(message).toMatchObject({ topic: '7/temp', qos: 1, retain: false, dup: false });
      expect(message?.properties).toEqual({ contentType: 'x/y' });
      expect(message?.properties).toBe(message?.properties);
      expect(message?.awaitsAck).toBe(true);
      message?.ack();
      expect(message?.awaitsAck).toBe(false);
    }
    expect([matched.values[0]?.captures, routed.values[0]?.params]).toEqual([['7'], { line: '7' }]);
    expect(sent('ack')).toMatchObject([{ packetId: 7 }]);
  });

  operatorCases({ create: () => matchTopic('a/+'), message: (i) => sample(`a/${i}`) });
});
