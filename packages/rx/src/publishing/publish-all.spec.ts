import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { type DropEvent, InvalidOptionsError, type Payload } from '@rxmqtt/core';
import { of, take, tap } from 'rxjs';
import { connected, idle, inputs, numbers, watch } from '../../test/scripted.js';
import { json } from '../codecs/json.js';
import type { PublishInput } from './publish-to-options.js';

/** A source that counts what is pulled of it, and knows whether it was closed. */
function counting(count: number) {
  const seen = { pulled: 0, closed: 0 };
  function* items(): Generator<PublishInput> {
    try {
      for (let i = 0; i < count; i++) {
        seen.pulled++;
        yield { topic: String(i), payload: '' };
      }
    } finally {
      seen.closed++;
    }
  }
  async function* slowly(): AsyncGenerator<PublishInput> {
    yield* items();
  }
  return { seen, items, slowly };
}

/** Lets everything happen that waits for nothing but promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('publishAll', () => {
  describe('of', () => {
    it('nothing completes', () => {
      const { mqtt } = connected();

      expect(watch(mqtt.publishAll([]))).toMatchObject({ statuses: [], completed: true, error: undefined });
    });

    it('an array emits one status per item, in order, with the item', () => {
      const { mqtt, acknowledge } = connected();
      const items = inputs('abc');
      const seen = watch(mqtt.publishAll(items, { qos: 1 }));
      for (const topic of 'cba') acknowledge(topic);

      expect(seen.order()).toEqual(['0', '1', '2']);
      expect(seen.statuses.map(({ input }) => input)).toEqual(items);
      expect(seen.completed).toBe(true);
    });

    it('a generator, an async generator, a Readable and a ReadableStream publishes their items', async () => {
      const { mqtt, topics } = connected();
      const { items, slowly } = counting(3);
      const web = new ReadableStream<PublishInput>({
        start: (controller) => {
          for (const item of items()) controller.enqueue(item);
          controller.close();
        },
      });
      const onlyReader = { getReader: () => web.getReader() };

      for (const source of [items(), slowly(), Readable.from(items()), onlyReader]) {
        const seen = watch(mqtt.publishAll<Payload, PublishInput>(source));
        await settled();
        await settled();
        expect(seen).toMatchObject({ completed: true, error: undefined });
        expect(seen.order()).toEqual(['0', '1', '2']);
      }
      expect(topics()).toHaveLength(12);
    });

    it('chunks of text and bytes publishes them to the topic of the options', async () => {
      const { mqtt, published } = connected();
      watch(mqtt.publishAll(Readable.from(['a', Buffer.from('b')]), { topic: 't' }));
      await settled();

      expect(published()).toMatchObject([
        { topic: 't', payload: 'a' },
        { topic: 't', payload: Buffer.from('b') },
      ]);
    });

    it('anything else that project makes a message of', () => {
      const { mqtt, published } = connected();
      const seen = watch(
        mqtt.publishAll(
          new Map([
            ['a', 1],
            ['b', 2],
          ]),
          {
            codec: json<{ value: number }>(),
            project: ([topic, value], index) => ({ topic: `${topic}/${String(index)}`, payload: { value } }),
          },
        ),
      );

      expect(published()).toMatchObject([
        { topic: 'a/0', payload: '{"value":1}' },
        { topic: 'b/1', payload: '{"value":2}' },
      ]);
      expect(seen.statuses[0]?.input).toEqual(['a', 1]);
    });
  });

  it('is cold: nothing is pulled before it is subscribed, and each subscription pulls anew', () => {
    const { mqtt, server } = idle();
    let opened = 0;
    const source = {
      [Symbol.iterator]: () => {
        opened++;
        return inputs('a')[Symbol.iterator]();
      },
    };
    const statuses$ = mqtt.publishAll(source);
    expect([opened, server.connection.state.type]).toEqual([0, 'idle']);

    watch(statuses$);
    watch(statuses$);

    expect([opened, server.connection.state.type]).toEqual([2, 'connecting']);
  });

  describe('pulls only what the window has room for', () => {
    it('of an iterable: never more than the window ahead of the statuses', () => {
      const { mqtt, acknowledge } = connected();
      const { seen, items } = counting(1_000);
      const statuses = watch(mqtt.publishAll(items(), { qos: 1, window: 5 }));
      expect(seen.pulled).toBe(5);

      for (let i = 0; i < 995; i++) {
        acknowledge(String(i));
        expect(seen.pulled - statuses.statuses.length).toBe(5);
      }
    });

    it('of an async iterable', async () => {
      const { mqtt, acknowledge } = connected();
      const { seen, slowly } = counting(1_000);
      watch(mqtt.publishAll(slowly(), { qos: 1, window: 5 }));
      await settled();
      expect(seen.pulled).toBe(5);

      acknowledge('0');
      await settled();

      expect(seen.pulled).toBe(6);
    });

    it('of a Readable, which stops reading its own source', async () => {
      const { mqtt, acknowledge } = connected();
      const { seen, items } = counting(1_000);
      watch(mqtt.publishAll(Readable.from(items(), { highWaterMark: 1 }), { qos: 1, window: 5 }));
      await settled();
      expect(seen.pulled).toBeLessThanOrEqual(7);

      acknowledge('0');
      await settled();

      expect(seen.pulled).toBeLessThanOrEqual(8);
    });

    it('while there is no connection', () => {
      const { mqtt, server } = idle();
      const { seen, items } = counting(1_000);
      watch(mqtt.publishAll(items(), { window: 5 }));
      expect(seen.pulled).toBe(5);

      server.wire.connack();

      expect(seen.pulled).toBe(1_000);
    });

    it('while the socket does not drain', () => {
      const { mqtt, server } = connected();
      server.wire.setCongested(true);
      const { seen, items } = counting(1_000);
      watch(mqtt.publishAll(items(), { window: 5 }));
      expect(seen.pulled).toBe(5);

      server.wire.setCongested(false);

      expect(seen.pulled).toBe(1_000);
    });

    it('and 64 if not told', () => {
      const { mqtt } = connected();
      const { seen, items } = counting(1_000);
      watch(mqtt.publishAll(items(), { qos: 1 }));

      expect(seen.pulled).toBe(64);
    });

    it('take(3) of 100,000 pulls 3, and closes the iterator', () => {
      const { mqtt, topics } = connected();
      const { seen, items } = counting(100_000);
      const statuses = watch(mqtt.publishAll(items()).pipe(take(3)));

      expect(seen).toEqual({ pulled: 3, closed: 1 });
      expect(topics()).toEqual(['0', '1', '2']);
      expect(statuses.completed).toBe(true);
    });

    it('100,000 of an iterable without deep recursion', () => {
      const { mqtt } = connected();
      const { seen, items } = counting(100_000);
      const statuses = watch(mqtt.publishAll(items(), { window: 1 }));

      expect(statuses.statuses).toHaveLength(100_000);
      expect(seen).toEqual({ pulled: 100_000, closed: 1 });
    });
  });

  describe('closes the source when the consumer leaves', () => {
    it('an iterator', () => {
      const { mqtt, topics } = connected();
      const { seen, items } = counting(100);
      const statuses = watch(mqtt.publishAll(items(), { qos: 1, window: 2 }));

      statuses.leave();
      statuses.leave();

      expect(seen).toEqual({ pulled: 2, closed: 1 });
      expect(topics()).toEqual(['0', '1']);
    });

    it('an async iterator, also one whose clean-up fails', async () => {
      const { mqtt } = connected();
      const { seen, slowly } = counting(100);
      const bad = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => undefined),
          return: () => Promise.reject(new Error('mine')),
        }),
      };
      const worse = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => undefined),
          return: () => {
            throw new Error('mine');
          },
        }),
      };
      const statuses = [slowly(), bad, worse].map((each) =>
        watch(mqtt.publishAll<Payload, PublishInput>(each, { qos: 1, window: 2 })),
      );
      await settled();

      for (const each of statuses) each.leave();
      await settled();

      expect(seen).toEqual({ pulled: 2, closed: 1 });
    });

    it('a Readable', async () => {
      const { mqtt } = connected();
      const readable = Readable.from(inputs('abcd'));
      const statuses = watch(mqtt.publishAll<Payload, PublishInput>(readable, { qos: 1, window: 2 }));
      await settled();

      statuses.leave();
      await settled();

      expect(readable.destroyed).toBe(true);
    });

    it('a ReadableStream', async () => {
      const { mqtt } = connected();
      const cancel = jest.fn();
      const stream = new ReadableStream<PublishInput>({ cancel });
      const statuses = watch(mqtt.publishAll({ getReader: () => stream.getReader() }));

      statuses.leave();
      await settled();

      expect(cancel).toHaveBeenCalledTimes(1);
    });

    it('and not when it has ended by itself', () => {
      const { mqtt } = connected();
      const close = jest.fn();
      const iterator = { next: () => ({ done: true as const, value: undefined }), return: close };
      watch(mqtt.publishAll({ [Symbol.iterator]: () => iterator }));

      expect(close).not.toHaveBeenCalled();
    });
  });

  describe('errors', () => {
    const mistake = new Error('mine');

    it('with the source, after what was sent has its status', () => {
      const { mqtt, acknowledge } = connected();
      const items = function* (): Generator<PublishInput> {
        yield* inputs('ab');
        throw mistake;
      };
      const seen = watch(mqtt.publishAll(items(), { qos: 1 }));
      acknowledge('a');
      expect(seen).toMatchObject({ error: undefined });
      acknowledge('b');

      expect(seen.order()).toEqual(['0', '1']);
      expect(seen.error).toBe(mistake);
    });

    it('with an async source, and a Readable that is destroyed', async () => {
      const { mqtt } = connected();
      const items = async function* (): AsyncGenerator<PublishInput> {
        yield* inputs('a');
        throw mistake;
      };
      const readable = Readable.from(inputs('a'));
      readable.destroy(mistake);
      const seen = [items(), readable].map((each) => watch(mqtt.publishAll<Payload, PublishInput>(each)));
      await settled();
      await settled();

      expect(seen.map(({ error }) => error)).toEqual([mistake, mistake]);
    });

    it('with a source that cannot be opened', () => {
      const { mqtt } = connected();
      const source = {
        [Symbol.iterator]: (): Iterator<PublishInput> => {
          throw mistake;
        },
      };

      expect(watch(mqtt.publishAll(source)).error).toBe(mistake);
    });

    it('with project, and closes the source', () => {
      const { mqtt } = connected();
      const { seen, items } = counting(9);
      const statuses = watch(
        mqtt.publishAll(items(), {
          project: (item, index) => {
            if (index === 2) throw mistake;
            return item;
          },
        }),
      );

      expect(statuses.order()).toEqual(['0', '1']);
      expect(statuses.error).toBe(mistake);
      expect(seen).toEqual({ pulled: 3, closed: 1 });
    });

    it("with a failed message only if onError is 'error'", () => {
      const { mqtt, topics } = connected();
      const items = [...inputs('a'), { topic: '#', payload: '' }, ...inputs('b')];
      const drops: DropEvent[] = [];
      mqtt.drops$.subscribe((drop) => drops.push(drop));

      expect(watch(mqtt.publishAll(items)).order()).toEqual(['0', '!1', '2']);
      const strict = watch(mqtt.publishAll(items, { onError: 'error' }));

      expect(strict.error).toMatchObject({ code: 'ERR_MQTT_INVALID_TOPIC' });
      expect(topics()).toEqual(['a', 'b', 'a']);
      expect(drops).toMatchObject([{ topic: '#' }, { topic: '#' }]);
    });
  });

  it('gives an item without a topic its status, and goes on', () => {
    const { mqtt } = connected();
    const seen = watch(mqtt.publishAll(['x', { topic: 'a', payload: '' }]));

    expect(seen.order()).toEqual(['!0', '1']);
    expect(seen.statuses[0]).toMatchObject({ input: 'x', error: { field: 'topic' } });
  });

  it('goes on through reconnects', () => {
    const { mqtt, server, acknowledge } = connected();
    const { items } = counting(4);
    const seen = watch(mqtt.publishAll(items(), { qos: 1, window: 2 }));
    server.wire.cut();
    server.clock.advance(60_000);
    server.wire.connack();

    for (const topic of numbers(4)) acknowledge(topic);

    expect(seen.order()).toEqual(numbers(4));
    expect(seen.completed).toBe(true);
  });

  it('lets a re-entrant consumer close the connection: every item has its status', () => {
    const { mqtt, acknowledge } = connected();
    const { items } = counting(4);
    const seen = watch(
      mqtt.publishAll(items(), { qos: 1, window: 2 }).pipe(
        tap(({ index }) => {
          if (index === 0) void mqtt.close();
        }),
      ),
    );
    acknowledge('0');

    expect(seen.order()).toEqual(['0', '!1', '!2', '!3']);
    expect(seen.completed).toBe(true);
  });

  it('of a source whose promises are none of ours errors with what they throw, and with nothing else', async () => {
    const { mqtt } = connected();
    const mistake = new Error('mine');
    let pulled = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => ({
          then: (resolve: (value: IteratorResult<PublishInput>) => void) => {
            if (++pulled > 1) throw mistake;
            resolve({ done: false, value: { topic: 'a', payload: '' } });
          },
        }),
      }),
    } as unknown as AsyncIterable<PublishInput>;
    const seen = watch(mqtt.publishAll(source));
    await settled();

    expect(seen.order()).toEqual(['0']);
    expect(seen.error).toBe(mistake);
  });

  it.each([
    ['an Observable', of({ topic: 'a', payload: '' }), /publishTo/],
    ['a text', 'abc', /source/],
    ['bytes', new Uint8Array(3), /source/],
    ['nothing', undefined, /source/],
    ['an object', {}, /source/],
  ])('refuses %s as a source, at once', (_, source, message) => {
    const { mqtt } = idle();

    expect(() => mqtt.publishAll(source as unknown as PublishInput[])).toThrow(InvalidOptionsError);
    expect(() => mqtt.publishAll(source as unknown as PublishInput[])).toThrow(message);
  });

  it('refuses bad options at once', () => {
    const { mqtt } = idle();

    expect(() => mqtt.publishAll([], { window: 0 })).toThrow(InvalidOptionsError);
  });
});
