import { InvalidOptionsError, OverflowError } from '@rxmqtt/core';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { NEVER, Subject, of, range, throwError } from 'rxjs';
import { toReadable } from './to-readable.js';

const mistake = new Error('mine');

describe('toReadable', () => {
  it('has a chunk for each value, and ends with the source', async () => {
    const values: unknown[] = [];
    for await (const value of toReadable(of(1, { two: 2 }, 'three'))) values.push(value);
    expect(values).toEqual([1, { two: 2 }, 'three']);
  });

  it('is a stream of bytes if asked', async () => {
    const chunks: Buffer[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        done();
      },
    });
    await pipeline(toReadable(of(new Uint8Array([104]), 'i'), { objectMode: false }), sink);
    expect(Buffer.concat(chunks).toString()).toBe('hi');
  });

  it('subscribes at the first read, and unsubscribes when it is destroyed', async () => {
    const source = new Subject<number>();
    const readable = toReadable(source);
    expect(source.observed).toBe(false);
    readable.on('data', () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.observed).toBe(true);
    readable.destroy();
    await once(readable, 'close');
    expect(source.observed).toBe(false);
  });

  it('holds back what is not read', async () => {
    const source = new Subject<number>();
    const dropped: number[] = [];
    const readable = toReadable(source, {
      capacity: 2,
      overflow: 'dropNewest',
      onDrop: (value) => dropped.push(value),
    });
    readable.once('readable', () => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    for (let value = 0; value < 10; value++) source.next(value);
    await new Promise((resolve) => setImmediate(resolve));
    expect(dropped.length).toBeGreaterThanOrEqual(5);
    readable.destroy();
  });

  it('fails with the source, and by policy', async () => {
    const failure = async (readable: ReturnType<typeof toReadable>): Promise<unknown> => {
      const [error] = (await once(readable.resume(), 'error').catch((thrown: unknown) => [thrown])) as [unknown];
      return error;
    };
    expect(await failure(toReadable(throwError(() => mistake)))).toBe(mistake);
    expect(await failure(toReadable(range(0, 1_000), { capacity: 3 }))).toBeInstanceOf(OverflowError);
  });

  it('checks its options at once', () => {
    expect(() => toReadable(NEVER, { capacity: 0 })).toThrow(InvalidOptionsError);
  });
});
