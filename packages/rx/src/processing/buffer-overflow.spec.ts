import { InvalidOptionsError, type OverflowError } from '@rxmqtt/core';
import { EMPTY, NEVER, Observable, Subject, of, range, take, tap, throwError } from 'rxjs';
import { FakeMessage } from '../../test/operators/fake-message.js';
import { marbles, watch } from '../../test/operators/marbles.js';
import { connected } from '../../test/operators/scripted.js';
import { type BufferOverflowOptions, bufferOverflow } from './buffer-overflow.js';

const mistake = new Error('mine');
const single = (value: unknown): unknown[] => [value];
const two = { capacity: 2, overflow: 'dropOldest' } as const;

describe('bufferOverflow', () => {
  it('works on one value after another, as concatMap does', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  -a-b---|');
      const work = cold('     -x-y|');
      const subscriptions = ['-^---!', '-----^---!'];
      const expected = '     --x-y-x-y|';
      expectObservable(source.pipe(bufferOverflow(two, () => work))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------!');
      expectSubscriptions(work.subscriptions).toBe(subscriptions);
    });
  });

  it('works on nothing that comes while it is being left', () => {
    const source = new Subject<string>();
    const worked: string[] = [];
    const subscription = source
      .pipe(
        bufferOverflow(two, (value) => {
          worked.push(value);
          return new Observable(() => () => {
            source.next('again');
          });
        }),
      )
      .subscribe();
    source.next('first');
    subscription.unsubscribe();
    expect(worked).toEqual(['first']);
  });

  it.each([
    ['dropOldest', 'fifo', 'ade', 'bc'],
    ['dropNewest', 'fifo', 'abc', 'de'],
    ['dropOldest', 'lifo', 'aed', 'bc'],
    ['dropNewest', 'lifo', 'acb', 'de'],
  ] as const)('with %s, %s works on %s and drops %s', (overflow, order, worked, gone) => {
    marbles(({ cold, hot, expectObservable, flush }) => {
      const dropped: string[] = [];
      const source = hot('    (abcde|)');
      const expected = `      --${worked.charAt(0)}--${worked.charAt(1)}--(${worked.charAt(2)}|)`.replaceAll(
        '--',
        '--',
      );
      const result = source.pipe(
        bufferOverflow({ capacity: 2, overflow, order, onDrop: (value: string) => dropped.push(value) }, (value) =>
          cold('--(v|)', { v: value }),
        ),
      );
      expectObservable(result).toBe(expected.trim().replaceAll(/--(.)--(.)--\((.)\|\)/g, '--$1-$2-($3|)'));
      flush();
      expect(dropped.join('')).toBe(gone);
    });
  });

  it('works on so many at once', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  (abc|)');
      const work = cold('    --x-----|');
      const expected = '     --(xx)----x-----|';
      const subscriptions = ['^-------!', '^-------!', '--------^-------!'];
      expectObservable(source.pipe(bufferOverflow({ ...two, concurrency: 2 }, () => work))).toBe(expected);
      expectSubscriptions(work.subscriptions).toBe(subscriptions);
    });
  });

  it('prefers a higher priority, and drops the lowest', () => {
    const gate = new Subject<void>();
    const source = new Subject<number>();
    const dropped: number[] = [];
    const worked: number[] = [];
    const options: BufferOverflowOptions<number> = { ...two, priority: (n) => n, onDrop: (n) => dropped.push(n) };
    source
      .pipe(
        bufferOverflow(options, (n) => {
          worked.push(n);
          return gate.pipe(take(1));
        }),
      )
      .subscribe();
    for (const n of [0, 5, 1, 7, 2]) source.next(n);
    for (let i = 0; i < 3; i++) gate.next();
    expect([worked, dropped]).toEqual([
      [0, 7, 5],
      [1, 2],
    ]);
  });

  it('keeps the latest of a topic', () => {
    const gate = new Subject<void>();
    const source = new Subject<{ topic: string; n: number }>();
    const worked: number[] = [];
    source
      .pipe(
        bufferOverflow({ capacity: 9, overflow: 'latest' }, ({ n }) => {
          worked.push(n);
          return gate.pipe(take(1));
        }),
      )
      .subscribe();
    for (const [n, topic] of ['x', 'a', 'b', 'a'].entries()) source.next({ topic, n });
    for (let i = 0; i < 4; i++) gate.next();
    expect(worked).toEqual([0, 3, 2]);
  });

  it('never drops a message that waits for its acknowledgement', () => {
    const source = new Subject<FakeMessage>();
    const dropped: string[] = [];
    watch(source.pipe(bufferOverflow({ ...two, onDrop: ({ topic }) => dropped.push(topic) }, () => NEVER)));
    for (const topic of 'abcdef') source.next(new FakeMessage(topic, { owed: topic < 'e' }));
    expect(dropped).toEqual([]);
  });

  it('ends with OverflowError by policy, and with all work', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('--');
      const result = cold('abc').pipe(bufferOverflow({ capacity: 1, overflow: 'error' }, () => work));
      const error = expect.objectContaining({ code: 'ERR_MQTT_OVERFLOW' }) as OverflowError;
      expectObservable(result).toBe('--#', {}, error);
      expectSubscriptions(work.subscriptions).toBe('^-!');
    });
  });

  it('of a source that never emits, an empty one, and one that errors', () => {
    expect(watch(NEVER.pipe(bufferOverflow(two, single)))).toMatchObject({ completed: false });
    expect(watch(EMPTY.pipe(bufferOverflow(two, single)))).toMatchObject({ completed: true });
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold('-----|');
      expectObservable(cold('a--#').pipe(bufferOverflow(two, () => work))).toBe('---#');
      expectSubscriptions(work.subscriptions).toBe('^--!');
    });
  });

  it('errors with its work, and with what a callback throws', () => {
    const fail = (): never => {
      throw mistake;
    };
    const never = () => NEVER;
    const results = [
      of(1).pipe(bufferOverflow(two, () => throwError(() => mistake))),
      of(1).pipe(bufferOverflow(two, fail)),
      of(1, 2).pipe(bufferOverflow({ ...two, priority: fail }, never)),
      of(1, 2, 3, 4).pipe(bufferOverflow({ ...two, onDrop: fail }, never)),
    ];
    expect(results.map((result) => watch(result).error)).toEqual([mistake, mistake, mistake, mistake]);
  });

  it('ends its work and forgets what waits when it is unsubscribed from', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  (ab)');
      const work = cold('    ---x|');
      expectObservable(source.pipe(bufferOverflow(two, () => work)), '-----!').toBe('---x-');
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(work.subscriptions).toBe(['^---!', '----^!']);
    });
  });

  it('pulls 3 from a synchronous source behind take(3), and from synchronous work', () => {
    let pulled = 0;
    const count = tap(() => pulled++);
    watch(
      range(0, 100_000).pipe(
        count,
        bufferOverflow(two, (n) => [n]),
        take(3),
      ),
    );
    expect(pulled).toBe(3);
    pulled = 0;
    watch(
      of(1).pipe(
        bufferOverflow(two, () => range(0, 100_000).pipe(count)),
        take(3),
      ),
    );
    expect(pulled).toBe(3);
  });

  it('keeps the order of what a consumer sends into the source, without deepening the stack', () => {
    const source = new Subject<number>();
    let last = 0;
    source.pipe(bufferOverflow(two, (n) => [n])).subscribe((n) => {
      if (n === last + 1) last = n;
      if (n < 50_000) source.next(n + 1);
    });
    source.next(1);
    expect(last).toBe(50_000);
  });

  it('goes on through a reconnect, and shows drops on drops$', () => {
    const script = connected();
    const gate = new Subject<void>();
    const observed = script.mqtt.observe('#', { qos: 0 });
    const seen = watch(
      observed.pipe(
        bufferOverflow({ capacity: 1, overflow: 'dropOldest', mqtt: script.mqtt }, async ({ topic }) => topic),
      ),
    );
    expect(seen.error).toBeUndefined();
    script.grant();
    watch(observed.pipe(bufferOverflow({ capacity: 1, overflow: 'dropNewest', mqtt: script.mqtt }, () => gate)));
    script.reconnect();
    script.deliver(0, { topic: 'a', qos: 0 }, { topic: 'b', qos: 0 }, { topic: 'c', qos: 0 });
    expect(script.drops.map(({ topic, reason }) => `${topic} ${reason}`)).toEqual(['b overflow', 'c overflow']);
  });

  it.each([
    ['capacity', { capacity: 0 }],
    ['overflow', { overflow: 'block' as never }],
    ['order', { order: 'random' as never }],
    ['priority', { priority: 3 as never }],
    ['concurrency', { concurrency: -1 }],
    ['size', { size: 1 }],
  ])('checks %s at once', (path, options) => {
    expect(() => bufferOverflow({ ...two, ...options }, single)).toThrow(InvalidOptionsError);
    expect(() => bufferOverflow({ ...two, ...options }, single)).toThrow(path);
  });
});
