import {
  ClosedError,
  type ConnectionOptions,
  type DropEvent,
  InvalidMessageError,
  InvalidOptionsError,
  InvalidTopicError,
  OverflowError,
  PublishRefusedError,
} from '@rxmqtt/core';
import { type SentPacket, type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import {
  EMPTY,
  NEVER,
  type Observable,
  Subject,
  concat,
  config,
  from,
  map,
  of,
  range,
  take,
  tap,
  throwError,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import type { Mqtt } from '../client/mqtt.js';
import { RxMqtt } from '../client/rx-mqtt.js';
import type { Codec } from '../codecs/codec.js';
import { json } from '../codecs/json.js';
import { text } from '../codecs/text.js';
import type { PublishInput, PublishStatus } from './publish-to-options.js';
import { publishTo } from './publish-to.js';

type SentPublish = Extract<SentPacket, { type: 'publish' }>;

interface Script {
  readonly mqtt: Mqtt;
  readonly server: TestConnection;
  readonly drops: DropEvent[];
  /** What was published, on all wires. */
  published(): SentPublish[];
  /** The topics of that. */
  topics(): string[];
  /** The server acknowledges the last publication to a topic on the newest wire. */
  acknowledge(topic: string, reasonCode?: number): void;
}

function idle(options: ConnectionOptions = {}): Script {
  const server = createTestConnection(options);
  const drops: DropEvent[] = [];
  server.connection.on('drop', (drop) => drops.push(drop));
  const published = (): SentPublish[] =>
    server.wires.flatMap(({ sent }) => sent).filter((packet) => packet.type === 'publish');
  return {
    mqtt: new RxMqtt(server.connection),
    server,
    drops,
    published,
    topics: () => published().map(({ topic }) => topic),
    acknowledge: (topic, reasonCode = 0) => {
      const { packetId } = published()
        .reverse()
        .find((packet) => packet.topic === topic)!;
      server.wire.acknowledge(4, packetId, reasonCode);
    },
  };
}

function connected(options: ConnectionOptions = {}): Script {
  const script = idle(options);
  script.server.connection.open().catch(() => undefined);
  script.server.wire.connack();
  return script;
}

interface Seen<Status> {
  readonly statuses: Status[];
  error: unknown;
  completed: boolean;
  /** `0` for what was published, `!0` for what failed. */
  order(): string[];
  leave(): void;
}

function watch<Status extends PublishStatus<unknown>>(source: Observable<Status>): Seen<Status> {
  const seen: Seen<Status> = {
    statuses: [],
    error: undefined,
    completed: false,
    order: () => seen.statuses.map(({ status, index }) => (status === 'published' ? '' : '!') + String(index)),
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (status) => seen.statuses.push(status),
    error: (error) => {
      seen.error = error;
    },
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}

/** One input per letter, whose topic it is. */
function inputs(letters: string): PublishInput[] {
  return Array.from(letters, (topic) => ({ topic, payload: '' }));
}

function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i));
}

const toInput = map((topic: string | number): PublishInput => ({ topic: String(topic), payload: '' }));

