import { InvalidOptionsError, InvalidTopicError } from '@rxmqtt/core';
import { connected, idle, watch } from '../../test/script.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';

describe('observe', () => {
  describe('is cold', () => {
    it('does nothing before it is subscribed', () => {
      const { mqtt, server } = idle();

      void mqtt.observe('a/{b}', { qos: 1, codec: text() });
      server.clock.advance();

      expect(server.connection.state.type).toBe('idle');
      expect(server.wires).toHaveLength(0);
    });

    it('opens the connection when it is, once, and asks when that is made', () => {
      const { mqtt, server, subscribed } = idle();

      mqtt.observe('a').subscribe();
      mqtt.observe('b').subscribe();
      expect(server.connection.state.type).toBe('connecting');
      expect(server.wires).toHaveLength(1);
      expect(subscribed()).toEqual([]);

      server.wire.connack();
      expect(subscribed()).toEqual(['a', 'b']);
    });

    it('asks for what the options say', () => {
      const { mqtt, sent } = connected();

      mqtt.observe('a/{x}', { qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 'ignore' }).subscribe();

      expect(sent('subscribe').map(({ filters }) => filters)).toEqual([
        [{ filter: 'a/+', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }],
      ]);
    });

    it('hands the connection its own options only', () => {
      const { mqtt, server } = connected();
      const subscribe = jest.spyOn(server.connection, 'subscribe');

      mqtt.observe('a/{x}', { qos: 1, codec: text() }).subscribe();

      expect(subscribe.mock.calls.map(([filter, options]) => [filter, options])).toEqual([['a/+', { qos: 1 }]]);
    });
  });

  describe('emits', () => {
    it('messages with all that they have', () => {
      const { mqtt, deliver } = connected();
      const seen = watch(mqtt.observe('a/#'));

      deliver({
        topic: 'a/b',
        payload: new Uint8Array([1, 2]),
        qos: 1,
        packetId: 7,
        retain: true,
        dup: true,
        properties: { contentType: 'x/y', userProperties: [['k', 'v']] },
      });

      expect(seen.values).toHaveLength(1);
      expect(seen.values[0]).toMatchObject({
        topic: 'a/b',
        payload: new Uint8Array([1, 2]),
        value: new Uint8Array([1, 2]),
        qos: 1,
        retain: true,
        dup: true,
        redelivered: false,
        params: {},
        properties: { contentType: 'x/y', userProperties: [['k', 'v']] },
      });
      expect(seen.values[0]?.value).toBe(seen.values[0]?.payload);
    });

    it.each([
      ['plant/{line}/{machine}/temp', 'plant/7/m1/temp', { line: '7', machine: 'm1' }],
      ['plant/{line}/{rest#}', 'plant/7/a/b/c', { line: '7', rest: 'a/b/c' }],
      ['plant/{line}/#', 'plant/7/a', { line: '7' }],
      ['{all#}', 'a/b', { all: 'a/b' }],
      ['a/{empty}/c', 'a//c', { empty: '' }],
      ['a/+/{x}', 'a/b/c', { x: 'c' }],
      ['a/{{x}}', 'a/{x}', {}],
      ['$share/workers/a/{x}', 'a/b', { x: 'b' }],
    ])('the parameters of %s', (template, topic, params) => {
      const { mqtt, deliver } = connected();
      const seen = watch(mqtt.observe(template));

      deliver({ topic });

      expect(seen.values.map((message) => ({ ...message.params }))).toEqual([params]);
    });

    it('what the codec makes of the payload, beside the payload', () => {
      const { mqtt, deliver } = connected();
      const seen = watch(mqtt.observe('a', { codec: number() }));

      deliver({ topic: 'a', payload: '21.5' }, { topic: 'a', payload: '22' });

      expect(seen.values.map(({ value }) => value)).toEqual([21.5, 22]);
      expect(seen.values.map(({ payload }) => new TextDecoder().decode(payload))).toEqual(['21.5', '22']);
    });

    it('what the codec makes of the payload even if that is nothing', () => {
      const { mqtt, deliver } = connected();
      const seen = watch(mqtt.observe('a', { codec: { name: 'nothing', decode: () => undefined, encode: () => '' } }));

      deliver({ topic: 'a' });

      expect(seen.values).toHaveLength(1);
      expect(seen.values[0]?.value).toBeUndefined();
    });

    it('nothing while nothing comes', () => {
      const { mqtt, server } = connected();
      const seen = watch(mqtt.observe('a'));

      server.clock.advance();
      server.wire.suback();
      server.clock.advance(1_000);

      expect(seen).toMatchObject({ values: [], error: undefined, completed: false });
    });

    it('messages to observers in a consumer group', () => {
      const { mqtt, subscribed, deliver } = connected();
      const seen = watch(mqtt.observe('a/{x}', { group: 'workers' }));

      deliver({ topic: 'a/1' });

      expect(subscribed()).toEqual(['$share/workers/a/+']);
      expect(seen.values.map(({ params }) => params.x)).toEqual(['1']);
    });

    it('many messages, in their order and synchronously', () => {
      const { mqtt, deliver } = connected();
      const seen = watch(mqtt.observe('a', { codec: number() }));
      const payloads = Array.from({ length: 10_000 }, (_, i) => i);

      deliver(...payloads.map((i) => ({ topic: 'a', payload: String(i) })));

      expect(seen.values.map(({ value }) => value)).toEqual(payloads);
    });
  });

  describe('acknowledges', () => {
    it('when the observers have returned', () => {
      const { mqtt, sent, deliver } = connected();
      const before: number[] = [];
      mqtt.observe('a', { qos: 1 }).subscribe(() => before.push(sent('ack').length));

      deliver({ topic: 'a', qos: 1, packetId: 7 });

      expect(before).toEqual([0]);
      expect(sent('ack')).toMatchObject([{ ack: 4, packetId: 7, reasonCode: 0 }]);
    });

    it('when asked, in manual mode', () => {
      const { mqtt, sent, deliver } = connected();
      const seen = watch(mqtt.observe('a', { qos: 1, ack: 'manual' }));

      deliver({ topic: 'a', qos: 1, packetId: 7 }, { topic: 'a', qos: 1, packetId: 8 });
      expect(sent('ack')).toEqual([]);

      seen.values[0]?.ack();
      seen.values[1]?.nack(0x83);
      expect(sent('ack')).toMatchObject([
        { packetId: 7, reasonCode: 0 },
        { packetId: 8, reasonCode: 0x83 },
      ]);
    });

    it('for each observer on its own, in manual mode', () => {
      const { mqtt, sent, deliver } = connected();
      const one = watch(mqtt.observe('a', { qos: 1, ack: 'manual' }));
      const other = watch(mqtt.observe('a', { qos: 1, ack: 'manual' }));

      deliver({ topic: 'a', qos: 1, packetId: 7 });
      one.values[0]?.ack();
      one.values[0]?.ack();
      expect(sent('ack')).toEqual([]);

      other.values[0]?.ack();
      expect(sent('ack')).toMatchObject([{ packetId: 7 }]);
    });
  });

  describe('checks what it is given', () => {
    it.each([
      '',
      'a/#/b',
      'a+',
      '{x}/{x}',
      '{x',
      'a/{}',
      'a\0',
      '\ud800',
      '$share/g',
      '$share/+/a',
      'x'.repeat(65_536),
    ])('the filter %j at once, before anybody subscribes', (filter) => {
      const { mqtt } = idle();

      expect(() => mqtt.observe(filter)).toThrow(InvalidTopicError);
    });

    it.each([
      ['', 'a'],
      ['a/b', 'a'],
      ['+', 'a'],
      ['g', '$share/h/a'],
    ])('the group %j of %j at once', (group, filter) => {
      const { mqtt } = idle();

      expect(() => mqtt.observe(filter, { group })).toThrow(InvalidTopicError);
    });

    it('the other options at once as well', () => {
      const { mqtt, server } = idle();

      expect(() => mqtt.observe('a', { qos: 3 as 2 })).toThrow(InvalidOptionsError);
      expect(server.wires).toHaveLength(0);
    });
  });
});
