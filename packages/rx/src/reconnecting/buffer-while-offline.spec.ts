import { InvalidOptionsError, OverflowError } from '@rxmqtt/core';
import { EMPTY, NEVER, Subject, of, range, take, tap, throwError } from 'rxjs';
import { watch } from '../../test/operators/marbles.js';
import { connected, idle } from '../../test/operators/scripted.js';
import { type BufferWhileOfflineOptions, bufferWhileOffline } from './buffer-while-offline.js';

const mistake = new Error('mine');

function offline(options: BufferWhileOfflineOptions<string> = {}) {
  const script = idle();
  const source = new Subject<string>();
  const seen = watch(source.pipe(bufferWhileOffline(script.mqtt, options)));
  return { ...script, source, seen, online: () => script.server.wire.connack() };
}

describe('bufferWhileOffline', () => {
  it('lets values through while there is a connection, keeps them while there is none, and then lets them go in order', () => {
    const script = connected();
    const source = new Subject<string>();
    const seen = watch(source.pipe(bufferWhileOffline(script.mqtt)));
    source.next('a');
    expect(seen.values).toEqual(['a']);
    script.server.wire.cut();
    source.next('b');
    source.next('c');
    expect(seen.values).toEqual(['a']);
    script.server.clock.advance(1);
    script.server.wire.connack();
    source.next('d');
    expect(seen.values).toEqual(['a', 'b', 'c', 'd']);
  });

  it('opens the connection when it is subscribed', () => {
    expect(offline().server.wires).toHaveLength(1);
  });

  it.each([
    [undefined, ['b', 'c']],
    ['dropOldest', ['b', 'c']],
    ['dropNewest', ['a', 'b']],
  ] as const)('keeps no more than its capacity (%s), and shows on drops$ what is dropped', (overflow, kept) => {
    const dropped: string[] = [];
    const onDrop = (value: string) => dropped.push(value);
    const { source, seen, online, drops } = offline({ capacity: 2, onDrop, ...(overflow ? { overflow } : {}) });
    for (const value of ['a', 'b', 'c']) source.next(value);
    online();
    expect(seen.values).toEqual(kept);
    expect(dropped).toHaveLength(1);
    expect(drops).toMatchObject([
      { direction: 'out', topic: '', reason: 'overflow', error: expect.any(OverflowError) },
    ]);
  });

  it('keeps the latest of each topic', () => {
    const { mqtt, server } = idle();
    const source = new Subject<{ topic: string; payload: string }>();
    const seen = watch(source.pipe(bufferWhileOffline(mqtt, { overflow: 'latest' })));
    for (const [topic, payload] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ] as const)
      source.next({ topic, payload });
    server.wire.connack();
    expect(seen.values).toEqual([
      { topic: 'a', payload: '3' },
      { topic: 'b', payload: '2' },
    ]);
  });

  it('errors by policy', () => {
    const { source, seen } = offline({ capacity: 1, overflow: 'error' });
    source.next('a');
    source.next('b');
    expect(seen.error).toBeInstanceOf(OverflowError);
    expect(source.observed).toBe(false);
  });

  it('completes when the source has and all has left', () => {
    const { source, seen, online } = offline();
    source.next('a');
    source.complete();
    expect(seen.completed).toBe(false);
    online();
    expect(seen).toMatchObject({ values: ['a'], completed: true });
    expect(watch(EMPTY.pipe(bufferWhileOffline(idle().mqtt))).completed).toBe(true);
    expect(watch(NEVER.pipe(bufferWhileOffline(connected().mqtt))).completed).toBe(false);
  });

  it('errors with the source, at once, and with what onDrop throws', () => {
    expect(watch(throwError(() => mistake).pipe(bufferWhileOffline(idle().mqtt))).error).toBe(mistake);
    const { source, seen } = offline({
      capacity: 1,
      onDrop: () => {
        throw mistake;
      },
    });
    source.next('a');
    source.next('b');
    expect(seen.error).toBe(mistake);
  });

  it('completes when the connection has ended for good, and shows what is lost', async () => {
    const { mqtt, source, seen } = offline();
    const drops: unknown[] = [];
    source.next('a');
    mqtt.drops$.subscribe((drop) => drops.push(drop));
    await mqtt.close();
    expect(seen).toMatchObject({ values: [], completed: true });
    expect(source.observed).toBe(false);
  });

  it('does not subscribe to the source when the connection has ended before', async () => {
    const { mqtt } = idle();
    await mqtt.close();
    const source = new Subject<string>();
    expect(watch(source.pipe(bufferWhileOffline(mqtt))).completed).toBe(true);
    expect(source.observed).toBe(false);
  });

  it('tells onDrop what is lost when the connection ends', async () => {
    const lost: string[] = [];
    const { mqtt, source } = offline({ onDrop: (value) => lost.push(value) });
    source.next('a');
    await mqtt.close();
    expect(lost).toEqual(['a']);
  });

  it('forgets what waits when it is unsubscribed from', () => {
    const { source, seen, online } = offline();
    source.next('a');
    seen.leave();
    online();
    expect(seen.values).toEqual([]);
  });

  it('keeps the order of what a consumer sends into the source', () => {
    const { server, mqtt } = idle();
    const source = new Subject<string>();
    const seen: string[] = [];
    source.pipe(bufferWhileOffline(mqtt)).subscribe((value) => {
      seen.push(value);
      if (value === 'a') source.next('c');
    });
    source.next('a');
    source.next('b');
    server.wire.connack();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('stops where a consumer breaks the connection', () => {
    const { server, mqtt } = idle();
    const seen: string[] = [];
    of('a', 'b', 'c')
      .pipe(bufferWhileOffline(mqtt))
      .subscribe((value) => {
        seen.push(value);
        if (value === 'b') server.wire.cut();
      });
    server.wire.connack();
    expect(seen).toEqual(['a', 'b']);
  });

  it.each([connected, idle])('pulls 3 from a synchronous source behind take(3): %p', (make) => {
    const script = make();
    let pulled = 0;
    const seen = watch(
      range(0, 10_000).pipe(
        tap(() => pulled++),
        bufferWhileOffline(script.mqtt, { overflow: 'dropNewest' }),
        take(3),
      ),
    );
    if (make === idle) script.server.wire.connack();
    expect(seen.values).toEqual([0, 1, 2]);
    expect(pulled).toBe(make === idle ? 10_000 : 3);
  });

  it.each([
    ['capacity', { capacity: 0 }],
    ['overflow', { overflow: 'block' as never }],
    ['onDrop', { onDrop: 1 as never }],
    ['size', { size: 1 } as BufferWhileOfflineOptions<string>],
  ])('checks %s at once', (path, options) => {
    expect(() => bufferWhileOffline(idle().mqtt, options)).toThrow(InvalidOptionsError);
    expect(() => bufferWhileOffline(idle().mqtt, options)).toThrow(path);
  });
});
