import type { MqttMessage } from '@rxmqtt/core';
import { type Observable, Subject, map } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { watch } from '../../test/operators/marbles.js';
import { connected } from '../../test/operators/scripted.js';
import { dedupe, matchTopic, processEach, routeTopics } from '../index.js';
import { withValue } from './observed.js';

describe('a message with more properties', () => {
  it.each<readonly [string, (source$: Observable<MqttMessage>) => Observable<MqttMessage>]>([
    ['matchTopic', matchTopic('#')],
    ['matchTopic twice', (source$) => source$.pipe(matchTopic('#'), matchTopic('#'))],
    ['routeTopics', (source$) => source$.pipe(routeTopics({ '{all#}': (message) => message }))],
  ])('behind dedupe and %s its acknowledgement is that of its duplicates as well', (_name, operator) => {
    const script = connected();
    const seen = watch(
      script.mqtt.observe('#', { qos: 1, ack: 'manual' }).pipe(
        dedupe({ key: ({ topic }) => topic }),
        map((message): MqttMessage => message),
        operator,
      ),
    );
    script.grant();
    script.deliver(1, { topic: 'a' }, { topic: 'a' });
    expect(seen.values).toHaveLength(1);
    seen.values[0]?.ack();
    expect(script.acks()).toEqual(['1', '2']);
    expect(seen.values[0]?.awaitsAck).toBe(false);
  });

  it('has all of them, however often it gets more', () => {
    const source$ = new Subject<FakeMessage>();
    const fake = new FakeMessage('a/b');
    const seen = watch(
      source$.pipe(
        dedupe({ key: ({ topic }) => topic }),
        routeTopics({ '{first}/+': (message) => message }),
        matchTopic('+/b'),
        processEach(({ params, captures }) => [params, captures]),
      ),
    );
    source$.next(fake);
    expect(seen.values).toMatchObject([{ status: 'processed', value: [{ first: 'a' }, ['a']] }]);
    expect(fake.settled).toBe(0);
  });

  it('of observe keeps what was put on it', () => {
    const script = connected();
    const seen = watch(
      script.mqtt.observe('{first}/+').pipe(
        map((message) => Object.assign(message, { tenant: 'ours' })),
        matchTopic('+/b'),
        map(({ tenant, captures, params, template }) => ({ tenant, captures, params, template })),
      ),
    );
    script.grant();
    script.deliver(1, { topic: 'a/b' });
    expect(seen.values).toEqual([{ tenant: 'ours', captures: ['a'], params: { first: 'a' }, template: '{first}/+' }]);
  });

  it('of observe keeps what a filter said of it when it is decoded', () => {
    const script = connected();
    const seen = watch(
      script.mqtt.observe('{first}/+').pipe(
        matchTopic('+/b'),
        map((message) => withValue(message, 'decoded')),
        map(({ value, captures, params }) => ({ value, captures, params })),
      ),
    );
    script.grant();
    script.deliver(1, { topic: 'a/b' });
    expect(seen.values).toEqual([{ value: 'decoded', captures: ['a'], params: { first: 'a' } }]);
  });
});
