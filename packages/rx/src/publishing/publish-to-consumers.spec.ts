import { Subject, config, from, map, range, tap } from 'rxjs';
import { connected, idle, inputs, numbers, toInput, watch } from '../../test/scripted.js';
import type { PublishInput, PublishStatus } from './publish-to-options.js';
import { publishTo } from './publish-to.js';

describe('publishTo', () => {
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
});
