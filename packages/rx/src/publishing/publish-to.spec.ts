import { InvalidMessageError, InvalidOptionsError, InvalidTopicError, PublishRefusedError } from '@rxmqtt/core';
import { EMPTY, NEVER, Subject, concat, from, of, range, throwError } from 'rxjs';
import { connected, idle, inputs, numbers, toInput, watch } from '../../test/scripted.js';
import type { Codec } from '../codecs/codec.js';
import type { PublishInput } from './publish-to-options.js';
import { json } from '../codecs/json.js';
import { text } from '../codecs/text.js';
import { publishTo } from './publish-to.js';

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
