import { ClosedError, type DropEvent, InvalidOptionsError, OverflowError } from '@rxmqtt/core';
import { type Subject, config, from, map, of, range, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { connected, idle, inputs, numbers, watch } from '../../test/scripted.js';
import { json } from '../codecs/json.js';
import type { PublishInput, PublishToOptions } from './publish-to-options.js';
import type { Sink } from './sink.js';

function open(options: PublishToOptions = {}) {
  const script = connected();
  const sink = script.mqtt.sink({ qos: 1, ...options });
  const free: number[] = [];
  sink.ready$.subscribe((slots) => free.push(slots));
  return {
    ...script,
    sink,
    free,
    seen: watch(sink.results$),
    put: (letters: string) => inputs(letters).forEach(sink.next),
  };
}

describe('a sink', () => {
  it('publishes what is put in, and tells what became of it', () => {
    const { put, seen, topics, acknowledge } = open();

    put('ab#');
    acknowledge('b');
    acknowledge('a');

    expect(topics()).toEqual(['a', 'b']);
    expect(seen.order()).toEqual(['!2', '0', '1']);
    expect(seen.completed).toBe(false);
  });

  it('does nothing before something is put in', () => {
    const { mqtt, server } = idle();
    const sink = mqtt.sink();
    expect(server.wires).toHaveLength(0);

    sink.next({ topic: 'a', payload: '' });

    expect(server.connection.state.type).toBe('connecting');
  });

  it('takes topic, codec and the rest from its options', () => {
    const { mqtt, published } = connected();
    const sink = mqtt.sink({ topic: 'a', codec: json<{ celsius: number }>(), retain: true });

    sink.next({ payload: { celsius: 21 } });

    expect(published()).toMatchObject([{ topic: 'a', payload: '{"celsius":21}', retain: true }]);
  });

  it('is an Observer: a source can be subscribed with it, and ends it', async () => {
    const { sink, acknowledge, seen } = open();
    from(inputs('ab')).subscribe(sink);
    expect(seen.completed).toBe(false);

    acknowledge('a');
    acknowledge('b');

    await expect(sink.closed).resolves.toEqual({ published: 2, failed: 0, error: undefined });
    expect(seen.completed).toBe(true);
  });

  it('gives its methods away by themselves', () => {
    const { topics, sink } = open();
    const { next } = sink;

    inputs('ab').forEach(next);

    expect(topics()).toEqual(['a', 'b']);
  });

  it('takes inputs of several sources', () => {
    const { topics, sink } = open();
    const { next } = sink;

    from(inputs('ab')).subscribe({ next });
    from(inputs('c')).subscribe({ next });

    expect(topics()).toEqual(['a', 'b', 'c']);
  });

  describe('tells how much it has room for', () => {
    it('in free and ready$, starting with now', () => {
      const { put, free, sink, acknowledge } = open({ window: 1, capacity: 2 });
      expect([sink.free, free]).toEqual([3, [3]]);

      put('ab');
      acknowledge('a');

      expect(sink.free).toBe(2);
      expect(free).toEqual([3, 2, 1, 2]);
    });

    it('but 0 while it cannot send', () => {
      const { put, free, sink } = open({ window: 1, capacity: 1 });
      put('abcd');

      expect(sink.free).toBe(0);
      expect(free).toEqual([2, 1, 0]);
    });

    it('so that whoever can wait loses nothing', () => {
      const { sink, acknowledge, topics, seen } = open({ window: 2, capacity: 1 });
      const waiting = inputs('abcdefgh');
      sink.ready$.subscribe(() => {
        while (sink.free > 0 && waiting.length > 0) sink.next(waiting.shift()!);
      });

      for (const topic of 'abcdefgh') acknowledge(topic);

      expect(topics()).toEqual(Array.from('abcdefgh'));
      expect(seen.order()).toEqual(numbers(8));
    });

    it('in virtual time', () => {
      new TestScheduler((actual, expected) => {
        expect(actual).toEqual(expected);
      }).run(({ hot, expectObservable }) => {
        const { mqtt, acknowledge } = connected();
        const sink = mqtt.sink({ qos: 1, window: 1, capacity: 1 });
        const source$ = hot('-a-b---|').pipe(map((topic): PublishInput => ({ topic, payload: '' })));
        const acks$ = hot('  -----a----b');
        const free = '       21-0-1-0--|';
        const results = '    -----a----(b|)';
        source$.subscribe(sink);
        acks$.subscribe(acknowledge);

        expectObservable(sink.ready$.pipe(map(String))).toBe(free);
        expectObservable(sink.results$.pipe(map(({ input }) => input.topic!))).toBe(results);
      });
    });
  });

  describe('ends', () => {
    it('when completed, after all it has taken has its status', async () => {
      const { put, sink, acknowledge, topics, seen, free } = open({ window: 1 });
      put('ab#');
      sink.complete();
      expect(seen.completed).toBe(false);

      acknowledge('a');
      acknowledge('b');

      await expect(sink.closed).resolves.toEqual({ published: 2, failed: 1, error: undefined });
      expect(topics()).toEqual(['a', 'b']);
      expect(free.at(-1)).toBeLessThanOrEqual(1_001);
    });

    it('at once when nothing is under way', async () => {
      const { sink, seen } = open();
      sink.complete();
      sink.complete();

      expect(seen.completed).toBe(true);
      expect(sink.free).toBe(0);
      await expect(sink.closed).resolves.toEqual({ published: 0, failed: 0, error: undefined });
    });

    it('with the error of its source, which it reports and does not throw', async () => {
      const { sink, seen, acknowledge, put } = open();
      const mistake = new Error('mine');
      put('a');
      throwError(() => mistake).subscribe(sink);
      acknowledge('a');

      expect(seen).toMatchObject({ completed: true, error: undefined });
      await expect(sink.closed).resolves.toEqual({ published: 1, failed: 0, error: mistake });
    });

    it('takes nothing after that: it shows in drops$', () => {
      const { sink, mqtt, topics } = open();
      const drops: DropEvent[] = [];
      mqtt.drops$.subscribe((drop) => drops.push(drop));
      sink.complete();

      sink.next({ topic: 'a', payload: '' });

      expect(topics()).toEqual([]);
      expect(drops).toMatchObject([{ direction: 'out', topic: 'a', reason: 'closed' }]);
    });

    it('with its connection', async () => {
      const { sink, put, mqtt, seen, server } = open({ window: 1 });
      put('ab');
      await mqtt.close();

      expect(seen.order().sort()).toEqual(['!0', '!1']);
      for (const status of seen.statuses) expect(status).toHaveProperty('error', expect.any(ClosedError));
      await expect(sink.closed).resolves.toEqual({ published: 0, failed: 2, error: undefined });
      expect(server.connection.state.type).toBe('closed');
    });

    it('with the failure of its connection', async () => {
      const { mqtt, server } = idle();
      const sink = mqtt.sink();
      sink.next({ topic: 'a', payload: '' });
      server.wire.connack({ reasonCode: 0x8a });

      await expect(sink.closed).resolves.toMatchObject({ failed: 1, error: { code: 'ERR_MQTT_CONNECTION_REFUSED' } });
    });

    it("with the first failure, if onError is 'error'", async () => {
      const { sink, put, acknowledge, topics } = open({ window: 1, onError: 'error' });
      put('abc');

      acknowledge('a', 0x87);

      await expect(sink.closed).resolves.toMatchObject({ published: 0, failed: 1, error: { reasonCode: 0x87 } });
      expect(topics()).toEqual(['a']);
    });
  });

  it('goes on through reconnects', () => {
    const { put, server, acknowledge, seen } = open({ window: 1 });
    put('ab');
    server.wire.cut();
    put('c');
    server.clock.advance(60_000);
    server.wire.connack();

    for (const topic of 'abc') acknowledge(topic);

    expect(seen.order()).toEqual(['0', '1', '2']);
  });

  it('gives up what finds no room, by its policy', () => {
    const { put, seen } = open({ window: 1, capacity: 1, overflow: 'dropOldest' });
    put('abcd');

    expect(seen.order()).toEqual(['!1', '!2']);
    expect(seen.statuses[0]).toHaveProperty('error', expect.any(OverflowError));
  });

  it('keeps no results that nobody observes, but counts them', async () => {
    const { mqtt } = connected();
    const sink = mqtt.sink();
    range(0, 1_000)
      .pipe(map((i) => ({ topic: String(i), payload: '' })))
      .subscribe(sink);

    await expect(sink.closed).resolves.toEqual({ published: 1_000, failed: 0, error: undefined });
    const late = watch(sink.results$);
    expect(late).toMatchObject({ statuses: [], completed: true });
  });

  it('lets a re-entrant observer of results put in more, in order', () => {
    const { mqtt, topics } = connected();
    const sink: Sink = mqtt.sink({ window: 1, capacity: 1 });
    sink.results$.subscribe(({ index }) => {
      if (index < 4) sink.next({ topic: String(index + 1), payload: '' });
    });
    sink.next({ topic: '0', payload: '' });

    expect(topics()).toEqual(numbers(5));
  });

  describe('never throws', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });

    afterEach(() => {
      config.onUnhandledError = null;
      jest.useRealTimers();
    });

    it('not even when onError does: RxJS reports that', () => {
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      const mistake = new Error('mine');
      const { put, seen } = open({
        onError: () => {
          throw mistake;
        },
      });

      put('##');
      jest.runAllTimers();

      expect(seen.order()).toEqual(['!0', '!1']);
      expect(reported).toEqual([mistake, mistake]);
    });

    it('whatever it is given', () => {
      const { sink, seen } = open();

      of(null, 7, {}, undefined).subscribe(sink as unknown as Subject<unknown>);

      expect(seen.order()).toEqual(['!0', '!1', '!2', '!3']);
    });
  });

  it('refuses bad options at once', () => {
    const { mqtt } = idle();

    expect(() => mqtt.sink({ window: 0 })).toThrow(InvalidOptionsError);
  });
});
