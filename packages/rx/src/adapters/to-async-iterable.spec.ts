import { InvalidOptionsError, OverflowError } from '@rxmqtt/core';
import { EMPTY, NEVER, Observable, Subject, from, of, range, tap, throwError } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { connected } from '../../test/operators/scripted.js';
import type { PullOptions } from './pull-options.js';
import { toAsyncIterable } from './to-async-iterable.js';

const mistake = new Error('mine');

async function collect<T>(iterable: AsyncIterable<T>, count = Infinity): Promise<T[]> {
  const values: T[] = [];
  for await (const value of iterable) {
    values.push(value);
    if (values.length === count) break;
  }
  return values;
}

describe('toAsyncIterable', () => {
  it('iterates over what comes, before and after it is asked for', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    expect(source.observed).toBe(false);
    const first = iterator.next();
    expect(source.observed).toBe(true);
    source.next(1);
    source.next(2);
    source.complete();
    expect(await Promise.all([first, iterator.next(), iterator.next(), iterator.next()])).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('answers several calls at once in their order', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    source.next(1);
    source.next(2);
    source.complete();
    expect((await Promise.all(asked)).map(({ value }) => value as unknown)).toEqual([1, 2, undefined]);
  });

  it('ends with the source, empty or not', async () => {
    expect(await collect(toAsyncIterable(EMPTY))).toEqual([]);
    expect(await collect(toAsyncIterable(of(1, 2, 3)))).toEqual([1, 2, 3]);
  });

  it('rejects with the source, once, and after what had come before', async () => {
    const source = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.error(mistake);
    });
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    await expect(iterator.next()).rejects.toBe(mistake);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    await expect(collect(toAsyncIterable(throwError(() => mistake)))).rejects.toBe(mistake);
  });

  it('rejects the first of those who wait, and ends the others', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next()];
    source.error(mistake);
    expect(await Promise.allSettled(asked)).toEqual([
      { status: 'rejected', reason: mistake },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
  });

  it('unsubscribes when the loop is left', async () => {
    const source = new Subject<number>();
    const counted = Object.assign(source.pipe(tap(() => undefined)), {});
    const loop = collect(toAsyncIterable(counted), 1);
    source.next(1);
    expect(await loop).toEqual([1]);
    expect(source.observed).toBe(false);
  });

  it('unsubscribes when the loop throws', async () => {
    const source = new Subject<number>();
    const loop = (async () => {
      for await (const value of toAsyncIterable(source)) if (value === 1) throw mistake;
    })();
    source.next(1);
    await expect(loop).rejects.toBe(mistake);
    expect(source.observed).toBe(false);
  });

  it('ends who waits when it is left by return(), also before the first value, and by throw()', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source)[Symbol.asyncIterator]();
    const asked = iterator.next();
    await iterator.return?.();
    expect(await asked).toEqual({ done: true, value: undefined });
    const fresh = toAsyncIterable(source)[Symbol.asyncIterator]();
    await fresh.return?.();
    expect(await fresh.next()).toEqual({ done: true, value: undefined });
    await expect(toAsyncIterable(source)[Symbol.asyncIterator]().throw?.(mistake)).rejects.toBe(mistake);
    expect(source.observed).toBe(false);
  });

  it('subscribes for each iteration', async () => {
    const iterable = toAsyncIterable(of(1, 2));
    expect([await collect(iterable), await collect(iterable)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('stops a synchronous source that has too many', async () => {
    let pulled = 0;
    const iterable = toAsyncIterable(range(0, 100_000).pipe(tap(() => pulled++)), { capacity: 2 });
    await expect(collect(iterable)).rejects.toBeInstanceOf(OverflowError);
    // One goes to who asked, two wait, and the fourth is too many.
    expect(pulled).toBe(4);
  });

  it.each([
    ['dropOldest', [1, 4, 5]],
    ['dropNewest', [1, 2, 3]],
  ] as const)('keeps no more than may wait, with %s', async (overflow, expected) => {
    const dropped: number[] = [];
    const iterable = toAsyncIterable(from([1, 2, 3, 4, 5]), {
      capacity: 2,
      overflow,
      onDrop: (value) => dropped.push(value),
    });
    expect(await collect(iterable)).toEqual(expected);
    expect(dropped).toHaveLength(2);
  });

  it('gives out what had come before an overflow', async () => {
    const source = new Subject<number>();
    const iterator = toAsyncIterable(source, { capacity: 1 })[Symbol.asyncIterator]();
    const first = iterator.next();
    for (const value of [1, 2, 3, 4]) source.next(value);
    expect(source.observed).toBe(false);
    expect([await first, await iterator.next()].map(({ value }) => value as unknown)).toEqual([1, 2]);
    await expect(iterator.next()).rejects.toBeInstanceOf(OverflowError);
  });

  it('lets messages wait that are acknowledged by hand, without a bound of its own', async () => {
    const messages = Array.from({ length: 100 }, () => new FakeMessage('a'));
    expect(await collect(toAsyncIterable(from(messages), { capacity: 1 }))).toEqual(messages);
  });

  it('holds the broker to the pace of the loop', async () => {
    const script = connected({ receiveMaximum: 2 });
    const iterator = toAsyncIterable(script.mqtt.observe('#', { qos: 1, ack: 'manual' }))[Symbol.asyncIterator]();
    const first = iterator.next();
    script.grant();
    script.deliver(1, { topic: 'a' }, { topic: 'b' });
    expect(script.acks()).toEqual([]);
    ((await first).value as FakeMessage).ack();
    expect(script.acks()).toEqual(['1']);
    await iterator.return?.();
    expect(script.acks()).toEqual(['1']);
  });

  it('goes on through a reconnect', async () => {
    const script = connected();
    const iterator = toAsyncIterable(script.mqtt.observe('#'))[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next()];
    script.grant();
    script.deliver(0, { topic: 'a', qos: 0 });
    script.reconnect();
    script.deliver(0, { topic: 'b', qos: 0 });
    expect((await Promise.all(asked)).map(({ value }) => (value as FakeMessage).topic)).toEqual(['a', 'b']);
  });

  it('shows drops on drops$', () => {
    const script = connected();
    const options = { capacity: 1, overflow: 'dropNewest', mqtt: script.mqtt } as const;
    void toAsyncIterable(script.mqtt.observe('#'), options)[Symbol.asyncIterator]().next();
    script.grant();
    for (const topic of ['a', 'b', 'c']) script.deliver(0, { topic, qos: 0 });
    expect(script.drops).toMatchObject([{ direction: 'in', topic: 'c', reason: 'overflow' }]);
  });

  it.each([
    ['capacity', { capacity: 0 }],
    ['overflow', { overflow: 'block' as never }],
    ['size', { size: 3 } as PullOptions<number>],
  ])('checks %s at once', (path, options) => {
    expect(() => toAsyncIterable(NEVER, options)).toThrow(InvalidOptionsError);
    expect(() => toAsyncIterable(NEVER, options)).toThrow(path);
  });
});
