import { DecodeError, type DropEvent, InvalidOptionsError, type MqttError } from '@rxmqtt/core';
import { type ScriptedMessage, type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { NEVER, Observable, Subject, catchError, concat, map, of, range, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { RxMqtt } from '../client/rx-mqtt.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { deadLetter } from '../dead-letters/dead-letter.js';
import type { ObservedMessage } from '../observing/observe-options.js';
import { decode } from './decode.js';

type Sent<Type extends SentPacket['type']> = Extract<SentPacket, { type: Type }>;
type Message = ObservedMessage<'a/{id}', Uint8Array>;

/** A message as an application may make one. */
function message(payload: string): Message {
  return {
    topic: 'a/1',
    payload: new TextEncoder().encode(payload),
    properties: {},
    params: { id: '1' },
    ack: jest.fn(),
  } as unknown as Message;
}

interface Script {
  readonly server: TestConnection;
  readonly mqtt: RxMqtt;
  readonly errors: MqttError[];
  readonly drops: DropEvent[];
  acks(): number[];
  published(): Sent<'publish'>[];
  deliver(...messages: readonly ScriptedMessage[]): void;
}

function connected(): Script {
  const server = createTestConnection({ protocolVersion: 5 });
  const mqtt = new RxMqtt(server.connection);
  const [errors, drops]: [MqttError[], DropEvent[]] = [[], []];
  mqtt.errors$.subscribe((error) => errors.push(error));
  mqtt.drops$.subscribe((drop) => drops.push(drop));
  server.connection.open().catch(() => undefined);
  server.wire.connack();
  const sent = <Type extends SentPacket['type']>(type: Type): Sent<Type>[] => {
    server.clock.advance();
    return server.wires.flatMap(({ sent: all }) => all).filter((packet): packet is Sent<Type> => packet.type === type);
  };
  return {
    server,
    mqtt,
    errors,
    drops,
    acks: () => sent('ack').map(({ packetId }) => packetId),
    published: () => sent('publish'),
    deliver: (...messages) => {
      server.clock.advance();
      for (const each of messages) server.wire.message(each);
    },
  };
}

const good = (packetId: number): ScriptedMessage => ({ topic: 'a/1', payload: '{"n":1}', qos: 1, packetId });
const bad = (packetId: number): ScriptedMessage => ({ topic: 'a/1', payload: '{"n":', qos: 1, packetId });

/** Lets what promises wait for happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('decode', () => {
  describe('in marbles', () => {
    const [one, two] = [message('1'), message('2')];
    const values = { a: one, b: two, x: message('x') };

    function marbles(
      source: string,
      window: string,
      expected: string,
      unsubscribe?: string,
      error?: unknown,
      policy: 'skip' | 'error' | 'pass' = 'skip',
    ): void {
      new TestScheduler((actual, wanted) => {
        expect(actual).toEqual(wanted);
      }).run(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold(source, values);
        const result$ = source$.pipe(
          decode(number(), { onError: policy }),
          map(({ value }) => value ?? 'undecoded'),
          catchError((caught: unknown) => {
            throw caught instanceof DecodeError ? caught.code : caught;
          }),
        );
        expectObservable(result$, unsubscribe).toBe(expected, { a: 1, b: 2, u: 'undecoded' }, error);
        expectSubscriptions(source$.subscriptions).toBe(window);
      });
    }

    it.each([
      ['never', '-', '^', '-', undefined],
      ['empty', '|', '(^!)', '|', undefined],
      ['one', '-a-|', '^--!', '-a-|', undefined],
      ['many', '-a-b-a-|', '^------!', '-a-b-a-|', undefined],
      ['a source that never ends', '-a-b-', '^', '-a-b-', undefined],
      ['early unsubscription', '-a-b-a-|', '^--!', '-a-', '---!'],
      ['bad ones', '-a-x-b-|', '^------!', '-a---b-|', undefined],
    ])('%s', (_, source, window, expected, unsubscribe) => {
      marbles(source, window, expected, unsubscribe);
    });

    it('an error of the source', () => {
      marbles('-a-#', '^--!', '-a-#', undefined, 'error');
    });

    it('an error by policy', () => {
      marbles('-a-x-b-|', '^--!', '-a-#', undefined, 'ERR_MQTT_DECODE', 'error');
    });

    it('bad ones passed on', () => {
      marbles('-a-x-b-|', '^------!', '-a-u-b-|', undefined, undefined, 'pass');
    });
  });

  it('pulls no more from a synchronous source than is taken', () => {
    let pulled = 0;
    const source$ = range(100_000).pipe(
      map((index) => {
        pulled++;
        return message(String(index));
      }),
    );
    const seen: number[] = [];

    source$.pipe(decode(number()), take(3)).subscribe(({ value }) => seen.push(value));

    expect(seen).toEqual([0, 1, 2]);
    expect(pulled).toBe(3);
  });

  it('is subscribed once, however often its consumer comes back into it', () => {
    const source$ = new Subject<Message>();
    const seen: number[] = [];
    source$.pipe(decode(number())).subscribe(({ value }) => {
      seen.push(value);
      if (value < 3) source$.next(message(String(value + 1)));
    });

    source$.next(message('1'));

    expect(seen).toEqual([1, 2, 3]);
  });

  it('gives what codecs throw as the cause, whatever it is', () => {
    const thrown: unknown[] = [undefined, 'text', null, new TypeError('mine')];
    for (const cause of thrown) {
      const codec = {
        ...number(),
        decode: () => {
          throw cause;
        },
      };
      let error: unknown;
      of(message('1'))
        .pipe(decode(codec, { onError: 'error' }))
        .subscribe({ error: (caught) => (error = caught as unknown) });

      expect(error).toBeInstanceOf(DecodeError);
      expect((error as DecodeError).cause).toBe(cause);
    }
  });

  it('keeps topic, params, bytes and acknowledgement of what it decodes', () => {
    const { mqtt, deliver, acks } = connected();
    const seen: ObservedMessage<'a/{id}', unknown>[] = [];
    mqtt
      .observe('a/{id}', { qos: 1, ack: 'manual' })
      .pipe(decode(json()))
      .subscribe((each) => seen.push(each));

    deliver({ ...good(7), properties: { contentType: 'application/json' } });

    expect(seen).toMatchObject([{ topic: 'a/1', params: { id: '1' }, value: { n: 1 }, qos: 1, awaitsAck: true }]);
    expect(seen[0]?.properties.contentType).toBe('application/json');
    expect(new TextDecoder().decode(seen[0]?.payload)).toBe('{"n":1}');
    expect(acks()).toEqual([]);
    seen[0]?.ack();
    expect(acks()).toEqual([7]);
  });

  it('shows what it skips, with the bytes, and acknowledges it', () => {
    const { mqtt, deliver, acks, errors, drops } = connected();
    const seen: unknown[] = [];
    mqtt
      .observe('a/{id}', { qos: 1, ack: 'manual' })
      .pipe(decode(json()))
      .subscribe((each) => {
        seen.push(each.value);
        each.ack();
      });

    deliver(good(1), bad(2), good(3));

    expect(seen).toEqual([{ n: 1 }, { n: 1 }]);
    expect(acks()).toEqual([1, 2, 3]);
    expect(errors).toMatchObject([{ code: 'ERR_MQTT_DECODE', topic: 'a/1', cause: expect.any(SyntaxError) }]);
    expect(new TextDecoder().decode((errors[0] as DecodeError).payload)).toBe('{"n":');
    expect(drops).toMatchObject([{ direction: 'in', topic: 'a/1', qos: 1, reason: 'undecodable', error: errors[0] }]);
  });

  it('leaves the acknowledgement of what it passes on to whoever gets it', () => {
    const { mqtt, deliver, acks } = connected();
    const seen: unknown[] = [];
    mqtt
      .observe('a/{id}', { qos: 1, ack: 'manual' })
      .pipe(decode(json(), { onError: 'pass' }))
      .subscribe((each) => {
        seen.push(each.error === undefined ? each.value : each.error.cause);
        if (each.error !== undefined) each.nack(0x99);
      });

    deliver(bad(2));

    expect(seen).toEqual([expect.any(SyntaxError)]);
    expect(acks()).toEqual([2]);
  });

  it('stays on through a reconnect', () => {
    const { mqtt, server, deliver } = connected();
    const seen: unknown[] = [];
    mqtt
      .observe('a/{id}', { qos: 1 })
      .pipe(decode(json()))
      .subscribe(({ value }) => seen.push(value));
    deliver(good(1));

    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack({ sessionPresent: true });
    deliver(bad(1), good(2));

    expect(seen).toEqual([{ n: 1 }, { n: 1 }]);
  });

  describe('with dead letters', () => {
    it('acknowledges a bad message when its dead letter is acknowledged', async () => {
      const { mqtt, server, deliver, acks, published, errors } = connected();
      mqtt
        .observe('a/{id}', { qos: 1, ack: 'manual' })
        .pipe(decode(json(), { onError: deadLetter('dead') }))
        .subscribe();

      deliver(bad(5));
      await settled();

      expect(published()).toMatchObject([{ topic: 'dead', qos: 1 }]);
      expect(acks()).toEqual([]);
      server.wire.acknowledge(4, published()[0]!.packetId);
      await settled();
      expect(acks()).toEqual([5]);
      expect(errors).toEqual([]);
    });

    it('does not acknowledge it when the dead letter is refused, and says so', async () => {
      const { mqtt, server, deliver, acks, published, errors } = connected();
      mqtt
        .observe('a/{id}', { qos: 1, ack: 'manual' })
        .pipe(decode(json(), { onError: deadLetter('dead') }))
        .subscribe();

      deliver(bad(5));
      server.wire.acknowledge(4, published()[0]!.packetId, 0x87);
      await settled();

      expect(acks()).toEqual([]);
      expect(errors).toMatchObject([{ code: 'ERR_MQTT_PUBLISH_REFUSED', topic: 'dead' }]);
    });

    describe('through a client that is not connected', () => {
      function offline(protocolVersion: 5 | 4 = 4) {
        const script = connected();
        const other = createTestConnection({ protocolVersion });
        const through = new RxMqtt(other.connection);
        script.mqtt
          .observe('a/{id}', { qos: 1, ack: 'manual' })
          .pipe(decode(json(), { onError: deadLetter('dead', { mqtt: through }) }))
          .subscribe();
        const letters = (): Sent<'publish'>[] => {
          other.clock.advance();
          return other.wires.flatMap(({ sent }) => sent).filter((packet) => packet.type === 'publish');
        };
        return { ...script, other, through, letters };
      }

      it('opens it, and waits until it is known in which version: on MQTT 3.1.1 it is a JSON text', async () => {
        const { other, deliver, acks, letters } = offline();
        deliver(bad(5));
        await settled();
        expect(acks()).toEqual([]);

        other.wire.connack();
        await settled();
        expect(JSON.parse(letters()[0]?.payload as string)).toMatchObject({ topic: 'a/1', code: 'ERR_MQTT_DECODE' });
        other.wire.acknowledge(4, letters()[0]!.packetId);
        await settled();
        expect(acks()).toEqual([5]);
      });

      it('is refused by the limits of the server, as any message is, and says so', async () => {
        const { other, deliver, acks, letters, errors } = offline(5);
        deliver(bad(5));
        other.wire.connack({ properties: { maximumPacketSize: 40 } });
        await settled();

        expect(letters()).toEqual([]);
        expect(acks()).toEqual([]);
        expect(errors).toMatchObject([{ code: 'ERR_MQTT_UNSUPPORTED', topic: 'dead' }]);
      });

      it('says where the message came from that it was closed meanwhile', async () => {
        const { through, deliver, acks, errors } = offline();
        deliver(bad(5));
        await through.close();
        await settled();

        expect(acks()).toEqual([]);
        expect(errors).toMatchObject([{ code: 'ERR_MQTT_CLOSED' }]);
      });

      it('lets no more than a thousand messages of QoS 0 wait, and tells which were given up', async () => {
        const { other, deliver, letters, drops, errors } = offline();
        for (let i = 0; i < 1_002; i++) deliver({ topic: `a/${String(i)}`, payload: '{' });
        await settled();
        expect(drops.map(({ topic, reason }) => [topic, reason])).toEqual([
          ['a/1000', 'undecodable'],
          ['a/1001', 'undecodable'],
        ]);
        deliver(bad(5));

        other.wire.connack();
        await settled();
        expect(letters()).toHaveLength(20);
        expect(errors).toMatchObject([{ code: 'ERR_MQTT_OVERFLOW' }, { code: 'ERR_MQTT_OVERFLOW' }]);
      });
    });

    it('says what a topic function throws', async () => {
      const { mqtt, deliver, errors } = connected();
      const mistake = new Error('mine');
      const nowhere = deadLetter(() => {
        throw mistake;
      });
      mqtt
        .observe('a/{id}', { qos: 1, ack: 'manual' })
        .pipe(decode(json(), { onError: nowhere }))
        .subscribe();

      deliver(bad(5));
      await settled();

      expect(errors).toMatchObject([{ cause: mistake }]);
    });
  });

  it.each(['ignore', undefined, null, 7, {}])('refuses %p as a policy at once', (onError) => {
    const run = (): unknown => decode(json(), { onError: onError as never });

    if (onError === undefined) expect(run).not.toThrow();
    else expect(run).toThrow(InvalidOptionsError);
  });

  it('unsubscribes from the source when the consumer throws away what it has', () => {
    let left = 0;
    const source$ = new Observable<Message>((subscriber) => {
      subscriber.next(message('1'));
      return () => left++;
    });

    concat(source$, NEVER).pipe(decode(number()), take(1)).subscribe();

    expect(left).toBe(1);
  });
});

describe('observe with a codec', () => {
  it('goes on after a bad message, which shows with its bytes', () => {
    const { mqtt, deliver, acks, errors, drops } = connected();
    const seen: unknown[] = [];
    mqtt.observe('a/{id}', { qos: 1, codec: json() }).subscribe(({ value }) => seen.push(value));

    deliver(good(1), bad(2), good(3));

    expect(seen).toEqual([{ n: 1 }, { n: 1 }]);
    expect(acks()).toEqual([1, 2, 3]);
    expect(errors).toMatchObject([{ code: 'ERR_MQTT_DECODE', topic: 'a/1' }]);
    expect(drops).toMatchObject([{ reason: 'undecodable' }]);
  });

  it.each(['auto', 'manual'] as const)('acknowledges (%s) when the dead letter is acknowledged', async (ack) => {
    const { mqtt, server, deliver, acks, published } = connected();
    mqtt.observe('a/{id}', { qos: 1, codec: json(), ack, onDecodeError: deadLetter('dead') }).subscribe();

    deliver(bad(5));
    await settled();

    expect(acks()).toEqual([]);
    server.wire.acknowledge(4, published()[0]!.packetId);
    await settled();
    expect(acks()).toEqual([5]);
  });

  it('refuses a policy that it does not know at once', () => {
    const { mqtt } = connected();

    expect(() => mqtt.observe('a', { onDecodeError: 'pass' as never })).toThrow(InvalidOptionsError);
  });

  it('errors when nobody is known who could publish the dead letter', () => {
    let error: unknown;
    of(message('x'))
      .pipe(decode(number(), { onError: deadLetter('dead') }))
      .subscribe({ error: (thrown: unknown) => (error = thrown) });

    expect(error).toMatchObject({
      message: expect.stringContaining('mqtt') as string,
      cause: expect.any(RangeError) as Error,
    });
  });
});
