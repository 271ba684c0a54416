import { ClosedError, NetworkError } from '@rxmqtt/core';
import { connected, idle, reconnect, watch } from '../../test/script.js';
import { number } from '../codecs/number.js';

describe('what is observed', () => {
  describe('at the end of the connection', () => {
    it('completes on close()', () => {
      const { mqtt } = connected();
      const seen = watch(mqtt.observe('a'));

      void mqtt.close();

      expect(seen).toMatchObject({ values: [], error: undefined, completed: true });
    });

    it('completes on close() before the connection was made', () => {
      const { mqtt } = idle();
      const seen = watch(mqtt.observe('a'));

      void mqtt.close();

      expect(seen).toMatchObject({ error: undefined, completed: true });
    });

    it('completes after drain()', async () => {
      const { mqtt, server } = connected();
      const seen = watch(mqtt.observe('a'));

      const drained = mqtt.drain();
      expect(seen.completed).toBe(false);
      server.clock.advance();
      await drained;

      expect(seen).toMatchObject({ error: undefined, completed: true });
    });

    it('errors with what the connection has failed with', () => {
      const { mqtt, server } = connected({ reconnect: false });
      const seen = [watch(mqtt.observe('a')), watch(mqtt.observe('b'))];
      const cause = new NetworkError('mqtt://test.invalid', 'cut');

      server.wire.cut(cause);

      for (const { error } of seen) expect(error).toBe(cause);
    });

    it('errors at once when the connection has failed before, with the same error', () => {
      const { mqtt, server } = connected({ reconnect: false });
      const cause = new NetworkError('mqtt://test.invalid', 'cut');
      server.wire.cut(cause);

      expect(watch(mqtt.observe('a')).error).toBe(cause);
    });

    it('errors with ClosedError when it was closed before: nothing would come', () => {
      const { mqtt } = connected();
      void mqtt.close();

      expect(watch(mqtt.observe('a')).error).toBeInstanceOf(ClosedError);
    });

    it('errors with ClosedError while it drains', () => {
      const { mqtt } = connected();
      mqtt.publish('a', '', { qos: 1 }).subscribe();
      void mqtt.drain();

      expect(watch(mqtt.observe('a')).error).toBeInstanceOf(ClosedError);
    });
  });

  describe('through reconnects', () => {
    it('subscribes again when the session is lost, and emits nothing for it', () => {
      const script = connected();
      const { mqtt, server, subscribed, deliver } = script;
      const seen = watch(mqtt.observe('a', { qos: 1 }));
      subscribed();
      server.wire.suback();

      reconnect(script, false);

      expect(server.wires).toHaveLength(2);
      expect(subscribed()).toEqual(['a']);
      expect(seen).toMatchObject({ values: [], error: undefined, completed: false });
      deliver({ topic: 'a' });
      expect(seen.values).toHaveLength(1);
    });

    it('does not subscribe again when the server has kept the session', () => {
      const script = connected();
      const { mqtt, server, subscribed, deliver } = script;
      const seen = watch(mqtt.observe('a'));
      subscribed();
      server.wire.suback();

      reconnect(script, true);

      expect(subscribed()).toEqual([]);
      deliver({ topic: 'a' });
      expect(seen.values).toHaveLength(1);
    });

    it('does not subscribe again for an observer that left meanwhile', () => {
      const { mqtt, server, subscribed, unsubscribed } = connected();
      const seen = watch(mqtt.observe('a'));
      subscribed();
      server.wire.suback();

      server.wire.cut();
      seen.leave();
      server.clock.advance(60_000);
      server.wire.connack();

      expect([subscribed(), unsubscribed()]).toEqual([[], []]);
    });

    it('subscribes for one that came while there was no connection', () => {
      const { mqtt, server, subscribed } = connected();
      server.wire.cut();
      mqtt.observe('a').subscribe();
      expect(server.wires).toHaveLength(1);

      server.clock.advance(60_000);
      server.wire.connack();

      expect(subscribed()).toEqual(['a']);
    });

    it('survives a hundred of them', () => {
      const script = connected();
      const seen = watch(script.mqtt.observe('a', { codec: number() }));

      for (let i = 0; i < 100; i++) {
        script.deliver({ topic: 'a', payload: String(i) });
        reconnect(script, i % 2 === 0);
      }

      expect(seen.values.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      expect(seen).toMatchObject({ error: undefined, completed: false });
    });
  });
});
