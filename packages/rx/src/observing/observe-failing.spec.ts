import { DecodeError, SubscribeRejectedError } from '@rxmqtt/core';
import { config, map, retry } from 'rxjs';
import { connected, watch } from '../../test/script.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';

describe('what is observed', () => {
  describe('when a payload cannot be decoded and that is an error', () => {
    it('errors with DecodeError, which has the bytes and the cause', () => {
      const { mqtt, deliver } = connected();
      const seen = watch(mqtt.observe('a/+', { codec: json(), onDecodeError: 'error' }));

      deliver({ topic: 'a/b', payload: '{"cut":' });

      expect(seen.error).toBeInstanceOf(DecodeError);
      expect(seen.error).toMatchObject({
        code: 'ERR_MQTT_DECODE',
        topic: 'a/b',
        message: expect.stringContaining('is not JSON'),
        cause: expect.any(SyntaxError),
      });
      expect((seen.error as DecodeError).payload).toEqual(new TextEncoder().encode('{"cut":'));
    });

    it('ends this observer only, and acknowledges', () => {
      const { mqtt, sent, deliver, unsubscribed } = connected();
      const strict = watch(mqtt.observe('a', { qos: 1, codec: number(), onDecodeError: 'error' }));
      const sibling = watch(mqtt.observe('a', { qos: 1, codec: text() }));

      deliver({ topic: 'a', payload: 'on', qos: 1, packetId: 7 }, { topic: 'a', payload: '1', qos: 1, packetId: 8 });

      expect(strict.values).toEqual([]);
      expect(strict.error).toBeInstanceOf(DecodeError);
      expect(sibling.values.map(({ value }) => value)).toEqual(['on', '1']);
      expect(sibling.error).toBeUndefined();
      expect(sent('ack').map(({ packetId }) => packetId)).toEqual([7, 8]);
      expect(unsubscribed()).toEqual([]);
    });

    it('unsubscribes when it was the only one', () => {
      const { mqtt, server, subscribed, unsubscribed, deliver } = connected();
      watch(mqtt.observe('a', { codec: number(), onDecodeError: 'error' }));
      subscribed();
      server.wire.suback();

      deliver({ topic: 'a', payload: 'on' });

      expect(unsubscribed()).toEqual(['a']);
    });

    it('goes on with retry(), without a packet', () => {
      const { mqtt, subscribed, unsubscribed, deliver } = connected();
      const seen = watch(mqtt.observe('a', { codec: number(), onDecodeError: 'error' }).pipe(retry(2)));

      deliver({ topic: 'a', payload: '1' }, { topic: 'a', payload: 'on' }, { topic: 'a', payload: '2' });

      expect(seen.values.map(({ value }) => value)).toEqual([1, 2]);
      expect(seen.error).toBeUndefined();
      expect([subscribed(), unsubscribed()]).toEqual([['a'], []]);
    });
  });

  describe('when the server refuses', () => {
    it('errors, and does so for this filter only', () => {
      const { mqtt, server, sent, deliver } = connected();
      const refused = [watch(mqtt.observe('secret')), watch(mqtt.observe('secret'))];
      const granted = watch(mqtt.observe('open'));
      expect(sent('subscribe')).toHaveLength(1);

      server.wire.suback(undefined, [0x87, 0]);
      deliver({ topic: 'open' });

      for (const { error } of refused) {
        expect(error).toBeInstanceOf(SubscribeRejectedError);
        expect(error).toMatchObject({ code: 'ERR_MQTT_SUBSCRIBE_REFUSED', filter: 'secret', reasonCode: 0x87 });
      }
      expect(granted).toMatchObject({ error: undefined, completed: false });
      expect(granted.values).toHaveLength(1);
      expect(server.connection.state.type).toBe('connected');
    });

    it('asks again with retry()', () => {
      const { mqtt, server, subscribed, deliver } = connected();
      const seen = watch(mqtt.observe('a').pipe(retry(1)));
      subscribed();

      server.wire.suback(undefined, [0x97]);
      expect(subscribed()).toEqual(['a', 'a']);
      server.wire.suback();
      deliver({ topic: 'a' });

      expect(seen.values).toHaveLength(1);
    });

    it('errors when the second answer is a refusal as well', () => {
      const { mqtt, server, subscribed } = connected();
      const seen = watch(mqtt.observe('a').pipe(retry(1)));

      for (let i = 0; i < 2; i++) {
        subscribed();
        server.wire.suback(undefined, [0x97]);
      }

      expect(subscribed()).toEqual(['a', 'a']);
      expect(seen.error).toBeInstanceOf(SubscribeRejectedError);
    });
  });

  describe('with a re-entrant consumer', () => {
    it('lets it observe the same filter: the new observer gets the next message', () => {
      const { mqtt, deliver } = connected();
      const nested: string[] = [];
      let more = true;
      mqtt.observe('a', { codec: text() }).subscribe(() => {
        if (more) mqtt.observe('a', { codec: text() }).subscribe(({ value }) => nested.push(value));
        more = false;
      });

      deliver({ topic: 'a', payload: '1' }, { topic: 'a', payload: '2' });

      expect(nested).toEqual(['2']);
    });

    it('lets it end its siblings, which get nothing more', () => {
      const { mqtt, deliver } = connected();
      const leave: (() => void)[] = [];
      mqtt.observe('a').subscribe(() => {
        for (const each of leave) each();
      });
      const sibling = watch(mqtt.observe('a'));
      leave.push(sibling.leave);

      deliver({ topic: 'a' }, { topic: 'a' });

      expect(sibling.values).toHaveLength(0);
    });

    it('lets it close the connection', () => {
      const { mqtt, deliver } = connected();
      const order: string[] = [];
      mqtt.observe('a').subscribe({
        next: () => {
          order.push('next');
          void mqtt.close();
          order.push('closed');
        },
        complete: () => order.push('complete'),
      });

      deliver({ topic: 'a' }, { topic: 'a' });

      expect(order).toEqual(['next', 'complete', 'closed']);
    });

    it('lets it publish, and receive what it publishes', () => {
      const { mqtt, server, sent, deliver } = connected();
      const seen: string[] = [];
      mqtt.observe('a', { codec: number(), onDecodeError: 'error' }).subscribe(({ value }) => {
        seen.push(`in ${value}`);
        if (value < 3)
          mqtt
            .publish('a', String(value + 1))
            .subscribe(() => server.wire.message({ topic: 'a', payload: String(value + 1) }));
        seen.push(`out ${value}`);
      });

      deliver({ topic: 'a', payload: '1' });

      expect(sent('publish').map(({ payload }) => payload)).toEqual(['2', '3']);
      expect(seen).toEqual(['in 1', 'in 2', 'in 3', 'out 3', 'out 2', 'out 1']);
    });
  });

  describe('with a consumer that throws', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });

    afterEach(() => {
      config.onUnhandledError = null;
      jest.useRealTimers();
    });

    it('goes on, for it and the others, acknowledges, and lets RxJS report the error', () => {
      const { mqtt, sent, deliver } = connected();
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      const mistake = new Error('mine');
      let calls = 0;
      mqtt.observe('a', { qos: 1 }).subscribe(() => {
        calls++;
        throw mistake;
      });
      const sibling = watch(mqtt.observe('a', { qos: 1 }));

      deliver({ topic: 'a', qos: 1, packetId: 7 }, { topic: 'a', qos: 1, packetId: 8 });
      jest.runAllTimers();

      expect(calls).toBe(2);
      expect(sibling.values).toHaveLength(2);
      expect(sent('ack').map(({ packetId }) => packetId)).toEqual([7, 8]);
      expect(reported).toEqual([mistake, mistake]);
    });

    it('ends its own pipeline when an operator throws, and unsubscribes', () => {
      const { mqtt, server, subscribed, unsubscribed, deliver } = connected();
      const mistake = new Error('mine');
      const seen = watch(
        mqtt.observe('a').pipe(
          map(() => {
            throw mistake;
          }),
        ),
      );
      subscribed();
      server.wire.suback();

      deliver({ topic: 'a' });

      expect(seen.error).toBe(mistake);
      expect(unsubscribed()).toEqual(['a']);
    });
  });
});
