import { createTestConnection } from '@rxmqtt/core/testing';
import type { MqttMessage } from '@rxmqtt/core';
import { Observable, Subject, map } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { watch } from '../../test/operators/marbles.js';
import { connected } from '../../test/operators/scripted.js';
import { dedupe, matchTopic, processEach, routeTopics } from '../index.js';
import { createTestMessage } from '../testing/index.js';
import { withProperties } from './with-properties.js';

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

  it('is one of the core, with its properties and its acknowledgement', () => {
    const server = createTestConnection();
    server.connection.open().catch(() => undefined);
    server.wire.connack();
    const messages$ = new Observable<MqttMessage>((subscriber) => {
      server.connection.subscribe('#', { qos: 1, ack: 'manual' }, (message) => {
        subscriber.next(message);
      });
    });
    const seen = watch(messages$.pipe(matchTopic('a/+')));
    server.clock.advance();
    server.wire.suback();
    server.wire.message({ topic: 'a/b', qos: 1, packetId: 7, properties: { contentType: 'x' } });
    const [message] = seen.values;
    expect(message).toMatchObject({ topic: 'a/b', captures: ['b'], awaitsAck: true });
    expect(message?.properties.contentType).toBe('x');
    message?.ack();
    expect(message?.awaitsAck).toBe(false);
    expect(server.wire.sent).toMatchObject([{ type: 'subscribe' }, { type: 'ack', packetId: 7 }]);
  });

  it('tells what becomes of the one that it was made from', () => {
    const message = createTestMessage('a/+', 'a/b', { qos: 1 });
    const copy = withProperties(message, { captures: ['c'] as const });
    expect(copy).toMatchObject({ topic: 'a/b', captures: ['c'], awaitsAck: true });
    expect('captures' in copy && 'ack' in copy).toBe(true);
    copy.ack();
    expect([copy.awaitsAck, copy.acknowledged, message.acknowledged]).toEqual([false, 0, 0]);
    expect(message.captures).toEqual(['b']);
  });

  it('goes through processEach', () => {
    const source$ = new Subject<FakeMessage>();
    const fake = new FakeMessage('a/b');
    const seen = watch(
      source$.pipe(
        matchTopic('a/+'),
        matchTopic('+/b'),
        processEach(({ captures: [first] }) => first),
      ),
    );
    source$.next(fake);
    expect(seen.values).toMatchObject([{ status: 'processed', value: 'a' }]);
    expect(fake.settled).toBe(0);
  });
});
