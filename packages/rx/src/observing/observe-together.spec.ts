import { type MqttMessage } from '@rxmqtt/core';
import { EMPTY, Subject, map, repeat, switchMap, take } from 'rxjs';
import { connected, idle, watch } from '../../test/script.js';
import { text } from '../codecs/text.js';

const topics = map(({ topic }: MqttMessage) => topic);

describe('observers', () => {
  describe('with several observers', () => {
    it('subscribes once, and gives each of them each message once', () => {
      const { mqtt, server, subscribed, deliver } = connected();
      const source = mqtt.observe('a/{x}');
      const seen = [watch(source), watch(source), watch(mqtt.observe('a/{y}')), watch(mqtt.observe('a/+'))];

      expect(subscribed()).toEqual(['a/+']);
      server.wire.suback();
      deliver({ topic: 'a/1', subscriptionIds: [1] }, { topic: 'a/2', subscriptionIds: [1] });

      for (const { values } of seen) expect(values.map(({ topic }) => topic)).toEqual(['a/1', 'a/2']);
      expect(seen.map(({ values }) => values[0]?.params)).toEqual([{ x: '1' }, { x: '1' }, { y: '1' }, {}]);
    });

    it('does not subscribe again for one that comes later', () => {
      const { mqtt, server, subscribed, deliver } = connected();
      mqtt.observe('a').subscribe();
      subscribed();
      server.wire.suback();

      const late = watch(mqtt.observe('a'));

      expect(subscribed()).toEqual(['a']);
      deliver({ topic: 'a' });
      expect(late.values).toHaveLength(1);
    });

    it('unsubscribes after the last has left, and not before', () => {
      const { mqtt, server, subscribed, unsubscribed, deliver } = connected();
      const seen = [watch(mqtt.observe('a')), watch(mqtt.observe('a')), watch(mqtt.observe('a'))];
      subscribed();
      server.wire.suback();

      seen[1]?.leave();
      seen[0]?.leave();
      deliver({ topic: 'a' });
      expect(unsubscribed()).toEqual([]);
      expect(seen.map(({ values }) => values.length)).toEqual([0, 0, 1]);

      seen[2]?.leave();
      expect(unsubscribed()).toEqual(['a']);
    });

    it('delivers nothing after an observer has left, not even what the server still sends', () => {
      const { mqtt, server, subscribed, deliver } = connected();
      const seen = watch(mqtt.observe('a'));
      subscribed();
      server.wire.suback();

      seen.leave();
      seen.leave();
      deliver({ topic: 'a' });

      expect(seen).toMatchObject({ values: [], error: undefined, completed: false });
    });

    it('gives an observer of overlapping filters what is meant for each', () => {
      const { mqtt, server, subscribed, deliver } = connected();
      const wide = watch(mqtt.observe('a/#').pipe(topics));
      const narrow = watch(mqtt.observe('a/b').pipe(topics));
      expect(subscribed().sort()).toEqual(['a/#', 'a/b']);
      for (const packet of server.wire.sent) if (packet.type === 'subscribe') server.wire.suback(packet.packetId);

      deliver(
        { topic: 'a/b', subscriptionIds: [1] },
        { topic: 'a/b', subscriptionIds: [2] },
        { topic: 'a/c', subscriptionIds: [1] },
      );

      expect(wide.values).toEqual(['a/b', 'a/c']);
      expect(narrow.values).toEqual(['a/b']);
    });
  });

  describe('under flapping observers', () => {
    it('take(n) takes n of a burst, and unsubscribes', () => {
      const { mqtt, server, subscribed, unsubscribed, deliver } = connected();
      const pulled: string[] = [];
      const decode = (payload: Uint8Array): string => {
        pulled.push('one');
        return text().decode(payload);
      };
      const seen = watch(mqtt.observe('a', { codec: { ...text(), decode } }).pipe(take(3)));
      subscribed();
      server.wire.suback();

      deliver(...Array.from({ length: 1_000 }, () => ({ topic: 'a', retain: true })));

      expect(seen.values).toHaveLength(3);
      expect(pulled).toHaveLength(3);
      expect(seen.completed).toBe(true);
      expect(unsubscribed()).toEqual(['a']);
    });

    it('take(1) over and over costs one SUBSCRIBE', () => {
      const { mqtt, subscribed, unsubscribed, deliver } = connected();
      const seen = watch(mqtt.observe('a').pipe(take(1), repeat(3)));

      for (let i = 0; i < 5; i++) deliver({ topic: 'a' });

      expect(seen.values).toHaveLength(3);
      expect(seen.completed).toBe(true);
      expect([subscribed(), unsubscribed()]).toEqual([['a'], []]);
    });

    it('switchMap through a thousand filters at once subscribes to the last', () => {
      const { mqtt, subscribed, unsubscribed, deliver } = connected();
      const wanted$ = new Subject<number>();
      const seen = watch(wanted$.pipe(switchMap((i) => mqtt.observe(`a/${i}`))));

      for (let i = 0; i < 1_000; i++) wanted$.next(i);

      expect([subscribed(), unsubscribed()]).toEqual([['a/999'], []]);
      deliver({ topic: 'a/998' }, { topic: 'a/999' });
      expect(seen.values.map(({ topic }) => topic)).toEqual(['a/999']);
    });

    it('switchMap to the same filter sends nothing', () => {
      const { mqtt, server, subscribed, unsubscribed, deliver } = connected();
      const wanted$ = new Subject<void>();
      const seen = watch(wanted$.pipe(switchMap(() => mqtt.observe('a'))));
      wanted$.next();
      subscribed();
      server.wire.suback();

      wanted$.next();
      wanted$.next();

      expect([subscribed(), unsubscribed()]).toEqual([['a'], []]);
      deliver({ topic: 'a' });
      expect(seen.values).toHaveLength(1);
    });

    it('leaves and comes back while the server has not answered', () => {
      const { mqtt, server, subscribed, unsubscribed, deliver } = connected();
      watch(mqtt.observe('a')).leave();
      expect([subscribed(), unsubscribed()]).toEqual([[], []]);

      const first = watch(mqtt.observe('a'));
      expect(subscribed()).toEqual(['a']);
      first.leave();
      const second = watch(mqtt.observe('a'));
      server.wire.suback();

      expect([subscribed(), unsubscribed()]).toEqual([['a'], []]);
      deliver({ topic: 'a' });
      expect([first.values.length, second.values.length]).toEqual([0, 1]);
    });

    it('never opens a connection for what has left before', () => {
      const { mqtt, server } = idle();

      expect(watch(mqtt.observe('a').pipe(take(0)))).toMatchObject({ completed: true });
      expect(watch(EMPTY.pipe(switchMap(() => mqtt.observe('a'))))).toMatchObject({ completed: true });

      expect(server.wires).toHaveLength(0);
    });
  });
});
