import { OverflowError } from '@rxmqtt/core';
import { Subject, from, range, take, tap } from 'rxjs';
import { connected, inputs, toInput, watch } from '../../test/scripted.js';
import type { PublishInput } from './publish-to-options.js';
import { json } from '../codecs/json.js';
import { text } from '../codecs/text.js';
import { publishTo } from './publish-to.js';

describe('publishTo', () => {
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
        { input: { topic: 'e' }, error: { topic: 'e', message: expect.stringContaining('1 inputs wait already') } },
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
});
