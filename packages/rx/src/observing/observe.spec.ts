import {
  ClosedError,
  type ConnectionOptions,
  DecodeError,
  InvalidOptionsError,
  InvalidTopicError,
  type MqttMessage,
  NetworkError,
  SubscribeRejectedError,
} from '@rxmqtt/core';
import { type ScriptedMessage, type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { EMPTY, type Observable, Subject, config, map, repeat, retry, switchMap, take } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { RxMqtt } from '../client/rx-mqtt.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';

type Sent<Type extends SentPacket['type']> = Extract<SentPacket, { type: Type }>;

/** A client whose server is the test, and what went over the wire. */
interface Script {
  readonly mqtt: Mqtt;
  readonly server: TestConnection;
  /** The packets of a type that went out on the newest wire, after all that is due now. */
  sent<Type extends SentPacket['type']>(type: Type): Sent<Type>[];
  /** The filters of the SUBSCRIBE packets. */
  subscribed(): string[];
  /** The filters of the UNSUBSCRIBE packets. */
  unsubscribed(): string[];
  /** The server grants what was asked, and delivers. */
  deliver(...messages: readonly ScriptedMessage[]): void;
}

function idle(options: ConnectionOptions = {}): Script {
  const server = createTestConnection(options);
  const sent = <Type extends SentPacket['type']>(type: Type): Sent<Type>[] => {
    server.clock.advance();
    return server.wire.sent.filter((packet): packet is Sent<Type> => packet.type === type);
  };
  return {
    mqtt: new RxMqtt(server.connection),
    server,
    sent,
    subscribed: () => sent('subscribe').flatMap(({ filters }) => filters.map(({ filter }) => filter)),
    unsubscribed: () => sent('unsubscribe').flatMap(({ filters }) => filters),
    deliver: (...messages) => {
      server.clock.advance();
      for (const message of messages) server.wire.message(message);
    },
  };
}

function connected(options: ConnectionOptions = {}): Script {
  const script = idle(options);
  script.server.connection.open().catch(() => undefined);
  script.server.wire.connack();
  return script;
}

/** What an observer has seen. */
interface Seen<T> {
  readonly values: T[];
  error: unknown;
  completed: boolean;
  leave(): void;
}

function watch<T>(source: Observable<T>): Seen<T> {
  const seen: Seen<T> = {
    values: [],
    error: undefined,
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (value) => seen.values.push(value),
    error: (error) => {
      seen.error = error;
    },
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}

const topics = map(({ topic }: MqttMessage) => topic);

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
    /** Loses the connection, and makes the next one. */
    function reconnect({ server }: Script, sessionPresent: boolean): void {
      server.wire.cut();
      server.clock.advance(60_000);
      server.wire.connack({ sessionPresent });
    }

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
      mqtt.observe('a', { codec: number() }).subscribe(({ value }) => {
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

    it('the other options when it is subscribed', () => {
      const { mqtt, server } = idle();
      const seen = watch(mqtt.observe('a', { qos: 3 as 2 }));

      expect(seen.error).toBeInstanceOf(InvalidOptionsError);
      expect(server.wires).toHaveLength(0);
    });
  });
});
