import type { MqttError } from '@rxmqtt/core';
import { catchError, concatMap, delay, map, of, timer } from 'rxjs';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';
import { presenceWill } from '../presence/presence-will.js';
import { presence } from '../presence/presence.js';
import { publishTo } from '../publishing/publish-to.js';
import { cutAfter, cutBefore, ignore, plainMessages, refuse, runMqtt } from './index.js';

const equal = (actual: unknown, expected: unknown): void => {
  expect(actual).toEqual(expected);
};

/** Letters as messages on `a`, with the letter as their payload. */
const letters = Object.fromEntries(
  Array.from('abcdefgh', (letter) => [letter, { topic: 'a', payload: letter, qos: 1 as const }]),
);
const values = map(({ value }: { readonly value: unknown }) => value);
const exactly = { reconnect: { initialDelay: 10, jitter: 'none' as const } };

describe('a marble test with a broker', () => {
  it('sees messages in the frame in which they were published', () => {
    runMqtt(equal, ({ broker, connect, hot, expectObservable }) => {
      broker.feed(hot('--a-(bc)|', letters));

      expectObservable(connect().observe('+', { qos: 1, codec: text() }).pipe(values)).toBe('--a-(bc)');
    });
  });

  it('sees a reconnect that takes its time, and what was sent meanwhile', () => {
    runMqtt(equal, ({ broker, connect, hot, cold, expectObservable }) => {
      const mqtt = connect({ ...exactly, clientId: 'c' });
      broker.feed(hot('-a-------b---c', letters));
      cold('------x').subscribe(() => {
        broker.cut();
      });

      expectObservable(mqtt.observe('a', { qos: 1, codec: text() }).pipe(values)).toBe('-a--------------(bc)');
      expectObservable(mqtt.connected$).toBe('(nc)--n---------c', { n: false, c: true });
    });
  });

  it('waits an hour for nothing', () => {
    runMqtt(
      equal,
      ({ broker, connect, expectObservable, cold }) => {
        const mqtt = connect({ keepalive: 60 });
        const results$ = cold('59m a', { a: { topic: 'a', payload: '1' } }).pipe(publishTo(mqtt, { qos: 1 }));

        expectObservable(mqtt.observe('a', { codec: number() }).pipe(values)).toBe('59m a', { a: 1 });
        expectObservable(results$.pipe(map(({ status }) => status))).toBe('59m a', { a: 'published' });
        expect(broker.packets).toEqual([]);
      },
      { horizon: 3_600_000 },
    );
  });

  it('plays a fault script', () => {
    runMqtt(
      equal,
      ({ broker, connect, cold, expectObservable, flush }) => {
        const mqtt = connect({ ...exactly, clientId: 'c' });
        const statuses$ = cold('a', { a: { topic: 'a', payload: 'x' } }).pipe(
          publishTo(mqtt, { qos: 2 }),
          map(({ status }) => status),
        );

        expectObservable(statuses$).toBe('70ms a', { a: 'published' });
        expectObservable(broker.messages$.pipe(map((message) => message.text))).toBe('30ms x');
        flush();
        const types = broker.packets.map(({ type }) => type).filter((type) => type.startsWith('pub'));
        expect(types).toEqual(['publish', 'pubrec', 'pubrel', 'pubcomp']);
      },
      { faults: [refuse(0x88, { times: 2 }), cutAfter('pubrec')] },
    );
  });

  it('finds a dead server in virtual time', () => {
    runMqtt(
      equal,
      ({ connect, expectObservable }) => {
        const mqtt = connect({ keepalive: 10, reconnect: false });
        const codes$ = mqtt.observe('a').pipe(catchError((error: MqttError) => of(error.code)));

        expectObservable(codes$).toBe('15050ms (e|)', { e: 'ERR_MQTT_KEEPALIVE_TIMEOUT' });
      },
      { faults: [ignore('pingreq', { times: Infinity })] },
    );
  });

  it('lets messages expire', () => {
    runMqtt(equal, ({ broker, connect, cold, expectObservable }) => {
      const mqtt = connect({ reconnect: { initialDelay: 5_000, jitter: 'none' }, clientId: 'c' });
      cold('-x').subscribe(() => {
        broker.cut();
      });
      cold('10ms x').subscribe(() => {
        broker.publish({ topic: 'a', payload: 's', qos: 1, properties: { messageExpiryInterval: 2 } });
        broker.publish({ topic: 'a', payload: 'l', qos: 1, properties: { messageExpiryInterval: 20 } });
      });

      expectObservable(mqtt.observe('a', { qos: 1, codec: text() }).pipe(values)).toBe('5001ms l');
    });
  });

  it('runs two clients, and the time between them', () => {
    runMqtt(
      equal,
      ({ connect, expectObservable }) => {
        const [plant, office] = [connect(), connect()];
        const echo$ = plant.observe('ask', { codec: text() }).pipe(
          concatMap(({ value }) => of({ topic: 'answer', payload: `${value}!` }).pipe(delay(7))),
          publishTo(plant),
        );
        echo$.subscribe();
        timer(20).subscribe(() => {
          office.publish('ask', 'hey').subscribe();
        });

        expectObservable(office.observe('answer').pipe(plainMessages())).toBe('47ms a', {
          a: { topic: 'answer', value: 'hey!', qos: 0, retain: false },
        });
      },
      { latency: 5 },
    );
  });

  it('errors like any marble test when something else comes', () => {
    expect(() => {
      runMqtt(equal, ({ broker, connect, hot, expectObservable }) => {
        broker.feed(hot('--a', letters));

        expectObservable(connect().observe('a', { codec: text() }).pipe(values)).toBe('---a');
      });
    }).toThrow();
  });

  it('tells each half of a cut from the other', () => {
    for (const [fault, copies] of [
      [cutBefore('publish', { from: 'client' }), 1],
      [cutAfter('publish', { from: 'client' }), 2],
    ] as const) {
      runMqtt(
        equal,
        ({ broker, connect, flush }) => {
          const mqtt = connect({ ...exactly, clientId: 'c' });
          mqtt.publish('a', 'x', { qos: 1 }).subscribe();
          const accepted: string[] = [];
          broker.onMessage((message) => accepted.push(message.text));
          flush();

          expect(accepted).toHaveLength(copies);
        },
        { faults: [fault] },
      );
    }
  });
});

describe('the presence of a client of the broker', () => {
  it('is told, and missed when its connection breaks', () => {
    runMqtt(equal, ({ broker, connect, cold, expectObservable }) => {
      const will = presenceWill({ topic: 'p/7' });
      const mqtt = connect({ will, clientId: 'c', reconnect: { initialDelay: 10, jitter: 'none' } });
      presence(mqtt, will).subscribe();
      cold('----x').subscribe(() => {
        broker.cut('c');
      });

      const told$ = broker.messages$.pipe(map(({ payload }) => new TextDecoder().decode(payload)));
      expectObservable(told$, '^---------------!').toBe('a---b---------a', { a: 'online', b: 'offline' });
    });
  });
});
