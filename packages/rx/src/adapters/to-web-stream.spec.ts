import { InvalidOptionsError, OverflowError } from '@rxmqtt/core';
import { NEVER, Subject, of, range, tap, throwError } from 'rxjs';
import { toWebStream } from './to-web-stream.js';

const mistake = new Error('mine');

describe('toWebStream', () => {
  it('streams what comes, and closes with the source', async () => {
    const values: number[] = [];
    const reader = toWebStream(of(1, 2, 3)).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) values.push(next.value);
    expect(values).toEqual([1, 2, 3]);
  });

  it('subscribes at the first read, and reads nothing ahead', async () => {
    const source = new Subject<number>();
    const dropped: number[] = [];
    const options = { capacity: 1, overflow: 'dropNewest', onDrop: (value: number) => dropped.push(value) } as const;
    const reader = toWebStream(source, options).getReader();
    await Promise.resolve();
    expect(source.observed).toBe(false);
    const first = reader.read();
    await Promise.resolve();
    for (const value of [1, 2, 3]) source.next(value);
    expect(await first).toEqual({ done: false, value: 1 });
    expect(dropped).toEqual([3]);
  });

  it('unsubscribes when it is cancelled', async () => {
    const source = new Subject<number>();
    const reader = toWebStream(source).getReader();
    const first = reader.read();
    await Promise.resolve();
    expect(source.observed).toBe(true);
    await reader.cancel();
    expect(source.observed).toBe(false);
    expect((await first).done).toBe(true);
  });

  it('errors with the source, and by policy', async () => {
    await expect(
      toWebStream(throwError(() => mistake))
        .getReader()
        .read(),
    ).rejects.toBe(mistake);
    let pulled = 0;
    const reader = toWebStream(range(0, 100_000).pipe(tap(() => pulled++)), { capacity: 1 }).getReader();
    expect([await reader.read(), await reader.read()].map(({ value }) => value)).toEqual([0, 1]);
    await expect(reader.read()).rejects.toBeInstanceOf(OverflowError);
    expect(pulled).toBe(3);
  });

  it('checks its options at once', () => {
    expect(() => toWebStream(NEVER, { capacity: 0 })).toThrow(InvalidOptionsError);
  });
});
