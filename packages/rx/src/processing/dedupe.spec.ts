import { InvalidOptionsError } from '@rxmqtt/core';
import { EMPTY, NEVER, Subject, from, of, range, take, tap, throwError } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { marbles, watch } from '../../test/operators/marbles.js';
import { connected } from '../../test/operators/scripted.js';
import { dedupe } from './dedupe.js';
import { processEach } from './process-each.js';

const mistake = new Error('mine');
const same = { key: (value: unknown) => value };
const sameNumber = { key: (value: number) => value };

describe('dedupe', () => {
  it('lets each key through once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -ab-a-b-c-|');
      const expected = '     -ab-----c-|';
      expectObservable(source.pipe(dedupe(same))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^---------!');
    });
  });

  it('remembers for so long', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  a-a-a--a|');
      const expected = '     a---a--a|';
      expectObservable(source.pipe(dedupe({ ...same, window: { time: 3 } }))).toBe(expected);
    });
  });

  it('remembers so many', () => {
    marbles(({ cold, expectObservable }) => {
      const source = cold('  abacabc|');
      const expected = '     ab-cab-|';
      expectObservable(source.pipe(dedupe({ ...same, window: { count: 2 } }))).toBe(expected.replace('cab-', 'cabc'));
    });
  });

  it('forgets what came first, whatever has been forgotten before', () => {
    const values = Array.from('abcdefbcdeffe');
    const duplicates: string[] = [];
    const onDuplicate = (value: unknown) => duplicates.push(String(value));
    watch(from(values).pipe(dedupe({ ...same, window: { count: 3 }, onDuplicate })));
    expect(duplicates.join('')).toBe('fe');
    marbles(({ cold, expectObservable }) => {
      const source = cold('  ab-a-b-abc---ca-a|');
      const expected = '     ab---b-a-c---ca--|';
      expectObservable(source.pipe(dedupe({ ...same, window: { time: 4 } }))).toBe(expected);
    });
  });

  it('lets everything through that has no key', () => {
    expect(watch(of(1, 1, 2).pipe(dedupe({ key: () => undefined }))).values).toEqual([1, 1, 2]);
  });

  it('tells of duplicates', () => {
    const duplicates: number[] = [];
    watch(of(1, 2, 1).pipe(dedupe({ ...same, onDuplicate: (value: number) => duplicates.push(value) })));
    expect(duplicates).toEqual([1]);
  });

  it('of a source that never emits, an empty one, one that errors, and unsubscribed early', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('aa-a');
      expectObservable(source.pipe(dedupe(same)), '--!').toBe('a--');
      expectSubscriptions(source.subscriptions).toBe('^-!');
      expectObservable(cold('a-#').pipe(dedupe(same))).toBe('a-#');
    });
    expect(watch(NEVER.pipe(dedupe(same))).completed).toBe(false);
    expect(watch(EMPTY.pipe(dedupe(same))).completed).toBe(true);
  });

  it('errors with what a callback throws', () => {
    const fail = (): never => {
      throw mistake;
    };
    expect(watch(of(1).pipe(dedupe({ key: fail }))).error).toBe(mistake);
    expect(watch(of(1, 1).pipe(dedupe({ ...same, onDuplicate: fail }))).error).toBe(mistake);
    expect(watch(throwError(() => mistake).pipe(dedupe(same))).error).toBe(mistake);
  });

  it('pulls 3 from a synchronous source behind take(3), and lets a consumer re-enter', () => {
    let pulled = 0;
    watch(
      range(0, 100_000).pipe(
        tap(() => pulled++),
        dedupe(same),
        take(3),
      ),
    );
    expect(pulled).toBe(3);
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(dedupe(sameNumber)).subscribe((value) => {
      seen.push(value);
      source.next(value % 3);
      source.next(value + 1 > 4 ? 1 : value + 1);
    });
    source.next(1);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('remembers for each subscriber by itself', () => {
    const result = of(1, 1).pipe(dedupe(same));
    expect([watch(result).values, watch(result).values]).toEqual([[1], [1]]);
  });

  describe('with messages that are acknowledged by hand', () => {
    const byTopic = { key: ({ topic }: FakeMessage) => topic };
    const observed = () => {
      const [first, second, third] = [new FakeMessage('a'), new FakeMessage('a'), new FakeMessage('a')];
      const source = new Subject<FakeMessage>();
      const seen = watch(source.pipe(dedupe(byTopic)));
      source.next(first);
      return { source, seen, first, second, third };
    };

    it('acknowledges a duplicate with the first, or afterwards', () => {
      const { source, seen, first, second, third } = observed();
      source.next(second);
      expect([first, second].map(({ settled }) => settled)).toEqual([undefined, undefined]);
      seen.values[0]!.ack();
      source.next(third);
      expect([first, second, third].map(({ settled }) => settled)).toEqual([0, 0, 0]);
      expect(seen.values).toHaveLength(1);
    });

    it('refuses it as the first', () => {
      const { source, seen, first, second } = observed();
      source.next(second);
      seen.values[0]!.nack(0x99);
      seen.values[0]!.ack();
      expect([first, second].map(({ settled }) => settled)).toEqual([0x99, 0x99]);
    });

    it('emits what stands for it, with all that it has', () => {
      const { seen, first } = observed();
      expect(seen.values[0]).toMatchObject({
        topic: 'a',
        qos: 1,
        payload: first.payload,
        awaitsAck: true,
        properties: {},
      });
      seen.values[0]!.ack();
      expect(seen.values[0]!.awaitsAck).toBe(false);
    });

    it('acknowledges at once a duplicate of one that needed no acknowledgement', () => {
      const second = new FakeMessage('a');
      watch(from([new FakeMessage('a', { owed: false }), second]).pipe(dedupe(byTopic)));
      expect(second.settled).toBe(0);
    });

    it('handles once what comes again after a reconnect, and acknowledges it there', () => {
      const script = connected();
      const work: Subject<void>[] = [];
      const seen = watch(
        script.mqtt.observe('#', { qos: 1, ack: 'manual' }).pipe(
          dedupe({ key: ({ topic }) => topic }),
          processEach(
            () => {
              work.push(new Subject());
              return work.at(-1)!;
            },
            { concurrency: 1 },
          ),
        ),
      );
      script.grant();
      script.deliver(1, { topic: 'a' }, { topic: 'b' });
      script.reconnect();
      script.deliver(1, { topic: 'a', dup: true }, { topic: 'b', dup: true });
      expect(work).toHaveLength(1);
      for (const each of work) each.complete();
      expect(work).toHaveLength(2);
      expect(script.acks()).toEqual(['1', '2']);
      expect(seen.values.map(({ status, message: { topic } }) => `${topic} ${status}`)).toEqual([
        'a processed',
        'b processed',
      ]);
    });

    it('does not keep duplicates of earlier connections', () => {
      const { source, seen, first, second, third } = observed();
      source.next(second);
      first.awaitsAck = false;
      second.awaitsAck = false;
      source.next(third);
      seen.values[0]!.ack();
      expect([first, second, third].map(({ settled }) => settled)).toEqual([undefined, undefined, 0]);
    });
  });

  it.each([
    ['key', { key: 'id' as never }],
    ['window.count', { ...same, window: { count: 0 } }],
    ['window.time', { ...same, window: { time: -1 } }],
    ['window.size', { ...same, window: { size: 3 } as never }],
    ['keys', { ...same, keys: 1 } as never],
  ])('checks %s at once', (path, options) => {
    expect(() => dedupe(options)).toThrow(InvalidOptionsError);
    expect(() => dedupe(options)).toThrow(path);
  });
});