describe('publishTo', () => {
  describe('of', () => {
    it('a source that never emits says nothing', () => {
      const { mqtt, published } = connected();

      expect(watch(NEVER.pipe(publishTo(mqtt)))).toMatchObject({ statuses: [], error: undefined, completed: false });
      expect(published()).toEqual([]);
    });

    it('an empty source completes, and does not open the connection', () => {
      const { mqtt, server } = idle();

      expect(watch(EMPTY.pipe(publishTo(mqtt)))).toMatchObject({ statuses: [], error: undefined, completed: true });
      expect(server.wires).toHaveLength(0);
    });

    it('one input emits its status, with the input and the result', () => {
      const { mqtt, server, published } = connected();
      const input = { topic: 'a', payload: 'on', id: 7 };
      const seen = watch(of(input).pipe(publishTo(mqtt, { qos: 1, retain: true })));
      expect(published()).toMatchObject([{ topic: 'a', payload: 'on', qos: 1, retain: true }]);
      expect(seen).toMatchObject({ statuses: [], completed: false });

      server.wire.acknowledge(4, 1, 0x10);

      expect(seen.statuses).toMatchObject([
        {
          status: 'published',
          index: 0,
          result: { topic: 'a', qos: 1, reasonCode: 0x10, noMatchingSubscribers: true },
        },
      ]);
      expect(seen.statuses[0]?.input).toBe(input);
      expect(seen.completed).toBe(true);
    });

    it('many inputs emits one status for each', () => {
      const { mqtt, topics } = connected();
      const seen = watch(range(0, 10_000).pipe(toInput, publishTo(mqtt)));

      expect(topics().join()).toBe(numbers(10_000).join());
      expect(seen.order().join()).toBe(numbers(10_000).join());
      expect(seen.completed).toBe(true);
    });

    it('a source that errors errors at once; what is under way goes on unseen', () => {
      const { mqtt, topics, acknowledge } = connected();
      const mistake = new Error('mine');
      const seen = watch(
        concat(
          from(inputs('abc')),
          throwError(() => mistake),
        ).pipe(publishTo(mqtt, { qos: 1, window: 2 })),
      );

      expect(seen).toMatchObject({ statuses: [], error: mistake, completed: false });
      acknowledge('a');
      expect(topics()).toEqual(['a', 'b']);
      expect(seen.statuses).toEqual([]);
    });

    it('a source that errors at once publishes nothing', () => {
      const { mqtt, server } = idle();
      const mistake = new Error('mine');

      expect(watch(throwError(() => mistake).pipe(publishTo(mqtt))).error).toBe(mistake);
      expect(server.wires).toHaveLength(0);
    });
  });

  describe('is cold', () => {
    it('does nothing before it is subscribed, and opens the connection when the first input comes', () => {
      const { mqtt, server, topics } = idle();
      const source$ = new Subject<PublishInput>();
      const statuses$ = source$.pipe(publishTo(mqtt));
      expect(source$.observed).toBe(false);

      const seen = watch(statuses$);
      expect(server.connection.state.type).toBe('idle');

      source$.next({ topic: 'a', payload: '' });
      source$.next({ topic: 'b', payload: '' });
      expect(server.connection.state.type).toBe('connecting');
      server.wire.connack();
      expect(server.wires).toHaveLength(1);
      expect(topics()).toEqual(['a', 'b']);
      expect(seen.order()).toEqual(['0', '1']);
    });

    it('counts and bounds for each subscription on its own', () => {
      const { mqtt, topics } = connected();
      const statuses$ = from(inputs('ab')).pipe(publishTo(mqtt, { qos: 1, window: 1, capacity: 1 }));

      const seen = [watch(statuses$), watch(statuses$)];

      expect(topics()).toEqual(['a', 'a']);
      expect(seen.map((each) => each.order())).toEqual([[], []]);
    });
  });

  describe('merges an input with the options', () => {
    it('and the codec', () => {
      const { mqtt, published } = connected();
      from([{ payload: { celsius: 21.5 } }, { topic: 'other', payload: null, qos: 0 as const, retain: false }])
        .pipe(publishTo(mqtt, { topic: 'a', qos: 1, retain: true, codec: json() }))
        .subscribe();

      const properties = { payloadFormatIndicator: 1, contentType: 'application/json' };
      expect(published()).toMatchObject([
        { topic: 'a', payload: '{"celsius":21.5}', qos: 1, retain: true, properties },
        { topic: 'other', payload: 'null', qos: 0, retain: false, properties },
      ]);
    });

    it('and the limit of time', () => {
      const { mqtt, server } = connected();
      const seen = watch(from(inputs('ab')).pipe(publishTo(mqtt, { qos: 1, timeout: 500, window: 1 })));

      server.clock.advance(500);
      expect(seen.order()).toEqual(['!0']);
      server.clock.advance(500);

      expect(seen.order()).toEqual(['!0', '!1']);
      expect(seen.completed).toBe(true);
    });
  });

  describe('emits statuses', () => {
    it('in the order of the inputs, in whatever order the acknowledgements come', () => {
      const { mqtt, acknowledge } = connected();
      const seen = watch(from(inputs('abcd')).pipe(publishTo(mqtt, { qos: 1 })));

      acknowledge('c');
      acknowledge('b');
      expect(seen.order()).toEqual([]);
      acknowledge('a');
      expect(seen.order()).toEqual(['0', '1', '2']);
      expect(seen.completed).toBe(false);
      acknowledge('d');

      expect(seen.order()).toEqual(['0', '1', '2', '3']);
      expect(seen.completed).toBe(true);
    });

    it('in that order also for what the server refuses', () => {
      const { mqtt, acknowledge } = connected();
      const seen = watch(from(inputs('abc')).pipe(publishTo(mqtt, { qos: 1 })));

      acknowledge('b', 0x87);
      acknowledge('c');
      acknowledge('a');

      expect(seen.order()).toEqual(['0', '!1', '2']);
      expect(seen.statuses[1]).toMatchObject({
        status: 'failed',
        index: 1,
        input: { topic: 'b' },
        error: { reasonCode: 0x87 },
      });
      expect(seen.statuses[1]).toHaveProperty('error', expect.any(PublishRefusedError));
      expect(seen.completed).toBe(true);
    });

    it('in that order also across levels of quality', () => {
      const { mqtt, topics, acknowledge } = connected();
      const source = [{ topic: 'a', payload: '', qos: 1 as const }, ...inputs('bc')];
      const seen = watch(from(source).pipe(publishTo(mqtt)));

      expect(topics()).toEqual(['a', 'b', 'c']);
      expect(seen.order()).toEqual([]);
      acknowledge('a');
      expect(seen.order()).toEqual(['0', '1', '2']);
    });

    it('at once for what is refused here, with its index', () => {
      const { mqtt, topics, acknowledge } = connected();
      const source: PublishInput[] = [
        { topic: 'a', payload: '' },
        { topic: 'b/#', payload: '' },
        { payload: '' },
        { topic: 'd', payload: '' },
      ];
      const seen = watch(from(source).pipe(publishTo(mqtt, { qos: 1 })));

      expect(seen.order()).toEqual(['!1', '!2']);
      expect(seen.statuses).toMatchObject([
        { error: expect.any(InvalidTopicError) },
        { error: expect.any(InvalidMessageError) },
      ]);
      expect(topics()).toEqual(['a', 'd']);
      acknowledge('a');
      acknowledge('d');
      expect(seen.order()).toEqual(['!1', '!2', '0', '3']);
      expect(seen.completed).toBe(true);
    });

    it('of refused inputs only, and completes', () => {
      const { mqtt } = connected();
      const seen = watch(from(inputs('++')).pipe(publishTo(mqtt, { window: 1 })));

      expect(seen.order()).toEqual(['!0', '!1']);
      expect(seen.completed).toBe(true);
    });

    it('with an error for what a codec cannot encode, at once even if it would have to wait', () => {
      const { mqtt, topics, acknowledge } = connected();
      const codec: Codec<number> = {
        name: 'small numbers',
        decode: () => 0,
        encode: (value) => {
          if (value > 9) throw new RangeError('too big');
          return String(value);
        },
      };
      const source = [1, 10, 2].map((payload) => ({ topic: `t${payload}`, payload }));
      const seen = watch(from(source).pipe(publishTo(mqtt, { codec, qos: 1, window: 1 })));

      expect(seen.order()).toEqual(['!1']);
      expect(seen.statuses[0]).toMatchObject({
        input: { payload: 10 },
        error: {
          field: 'payload',
          message: expect.stringContaining('could not be encoded as small numbers: RangeError: too big'),
        },
      });
      acknowledge('t1');
      acknowledge('t2');
      expect(topics()).toEqual(['t1', 't2']);
      expect(seen.completed).toBe(true);
    });

    it('with an error for what a codec makes that is no payload', () => {
      const { mqtt } = connected();
      const codec = { ...text(), encode: () => 7 as unknown as string };
      const seen = watch(of({ topic: 'a', payload: '' }).pipe(publishTo(mqtt, { codec })));

      expect(seen.statuses).toMatchObject([{ status: 'failed', error: { field: 'payload' } }]);
    });
  });

  describe('has a window', () => {
    it('of so many publications at once', () => {
      const { mqtt, topics, acknowledge } = connected();
      watch(from(inputs('abcd')).pipe(publishTo(mqtt, { qos: 1, window: 2 })));

      expect(topics()).toEqual(['a', 'b']);
      acknowledge('a');
      expect(topics()).toEqual(['a', 'b', 'c']);
      acknowledge('b');
      expect(topics()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('of 64 if not told', () => {
      const { mqtt, server, topics } = connected({ publish: { window: 100 } });
      watch(range(0, 100).pipe(toInput, publishTo(mqtt, { qos: 1 })));

      expect(topics()).toHaveLength(64);
      server.wire.acknowledge(4, 1);
      expect(topics()).toHaveLength(65);
    });

    it('in which results wait for an earlier one: no more pile up behind it', () => {
      const { mqtt, topics, acknowledge } = connected();
      const seen = watch(from(inputs('abcd')).pipe(publishTo(mqtt, { qos: 1, window: 2 })));

      acknowledge('b');
      expect(topics()).toEqual(['a', 'b']);
      expect(seen.order()).toEqual([]);
      acknowledge('a');
      expect(topics()).toEqual(['a', 'b', 'c', 'd']);
      expect(seen.order()).toEqual(['0', '1']);
    });

    it('whose place a refused input does not take', () => {
      const { mqtt, topics } = connected();
      watch(from(inputs('a+#b')).pipe(publishTo(mqtt, { qos: 1, window: 2 })));

      expect(topics()).toEqual(['a', 'b']);
    });

    it('before which inputs wait, and are then published in their order', () => {
      const { mqtt, topics, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 1 })));
      for (const input of inputs('abc')) source$.next(input);

      acknowledge('a');
      for (const input of inputs('d')) source$.next(input);
      for (const topic of 'bcd') acknowledge(topic);

      expect(topics()).toEqual(['a', 'b', 'c', 'd']);
    });
  });

  describe('has a capacity', () => {
    it('of so many waiting inputs; one more is refused at once, with its index', () => {
      const { mqtt, topics, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 2, capacity: 1 })));

      for (const input of inputs('abcde')) source$.next(input);
      expect(seen.order()).toEqual(['!3', '!4']);
      expect(seen.statuses).toMatchObject([
        { input: { topic: 'd' }, error: expect.any(OverflowError) },
        { input: { topic: 'e' }, error: { topic: 'e', message: expect.stringContaining('1 inputs wait') } },
      ]);

      // There is room again.
      acknowledge('a');
      for (const input of inputs('fg')) source$.next(input);
      source$.complete();
      for (const topic of 'bcf') acknowledge(topic);

      expect(topics()).toEqual(['a', 'b', 'c', 'f']);
      expect(seen.order()).toEqual(['!3', '!4', '0', '!6', '1', '2', '5']);
      expect(seen.completed).toBe(true);
    });

    it('of 1,000 if not told', () => {
      const { mqtt } = connected();
      const seen = watch(range(0, 2_000).pipe(toInput, publishTo(mqtt, { qos: 1 })));

      expect(seen.order()).toEqual(Array.from({ length: 2_000 - 1_064 }, (_, i) => `!${i + 1_064}`));
    });

    it('that counts what waits, whoever sends it, and no more', () => {
      const { mqtt, topics } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(
        source$.pipe(
          publishTo(mqtt, { window: 2, capacity: 1 }),
          tap(({ index }) => {
            // In answer to the first status, 3 inputs at once: 2 of them find room in the window, 1 waits.
            if (index === 0) for (const input of inputs('bcd')) source$.next(input);
          }),
        ),
      );

      source$.next({ topic: 'a', payload: '' });

      expect(topics()).toEqual(['a', 'b', 'c', 'd']);
      expect(seen.order()).toEqual(['0', '1', '2', '3']);
    });

    it('and encodes nothing that it refuses', () => {
      const { mqtt } = connected();
      const encode = jest.fn((value: string) => value);
      watch(
        from(inputs('abcd') as PublishInput<string>[]).pipe(
          publishTo(mqtt, { codec: { ...text(), encode }, qos: 1, window: 1, capacity: 1 }),
        ),
      );

      expect(encode).toHaveBeenCalledTimes(2);
    });
  });

  describe('keeps what it was given', () => {
    it('while it waits here', () => {
      const { mqtt, server, published, acknowledge } = connected();
      const buffer = new Uint8Array([1]);
      const source$ = new Subject<PublishInput>();
      watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 1 })));

      source$.next({ topic: 'a', payload: buffer });
      buffer[0] = 2;
      source$.next({ topic: 'b', payload: buffer });
      buffer[0] = 3;
      acknowledge('a');

      expect(published().map(({ payload }) => [...(payload as Uint8Array)])).toEqual([[1], [2]]);
      expect(server.connection.state.type).toBe('connected');
    });

    it('of an object too, which is encoded when it comes', () => {
      const { mqtt, published, acknowledge } = connected();
      const state = { count: 1 };
      const source$ = new Subject<PublishInput<unknown>>();
      watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 1, codec: json() })));

      source$.next({ topic: 'a', payload: state });
      state.count = 2;
      source$.next({ topic: 'b', payload: state });
      state.count = 3;
      acknowledge('a');

      expect(published().map(({ payload }) => payload)).toEqual(['{"count":1}', '{"count":2}']);
    });
  });

  describe('pulls no more than is wanted', () => {
    it('of a synchronous source: take(3) of 100,000 pulls 3', () => {
      const { mqtt, topics } = connected();
      let pulled = 0;
      const seen = watch(
        range(0, 100_000).pipe(
          tap(() => pulled++),
          toInput,
          publishTo(mqtt),
          take(3),
        ),
      );

      expect(pulled).toBe(3);
      expect(topics()).toEqual(['0', '1', '2']);
      expect(seen.order()).toEqual(['0', '1', '2']);
      expect(seen.completed).toBe(true);
    });

    it('of a synchronous source that overflows: take(3) pulls until 3 were refused', () => {
      const { mqtt } = connected();
      let pulled = 0;
      const seen = watch(
        range(0, 100_000).pipe(
          tap(() => pulled++),
          toInput,
          publishTo(mqtt, { qos: 1, window: 2, capacity: 5 }),
          take(3),
        ),
      );

      expect(pulled).toBe(2 + 5 + 3);
      expect(seen.order()).toEqual(['!7', '!8', '!9']);
    });

    it('when the consumer leaves: what waits is dropped, what was sent goes on', () => {
      const { mqtt, server, topics, drops, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 2 })));
      for (const input of inputs('abcd')) source$.next(input);

      seen.leave();
      expect(source$.observed).toBe(false);
      source$.next({ topic: 'e', payload: '' });
      acknowledge('a');
      acknowledge('b');

      expect(topics()).toEqual(['a', 'b']);
      expect(seen).toMatchObject({ statuses: [], error: undefined, completed: false });
      expect(drops).toEqual([]);
      expect(server.connection.state.type).toBe('connected');
    });

    it('when the consumer leaves in the middle of a burst of acknowledgements', () => {
      const { mqtt, topics, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 3 }), take(2)));
      for (const input of inputs('abcdef')) source$.next(input);

      for (const topic of 'cba') acknowledge(topic);

      expect(seen.order()).toEqual(['0', '1']);
      expect(seen.completed).toBe(true);
      // The first status made room for one; with the second it left.
      expect(topics()).toEqual(['a', 'b', 'c', 'd']);
      expect(source$.observed).toBe(false);
    });
  });

  describe('with QoS 0', () => {
    it.each([1, 64, 5_000])('settles 20,000 that wait behind a window of %d, without deep recursion', (window) => {
      const { mqtt, server, topics } = idle();
      const seen = watch(range(0, 20_000).pipe(toInput, publishTo(mqtt, { window, capacity: 20_000 })));
      expect(seen.statuses).toHaveLength(0);

      server.wire.connack();

      expect(topics()).toHaveLength(20_000);
      expect(seen.order().join()).toBe(numbers(20_000).join());
      expect(seen.completed).toBe(true);
    });

    it('settles what waits for the socket when that drains', () => {
      const { mqtt, server, topics } = connected();
      server.wire.setCongested(true);
      const seen = watch(range(0, 1_000).pipe(toInput, publishTo(mqtt, { window: 1 })));
      expect(topics()).toHaveLength(0);

      server.wire.setCongested(false);

      expect(topics()).toEqual(numbers(1_000));
      expect(seen.completed).toBe(true);
    });

    it('lets a re-entrant consumer feed 20,000 of its own, in order', () => {
      const { mqtt, topics } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(
        source$.pipe(
          publishTo(mqtt, { window: 1, capacity: 1 }),
          tap(({ index }) => {
            if (index + 1 < 20_000) source$.next({ topic: String(index + 1), payload: '' });
            else source$.complete();
          }),
        ),
      );

      source$.next({ topic: '0', payload: '' });

      expect(topics()).toHaveLength(20_000);
      expect(seen.order().join()).toBe(numbers(20_000).join());
      expect(seen.completed).toBe(true);
    });
  });

  describe('with a re-entrant consumer', () => {
    it('keeps the order of statuses and messages', () => {
      const { mqtt, topics, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(
        source$.pipe(
          publishTo(mqtt, { qos: 1, window: 2, capacity: 9 }),
          tap(({ index }) => {
            if (index === 0) source$.next({ topic: 'e', payload: '' });
          }),
        ),
      );
      for (const input of inputs('abcd')) source$.next(input);

      for (const topic of 'abcde') acknowledge(topic);

      expect(topics()).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(seen.order()).toEqual(numbers(5));
    });

    it('keeps the order when a listener of the connection sends the next input', () => {
      const { mqtt, server, topics } = idle();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { window: 1 })));
      server.connection.on('state', ({ type }) => {
        if (type === 'connecting') source$.next({ topic: 'b', payload: '' });
      });

      source$.next({ topic: 'a', payload: '' });
      source$.next({ topic: 'c', payload: '' });
      server.wire.connack();

      expect(topics()).toEqual(['a', 'b', 'c']);
      expect(seen.order()).toEqual(['0', '1', '2']);
    });

    it('lets it close the connection', () => {
      const { mqtt, acknowledge } = connected();
      const seen = watch(
        from(inputs('abcd')).pipe(
          publishTo(mqtt, { qos: 1, window: 2 }),
          tap(({ index }) => {
            if (index === 0) void mqtt.close();
          }),
        ),
      );

      acknowledge('a');

      expect(seen.order().sort()).toEqual(['!1', '!2', '!3', '0']);
      expect(seen.completed).toBe(true);
    });

    it('lets it end the source, and completes after the last status', () => {
      const { mqtt, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(
        source$.pipe(
          publishTo(mqtt, { qos: 1 }),
          tap(({ index }) => {
            if (index === 0) source$.complete();
          }),
        ),
      );
      for (const input of inputs('ab')) source$.next(input);

      acknowledge('a');
      expect(seen.completed).toBe(false);
      acknowledge('b');

      expect(seen.order()).toEqual(['0', '1']);
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

    it('goes on, and lets RxJS report the error', () => {
      const { mqtt, topics, acknowledge } = connected();
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      const mistake = new Error('mine');
      const order: number[] = [];
      from(inputs('abc'))
        .pipe(publishTo(mqtt, { qos: 1, window: 1 }))
        .subscribe(({ index }) => {
          order.push(index);
          throw mistake;
        });

      for (const topic of 'abc') acknowledge(topic);
      jest.runAllTimers();

      expect(topics()).toEqual(['a', 'b', 'c']);
      expect(order).toEqual([0, 1, 2]);
      expect(reported).toEqual([mistake, mistake, mistake]);
    });

    it('stops when an operator throws: the source is left, what waits is dropped', () => {
      const { mqtt, topics, acknowledge } = connected();
      const mistake = new Error('mine');
      const source$ = new Subject<PublishInput>();
      const seen = watch(
        source$.pipe(
          publishTo(mqtt, { qos: 1, window: 2 }),
          map((): PublishStatus<PublishInput> => {
            throw mistake;
          }),
        ),
      );
      for (const input of inputs('abcde')) source$.next(input);

      acknowledge('a');
      acknowledge('b');

      expect(seen.error).toBe(mistake);
      expect(source$.observed).toBe(false);
      expect(topics()).toEqual(['a', 'b']);
    });
  });

  describe('through the life of the connection', () => {
    it('waits while it is lost, sends again what was not acknowledged, and keeps the order', () => {
      const { mqtt, server, topics, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 2 })));
      for (const input of inputs('abc')) source$.next(input);

      server.wire.cut();
      source$.next({ topic: 'd', payload: '' });
      source$.complete();
      expect(seen).toMatchObject({ statuses: [], error: undefined, completed: false });

      server.clock.advance(60_000);
      server.wire.connack();
      expect(topics()).toEqual(['a', 'b', 'a', 'b']);
      for (const topic of 'bacd') acknowledge(topic);

      expect(topics()).toEqual(['a', 'b', 'a', 'b', 'c', 'd']);
      expect(seen.order()).toEqual(['0', '1', '2', '3']);
      expect(seen.completed).toBe(true);
    });

    it('refuses at once what is not to wait for a connection', () => {
      const { mqtt, server } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { offline: 'error' })));

      server.wire.cut();
      source$.next({ topic: 'a', payload: '' });
      server.clock.advance(60_000);
      server.wire.connack();
      source$.next({ topic: 'b', payload: '' });

      expect(seen.order()).toEqual(['!0', '1']);
    });

    it('answers every input with ClosedError when it is closed, and goes on refusing', () => {
      const { mqtt } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 2 })));
      for (const input of inputs('abcd')) source$.next(input);

      void mqtt.close();
      expect(seen.order().sort()).toEqual(['!0', '!1', '!2', '!3']);
      expect(seen.completed).toBe(false);

      source$.next({ topic: 'e', payload: '' });
      source$.complete();
      expect(seen.statuses).toHaveLength(5);
      for (const status of seen.statuses) expect(status).toHaveProperty('error', expect.any(ClosedError));
      expect(seen.completed).toBe(true);
    });

    it('answers 20,000 waiting inputs when it is closed, without deep recursion', () => {
      const { mqtt } = connected();
      const seen = watch(range(0, 20_000).pipe(toInput, publishTo(mqtt, { qos: 1, window: 1, capacity: 20_000 })));

      void mqtt.close();

      expect(seen.statuses).toHaveLength(20_000);
      expect(seen.completed).toBe(true);
    });
  });

  describe('in time', () => {
    /** Acknowledges the topics as they come. Statuses are `a` for what was published, `A` for what failed. */
    function marbles(
      body: (
        script: Script & { letters$: (source: Observable<string>, options: object) => Observable<string> },
        run: Parameters<Parameters<TestScheduler['run']>[0]>[0],
      ) => void,
    ): void {
      new TestScheduler((actual, expected) => {
        expect(actual).toEqual(expected);
      }).run((helpers) => {
        const script = connected();
        const letters$ = (source: Observable<string>, options: object): Observable<string> =>
          source.pipe(
            toInput,
            publishTo(script.mqtt, { qos: 1, ...options }),
            map(({ status, input: { topic = '' } }) => (status === 'published' ? topic : topic.toUpperCase())),
          );
        body({ ...script, letters$ }, helpers);
      });
    }

    it('statuses leave in order, and it completes with the last', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-b-c--|');
        const acks$ = hot('    ----b-a---c--|');
        const subscription = ' ^-------!';
        const expected = '     ------(ab)c|'.replace('(ab)c|', '(ab)(c|)');

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, {})).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      });
    });

    it('it completes with the source when nothing is under way', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-----|');
        const acks$ = hot('    ---a');
        const subscription = ' ^------!';
        const expected = '     ---a---|';

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, {})).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      });
    });

    it('it errors with the source, at once', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-b-#');
        const acks$ = hot('    ---a---b');
        const subscription = ' ^----!';
        const expected = '     ---a-#';

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, {})).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      });
    });

    it('unsubscribing leaves the source', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-b-c-d-|');
        const acks$ = hot('    ---a---b-c-d');
        const unsubscribe = '  ^----!';
        const expected = '     ---a--';

        acks$.subscribe((topic) => {
          if (topic < 'c') acknowledge(topic);
        });

        expectObservable(letters$(source$, {}), unsubscribe).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(unsubscribe);
      });
    });

    it('a source that never emits, and one that is empty', () => {
      marbles(({ letters$ }, { cold, expectObservable, expectSubscriptions }) => {
        const never$ = cold(' ---');
        const empty$ = cold(' --|');

        expectObservable(letters$(never$, {})).toBe('---');
        expectObservable(letters$(empty$, {})).toBe('--|');
        expectSubscriptions(never$.subscriptions).toBe('^--');
        expectSubscriptions(empty$.subscriptions).toBe('^-!');
      });
    });

    it('what is refused leaves at once, before what waits', () => {
      marbles(({ letters$, acknowledge, topics }, { hot, flush, expectObservable }) => {
        const source$ = hot('  abcd--e-|');
        const acks$ = hot('    -----a-b-(ce)');
        // Window 1, capacity 2: d finds no room, e does.
        const expected = '     ---D-a-b-(ce|)';

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, { window: 1, capacity: 2 })).toBe(expected);
        flush();
        expect(topics()).toEqual(['a', 'b', 'c', 'e']);
      });
    });
  });

  describe('checks its options', () => {
    it.each([
      ['window', 0],
      ['window', -1],
      ['window', 1.5],
      ['window', NaN],
      ['capacity', 0],
      ['capacity', Infinity],
      ['capacity', '9'],
    ])('%s: %p at once', (name, value) => {
      const { mqtt } = idle();

      expect(() => publishTo(mqtt, { [name]: value })).toThrow(InvalidOptionsError);
      expect(() => publishTo(mqtt, { [name]: value })).toThrow(new RegExp(name));
    });
  });
});
