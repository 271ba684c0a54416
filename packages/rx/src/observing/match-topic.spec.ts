import { InvalidTopicError } from '@rxmqtt/core';
import { of } from 'rxjs';
import { marbles } from '../../test/operators/marbles.js';
import { operatorCases, sample } from '../../test/operators/operator-cases.js';
import { connected, watch } from '../../test/script.js';
import { matchTopic } from './match-topic.js';

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

  operatorCases({ create: () => matchTopic('a/+'), message: (i) => sample(`a/${i}`) });
});
