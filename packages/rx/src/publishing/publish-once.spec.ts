import {
  AbortedError,
  ClosedError,
  type ConnectionOptions,
  type DropEvent,
  InvalidMessageError,
  InvalidTopicError,
  OfflineError,
  OverflowError,
  type PublishResult,
  PublishRefusedError,
  TimeoutError,
} from '@rxmqtt/core';
import { type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { type Observable, concat, config, map, merge, repeat, retry, take } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { RxMqtt } from '../client/rx-mqtt.js';

type SentPublish = Extract<SentPacket, { type: 'publish' }>;

interface Script {
  readonly mqtt: Mqtt;
  readonly server: TestConnection;
  readonly drops: DropEvent[];
  /** What was published on the newest wire. */
  published(): SentPublish[];
}

function idle(options: ConnectionOptions = {}): Script {
  const server = createTestConnection(options);
  const drops: DropEvent[] = [];
  server.connection.on('drop', (drop) => drops.push(drop));
  const published = (): SentPublish[] => server.wire.sent.filter((packet) => packet.type === 'publish');
  return { mqtt: new RxMqtt(server.connection), server, drops, published };
}

function connected(options: ConnectionOptions = {}): Script {
  const script = idle(options);
  script.server.connection.open().catch(() => undefined);
  script.server.wire.connack();
  return script;
}

interface Seen {
  readonly results: PublishResult[];
  error: unknown;
  completed: boolean;
  leave(): void;
}

function watch(source: Observable<PublishResult>): Seen {
  const seen: Seen = {
    results: [],
    error: undefined,
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (result) => seen.results.push(result),
    error: (error) => {
      seen.error = error;
    },
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}

describe('publish', () => {
  describe('is cold', () => {
    it('does nothing before it is subscribed', () => {
      const { mqtt, server } = idle();

      void mqtt.publish('a', 'on', { qos: 1 });

      expect(server.connection.state.type).toBe('idle');
      expect(server.wires).toHaveLength(0);
    });

    it('publishes at each subscription', () => {
      const { mqtt, published } = connected();
      const publish$ = mqtt.publish('a', 'on', { qos: 1, retain: true, properties: { contentType: 'x/y' } });

      publish$.subscribe();
      publish$.subscribe();

      expect(published()).toMatchObject([
        { topic: 'a', payload: 'on', qos: 1, retain: true, packetId: 1, properties: { contentType: 'x/y' } },
        { topic: 'a', payload: 'on', qos: 1, retain: true, packetId: 2, properties: { contentType: 'x/y' } },
      ]);
    });

    it('opens the connection, and sends when that is made', () => {
      const { mqtt, server, published } = idle();
      const seen = watch(mqtt.publish('a', 'on'));
      expect(server.connection.state.type).toBe('connecting');
      expect(seen).toMatchObject({ results: [], completed: false });

      server.wire.connack();

      expect(published()).toHaveLength(1);
      expect(seen).toMatchObject({ results: [{ topic: 'a', qos: 0 }], completed: true });
    });
  });

  describe('emits the result and completes', () => {
    it('at once for QoS 0: it is with the socket', () => {
      const { mqtt } = connected();

      expect(watch(mqtt.publish('a', 'on'))).toMatchObject({
        results: [
          {
            topic: 'a',
            qos: 0,
            reasonCode: 0,
            noMatchingSubscribers: false,
            reasonString: undefined,
            userProperties: [],
          },
        ],
        error: undefined,
        completed: true,
      });
    });

    it('at PUBACK for QoS 1', () => {
      const { mqtt, server } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));
      expect(seen).toMatchObject({ results: [], completed: false });

      server.wire.acknowledge(4, 1, 0x10, { reasonString: 'nobody', userProperties: [['k', 'v']] });

      expect(seen).toMatchObject({
        results: [
          {
            topic: 'a',
            qos: 1,
            reasonCode: 0x10,
            noMatchingSubscribers: true,
            reasonString: 'nobody',
            userProperties: [['k', 'v']],
          },
        ],
        completed: true,
      });
    });

    it('at PUBCOMP for QoS 2', () => {
      const { mqtt, server } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 2 }));

      server.wire.acknowledge(5, 1);
      expect(seen).toMatchObject({ results: [], completed: false });
      server.wire.acknowledge(7, 1);

      expect(seen).toMatchObject({ results: [{ qos: 2 }], completed: true });
    });

    it('never, while no acknowledgement comes', () => {
      const { mqtt, server } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));

      server.clock.advance(3_600_000);

      expect(seen).toMatchObject({ results: [], error: undefined, completed: false });
    });

    it('once, after a reconnect that sends it again', () => {
      const { mqtt, server, published } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));

      server.wire.cut();
      server.clock.advance(60_000);
      server.wire.connack({ sessionPresent: true });
      expect(published()).toMatchObject([{ packetId: 1, dup: true }]);
      expect(seen).toMatchObject({ results: [], error: undefined });

      server.wire.acknowledge(4, 1);
      server.wire.acknowledge(4, 1);
      expect(seen.results).toHaveLength(1);
      expect(seen.completed).toBe(true);
    });

    it('in the order in which they are acknowledged', () => {
      const { mqtt, server } = connected();
      const seen = watch(merge(...['a', 'b', 'c'].map((topic) => mqtt.publish(topic, '', { qos: 1 }))));

      for (const id of [3, 1, 2]) server.wire.acknowledge(4, id);

      expect(seen.results.map(({ topic }) => topic)).toEqual(['c', 'a', 'b']);
      expect(seen.completed).toBe(true);
    });
  });

  describe('errors', () => {
    it.each([
      ['a wildcard in the topic', 'a/+', 'on', InvalidTopicError],
      ['no topic', '', 'on', InvalidTopicError],
      ['half a surrogate pair', 'a', '\ud800', InvalidMessageError],
    ])('and does not throw, for %s', (_, topic, payload, type) => {
      const { mqtt, published } = connected();

      expect(watch(mqtt.publish(topic, payload)).error).toBeInstanceOf(type);
      expect(published()).toEqual([]);
    });

    it('when the server refuses', () => {
      const { mqtt, server } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));

      server.wire.acknowledge(4, 1, 0x87, { reasonString: 'not you' });

      expect(seen).toMatchObject({ results: [], completed: false });
      expect(seen.error).toBeInstanceOf(PublishRefusedError);
      expect(seen.error).toMatchObject({ reasonCode: 0x87, reasonString: 'not you' });
    });

    it('when it takes too long', () => {
      const { mqtt, server, drops } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1, timeout: 500 }));

      server.clock.advance(499);
      expect(seen.error).toBeUndefined();
      server.clock.advance(1);

      expect(seen.error).toBeInstanceOf(TimeoutError);
      expect(drops).toHaveLength(1);
    });

    it('when there is no connection and it is not to wait', () => {
      const { mqtt } = idle();

      expect(watch(mqtt.publish('a', 'on', { offline: 'error' })).error).toBeInstanceOf(OfflineError);
    });

    it('when there is no room', () => {
      const { mqtt } = idle({ publish: { capacity: 1 } });
      const first = watch(mqtt.publish('a', 'on'));

      expect(watch(mqtt.publish('a', 'on')).error).toBeInstanceOf(OverflowError);
      expect(first.error).toBeUndefined();
    });

    it('when the connection is closed meanwhile, and when it was closed before', () => {
      const { mqtt } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));

      void mqtt.close();

      expect(seen.error).toBeInstanceOf(ClosedError);
      expect(watch(mqtt.publish('a', 'on')).error).toBeInstanceOf(ClosedError);
    });
  });

  describe('unsubscribing', () => {
    it('takes back what has not been sent', () => {
      const { mqtt, server, drops, published } = idle();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));

      seen.leave();
      server.wire.connack();

      expect(published()).toEqual([]);
      expect(seen).toMatchObject({ results: [], error: undefined, completed: false });
      expect(drops).toMatchObject([
        { direction: 'out', topic: 'a', qos: 1, reason: 'aborted', error: expect.any(AbortedError) },
      ]);
    });

    it('ignores what comes of it when it was sent', () => {
      const { mqtt, server, published } = connected();
      const seen = watch(mqtt.publish('a', 'on', { qos: 1 }));

      seen.leave();
      server.wire.acknowledge(4, 1);

      expect(seen).toMatchObject({ results: [], error: undefined, completed: false });
      // Its identifier is free, the window is too.
      mqtt.publish('b', '', { qos: 1 }).subscribe();
      expect(published().map(({ topic }) => topic)).toEqual(['a', 'b']);
    });

    it('drops nothing when it is done', () => {
      const { mqtt, server, drops } = connected();
      const seen = [watch(mqtt.publish('a', 'on')), watch(mqtt.publish('a', 'on', { qos: 1 }).pipe(take(1)))];
      server.wire.acknowledge(4, 1);

      for (const each of seen) each.leave();

      expect(drops).toEqual([]);
      expect(seen.map(({ completed }) => completed)).toEqual([true, true]);
    });

    it('leaves another subscription to the same Observable alone', () => {
      const { mqtt, server, published } = idle();
      const publish$ = mqtt.publish('a', 'on', { qos: 1 });
      const seen = [watch(publish$), watch(publish$)];

      seen[0]?.leave();
      server.wire.connack();
      server.wire.acknowledge(4, 1);

      expect(published()).toHaveLength(1);
      expect(seen.map(({ completed }) => completed)).toEqual([false, true]);
    });
  });

  describe('composes', () => {
    it('with concat: the next goes out when the one before is acknowledged', () => {
      const { mqtt, server, published } = connected();
      const seen = watch(concat(mqtt.publish('a', '', { qos: 1 }), mqtt.publish('b', '', { qos: 1 })));
      expect(published().map(({ topic }) => topic)).toEqual(['a']);

      server.wire.acknowledge(4, 1);

      expect(published().map(({ topic }) => topic)).toEqual(['a', 'b']);
      expect(seen.results.map(({ topic }) => topic)).toEqual(['a']);
    });

    it('with retry: a refused message goes out again', () => {
      const { mqtt, server, published } = connected();
      const seen = watch(mqtt.publish('a', '', { qos: 1 }).pipe(retry(1)));

      server.wire.acknowledge(4, 1, 0x97);
      server.wire.acknowledge(4, published()[1]?.packetId ?? 0);

      expect(published()).toHaveLength(2);
      expect(seen).toMatchObject({ error: undefined, completed: true });
    });

    it('with a re-entrant consumer, as deep as it likes to queue', () => {
      const { mqtt, published } = connected();
      const seen = watch(mqtt.publish('a', '').pipe(repeat(1_000)));

      expect(published()).toHaveLength(1_000);
      expect(seen.results).toHaveLength(1_000);
      expect(seen.completed).toBe(true);
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

    it('lets RxJS report it, and the connection goes on', () => {
      const { mqtt, server } = connected();
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      const mistake = new Error('mine');
      let completed = false;
      mqtt.publish('a', '', { qos: 1 }).subscribe({
        next: () => {
          throw mistake;
        },
        complete: () => {
          completed = true;
        },
      });
      const other = watch(mqtt.publish('b', '', { qos: 1 }));

      server.wire.acknowledge(4, 1);
      server.wire.acknowledge(4, 2);
      jest.runAllTimers();

      expect(reported).toEqual([mistake]);
      expect(completed).toBe(true);
      expect(other.completed).toBe(true);
    });

    it('hands on what an operator throws', () => {
      const { mqtt } = connected();
      const mistake = new Error('mine');
      const seen = watch(
        mqtt.publish('a', '').pipe(
          map(() => {
            throw mistake;
          }),
        ),
      );

      expect(seen.error).toBe(mistake);
    });
  });
});
