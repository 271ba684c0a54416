import { InvalidOptionsError, type MqttMessage, OverflowError } from '@rxmqtt/core';
import { EMPTY, NEVER, type Observable, Subject, map, of, range, take, tap, throwError } from 'rxjs';
import { FakeMessage, fakeMessages } from '../../test/operators/fake-message.js';
import { marbles, watch } from '../../test/operators/marbles.js';
import { connected } from '../../test/operators/scripted.js';
import { processEach } from './process-each.js';
import type { ErrorAction, ProcessOptions, ProcessResult } from './process-options.js';

/** `a` for what was processed, `a!dropped` for anything else. */
const told = map(({ status, message }: ProcessResult<MqttMessage>) =>
  status === 'processed' ? message.topic : `${message.topic}!${status}`,
);

const mistake = new Error('mine');
const fail = (): never => {
  throw mistake;
};
const soon = { retry: { initialDelay: 2, factor: 1, jitter: 'none' } } as const satisfies ProcessOptions;

describe('processEach', () => {
  describe('of', () => {
    it('a source that never emits says nothing', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<FakeMessage>('-');
        expectObservable(source.pipe(processEach(() => 1)), '---!').toBe('----');
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });

    it('an empty source completes', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<FakeMessage>('--|');
        expectObservable(source.pipe(processEach(() => 1))).toBe('--|');
        expectSubscriptions(source.subscriptions).toBe('^-!');
      });
    });

    it('a source that completes while its message is being handled completes', () => {
      const source$ = new Subject<FakeMessage>();
      const seen = watch(
        source$.pipe(
          processEach(() => {
            source$.complete();
          }),
          told,
        ),
      );
      source$.next(new FakeMessage('a'));
      expect(seen).toMatchObject({ values: ['a'], completed: true });
    });

    it('a handler that causes a message gets it when it is done, not within', () => {
      const source$ = new Subject<FakeMessage>();
      const order: string[] = [];
      const handle = ({ topic }: FakeMessage): void => {
        order.push(`${topic} begins`);
        if (topic === 'a') source$.next(new FakeMessage('b'));
        order.push(`${topic} ends`);
      };
      watch(source$.pipe(processEach(handle)));
      source$.next(new FakeMessage('a'));
      expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    });

    it('one message acknowledges it when its work is done, and completes then', () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
        const messages = fakeMessages('a');
        const source = cold('   -a|', messages);
        const work = cold('           --x-y|');
        const expected = '                 ------(r|)';
        const values = { r: { status: 'processed', message: messages.a, attempts: 1, value: 'y' } };
        expectObservable(
          source.pipe(processEach(() => work.pipe(tap(() => expect(messages.a.awaitsAck).toBe(true))))),
        ).toBe(expected, values);
        expectSubscriptions(source.subscriptions).toBe('^-!');
        expectSubscriptions(work.subscriptions).toBe('-^----!');
        flush();
        expect(messages.a.settled).toBe(0);
      });
    });

    it('many messages works on so many at a time, and tells each when it is done', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('      (abc|)', fakeMessages('abc'));
        const works = { a: cold('---|'), b: cold('-|'), c: cold('-|') };
        const expected = '         -bc(a|)';
        const result = source.pipe(
          processEach(({ topic }) => works[topic as 'a'], { concurrency: 2 }),
          told,
        );
        expectObservable(result).toBe(expected);
        expectSubscriptions(works.a.subscriptions).toBe('^--!');
        expectSubscriptions(works.b.subscriptions).toBe('^!');
        expectSubscriptions(works.c.subscriptions).toBe('-^!');
      });
    });

    it('a source that errors errors at once; unfinished work ends, unacknowledged', () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
        const messages = fakeMessages('ab');
        const source = cold('      ab-#', messages);
        const work = cold('        -----|');
        expectObservable(
          source.pipe(
            processEach(() => work, { concurrency: 1 }),
            told,
          ),
        ).toBe('---#');
        expectSubscriptions(work.subscriptions).toBe(['^--!']);
        flush();
        expect([messages.a.settled, messages.b.settled]).toEqual([undefined, undefined]);
      });
    });

    it('sources without messages at all', () => {
      expect(watch(EMPTY.pipe(processEach(fail)))).toMatchObject({ completed: true });
      expect(watch(NEVER.pipe(processEach(fail)))).toMatchObject({ completed: false });
      expect(watch(throwError(() => mistake).pipe(processEach(fail)))).toMatchObject({ error: mistake });
    });

    it('a synchronous source behind take(3) pulls 3', () => {
      let pulled = 0;
      const messages = range(0, 100_000).pipe(
        tap(() => pulled++),
        map((n) => new FakeMessage(String(n))),
      );
      expect(
        watch(
          messages.pipe(
            processEach(({ topic }) => topic),
            take(3),
          ),
        ).values,
      ).toHaveLength(3);
      expect(pulled).toBe(3);
    });

    it('10,000 messages, handled synchronously, in order', () => {
      const seen = watch(
        range(0, 10_000).pipe(
          map((n) => new FakeMessage(String(n))),
          processEach(({ topic }) => Number(topic)),
        ),
      );
      expect(seen.values.map((result) => (result.status === 'processed' ? result.value : -1))).toEqual(
        Array.from({ length: 10_000 }, (_, n) => n),
      );
      expect(seen.completed).toBe(true);
    });
  });

  describe('unsubscribed early', () => {
    it('ends the work, aborts the signal, and leaves the messages unacknowledged', () => {
      marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
        const messages = fakeMessages('ab');
        const source = cold('      a-b--', messages);
        const work = cold('        ------|');
        const signals: AbortSignal[] = [];
        const result = source.pipe(
          processEach((_, { signal }) => {
            signals.push(signal);
            return work;
          }),
          told,
        );
        expectObservable(result, '----!').toBe('-----');
        expectSubscriptions(source.subscriptions).toBe('^---!');
        expectSubscriptions(work.subscriptions).toBe(['^---!', '--^-!']);
        flush();
        expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
        expect([messages.a.settled, messages.b.settled]).toEqual([undefined, undefined]);
      });
    });

    it('acknowledges nothing that is done later', async () => {
      const message = new FakeMessage('a');
      let done: (value: unknown) => void = () => undefined;
      const seen = watch(of(message).pipe(processEach(() => new Promise((resolve) => (done = resolve)))));
      seen.leave();
      done(1);
      await Promise.resolve();
      expect(message.settled).toBeUndefined();
      expect(seen.values).toEqual([]);
    });
  });

  describe('takes handlers', () => {
    it('that answer with a value, a promise or an Observable; an Observable without a value gives undefined', async () => {
      const handlers = { a: () => 1, b: () => Promise.resolve(2), c: () => of(2, 3), d: () => EMPTY } as const;
      const seen = watch(
        of(...Object.values(fakeMessages('abcd'))).pipe(
          processEach(({ topic }) => handlers[topic as 'a']() as unknown),
        ),
      );
      await Promise.resolve();
      expect(
        seen.values.map((result) => result.status === 'processed' && [result.message.topic, result.value]),
      ).toEqual([
        ['a', 1],
        ['c', 3],
        ['d', undefined],
        ['b', 2],
      ]);
      expect(seen.completed).toBe(true);
    });

    it.each([
      ['throw', fail],
      ['reject', () => Promise.reject(mistake)],
      ['error', () => throwError(() => mistake)],
    ])('that %s: each is a failure', async (_, handler: () => unknown) => {
      const message = new FakeMessage('a');
      const seen = watch(of(message).pipe(processEach(handler, { onError: 'ack' })));
      await Promise.resolve();
      expect(seen.values).toEqual([{ status: 'skipped', message, attempts: 1, error: mistake }]);
      expect(message.settled).toBe(0);
    });
  });

  describe('with a re-entrant consumer', () => {
    it('keeps the order of what it sends into the source', () => {
      const source = new Subject<FakeMessage>();
      const handled: string[] = [];
      const results: string[] = [];
      source
        .pipe(
          processEach(({ topic }) => handled.push(topic)),
          told,
        )
        .subscribe((topic) => {
          results.push(topic);
          if (topic.length < 4) for (const next of ['x', 'y']) source.next(new FakeMessage(topic + next));
        });
      source.next(new FakeMessage('aa'));
      expect(handled).toEqual(['aa', 'aax', 'aay', 'aaxx', 'aaxy', 'aayx', 'aayy']);
      expect(results).toEqual(handled);
    });

    it('does not deepen the stack, however long the chain', () => {
      const source = new Subject<FakeMessage>();
      let count = 0;
      source.pipe(processEach(() => 1)).subscribe(() => {
        if (++count < 50_000) source.next(new FakeMessage('a'));
      });
      source.next(new FakeMessage('a'));
      expect(count).toBe(50_000);
    });

    it('lets it unsubscribe', () => {
      const source = new Subject<FakeMessage>();
      const handled: string[] = [];
      const subscription = source
        .pipe(processEach(({ topic }) => handled.push(topic)))
        .subscribe(() => subscription.unsubscribe());
      source.next(new FakeMessage('a'));
      source.next(new FakeMessage('b'));
      expect(handled).toEqual(['a']);
      expect(source.observed).toBe(false);
    });
  });

  describe('in order', () => {
    const message = (payload: string): FakeMessage => new FakeMessage(payload.charAt(0), { payload });
    const text = ({ payload }: MqttMessage): string => new TextDecoder().decode(payload);

    it.each(['no', 'byTopic'] as const)('%s', (ordered) => {
      marbles(({ cold, flush }) => {
        const started: string[] = [];
        const ended: string[] = [];
        const work: Record<string, Observable<unknown>> = {
          a1: cold('---|'),
          b1: cold('-|'),
          a2: cold('-|'),
          b2: cold('-|'),
        };
        cold('(abcd|)', { a: message('a1'), b: message('b1'), c: message('a2'), d: message('b2') })
          .pipe(
            processEach(
              (each) => {
                started.push(text(each));
                return work[text(each)]!;
              },
              { ordered },
            ),
          )
          .subscribe((result) => ended.push(text(result.message)));
        flush();
        expect(started).toEqual(ordered === 'no' ? ['a1', 'b1', 'a2', 'b2'] : ['a1', 'b1', 'b2', 'a2']);
        expect(ended).toEqual(ordered === 'no' ? ['b1', 'a2', 'b2', 'a1'] : ['b1', 'b2', 'a1', 'a2']);
      });
    });

    it('all: one after the other', () => {
      marbles(({ cold, expectObservable }) => {
        const source = cold('(abc|)', fakeMessages('abc'));
        const works = { a: cold('---|'), b: cold('-|'), c: cold('-|') };
        const result = source.pipe(
          processEach(({ topic }) => works[topic as 'a'], { ordered: 'all' }),
          told,
        );
        expectObservable(result).toBe('---ab(c|)');
      });
    });
  });

  describe('when a handler fails', () => {
    it('retry calls it again after the delays of the policy, holding its place', () => {
      marbles(({ cold, expectObservable, flush }) => {
        const messages = fakeMessages('ab');
        const attempts: number[] = [];
        const result = cold('(ab|)', messages).pipe(
          processEach(
            ({ topic }, { attempt }) => {
              if (topic === 'b') return 0;
              attempts.push(attempt);
              return attempt < 3 ? fail() : attempt;
            },
            { concurrency: 1, retry: { initialDelay: 2, factor: 2, jitter: 'none' } },
          ),
          told,
        );
        // 2 ms after the first failure, 4 ms after the second one.
        expectObservable(result).toBe('------(ab|)');
        flush();
        expect(attempts).toEqual([1, 2, 3]);
        expect(messages.a.settled).toBe(0);
      });
    });

    it('retry gives up after five attempts: the stream errors, and the message stays unacknowledged', () => {
      marbles(({ cold, expectObservable, flush }) => {
        const messages = fakeMessages('a');
        const handler = jest.fn(fail);
        expectObservable(cold('a-', messages).pipe(processEach(handler, soon))).toBe('--------#', {}, mistake);
        flush();
        expect(handler).toHaveBeenCalledTimes(5);
        expect(messages.a.settled).toBeUndefined();
      });
    });

    it('retry asks the policy what is worth it', () => {
      const handler = jest.fn(fail);
      const shouldRetry = jest.fn(() => false);
      const seen = watch(of(new FakeMessage('a')).pipe(processEach(handler, { retry: { shouldRetry } })));
      expect(seen.error).toBe(mistake);
      expect(handler).toHaveBeenCalledTimes(1);
      expect(shouldRetry).toHaveBeenCalledWith(mistake);
    });

    it('redeliver puts it at the end of the queue, three times, and lets others go first', () => {
      marbles(({ cold, expectObservable, flush }) => {
        const handled: string[] = [];
        const result = cold('(abc|)', fakeMessages('abc')).pipe(
          processEach(
            ({ topic }, { attempt }) => {
              handled.push(`${topic}${String(attempt)}`);
              if (topic === 'a' && attempt < 4) throw mistake;
            },
            { ...soon, concurrency: 1, onError: 'redeliver' },
          ),
          told,
        );
        expectObservable(result).toBe('(bc)--(a|)');
        flush();
        expect(handled).toEqual(['a1', 'b1', 'c1', 'a2', 'a3', 'a4']);
      });
    });

    it('redeliver gives up after the third', () => {
      marbles(({ cold, expectObservable }) => {
        const result = cold('a-', fakeMessages('a')).pipe(processEach(fail, { ...soon, onError: 'redeliver' }));
        expectObservable(result).toBe('------#', {}, mistake);
      });
    });

    it('redeliver keeps the order of a topic when asked', () => {
      marbles(({ cold, flush }) => {
        const handled: string[] = [];
        const [a1, a2, b1] = [
          new FakeMessage('a', { payload: '1' }),
          new FakeMessage('a', { payload: '2' }),
          new FakeMessage('b'),
        ];
        cold('(xyz|)', { x: a1, y: a2, z: b1 })
          .pipe(
            processEach(
              (message, { attempt }) => {
                handled.push(`${message.topic}${new TextDecoder().decode(message.payload)} ${String(attempt)}`);
                if (message === a1 && attempt === 1) throw mistake;
              },
              { ...soon, ordered: 'byTopic', onError: 'redeliver' },
            ),
          )
          .subscribe();
        flush();
        expect(handled).toEqual(['a1 1', 'b 1', 'a1 2', 'a2 1']);
      });
    });

    it.each([
      ['nack', 'refused', 0x80],
      ['ack', 'skipped', 0],
    ] as const)('%s: the message is %s', (onError, status, settled) => {
      const message = new FakeMessage('a');
      const seen = watch(of(message).pipe(processEach(fail, { onError })));
      expect(seen.values).toEqual([{ status, message, attempts: 1, error: mistake }]);
      expect(seen.completed).toBe(true);
      expect(message.settled).toBe(settled);
    });

    it('error: the stream errors at once', () => {
      const messages = fakeMessages('ab');
      const seen = watch(of(messages.a, messages.b).pipe(processEach(fail, { onError: 'error' })));
      expect(seen.error).toBe(mistake);
      expect([messages.a.settled, messages.b.settled]).toEqual([undefined, undefined]);
    });

    it('a function decides, also later, and knows the message and its attempts', async () => {
      const message = new FakeMessage('a');
      const policy = jest.fn(async (): Promise<ErrorAction> => 'ack');
      const seen = watch(of(message).pipe(processEach(fail, { onError: policy })));
      expect(seen.values).toEqual([]);
      await Promise.resolve();
      await Promise.resolve();
      expect(policy).toHaveBeenCalledWith(mistake, { message, attempts: 1 });
      expect(seen.values).toMatchObject([{ status: 'skipped' }]);
    });

    it('a function may refuse with a reason code of its own', () => {
      const message = new FakeMessage('a');
      const onError = (_: unknown, failure: { message: MqttMessage }): ErrorAction => {
        failure.message.nack(0x99);
        return 'ack';
      };
      watch(of<MqttMessage>(message).pipe(processEach(fail, { onError })));
      expect(message.settled).toBe(0x99);
    });

    it.each([
      ['throws', () => fail(), mistake],
      ['answers nonsense', () => 'what?' as ErrorAction, expect.any(InvalidOptionsError)],
    ])('a function that %s errors the stream', (_, onError: () => ErrorAction, error) => {
      const other = new Error('another');
      const handler = (): never => {
        throw other;
      };
      expect(watch(of(new FakeMessage('a')).pipe(processEach(handler, { onError }))).error).toEqual(error);
    });
  });

  describe('with messages that need no acknowledgement', () => {
    const flood = (overflow: ProcessOptions['overflow']) => {
      const source = new Subject<FakeMessage>();
      const gate = new Subject<void>();
      const seen = watch(
        source.pipe(
          processEach(() => gate.pipe(take(1)), { concurrency: 1, capacity: 2, ...(overflow ? { overflow } : {}) }),
          told,
        ),
      );
      for (const name of 'abcde') source.next(new FakeMessage(name, { owed: false }));
      for (let i = 0; i < 5; i++) gate.next();
      return seen;
    };

    it.each([
      [undefined, ['b!dropped', 'c!dropped', 'a', 'd', 'e']],
      ['dropOldest', ['b!dropped', 'c!dropped', 'a', 'd', 'e']],
      ['dropNewest', ['d!dropped', 'e!dropped', 'a', 'b', 'c']],
    ] as const)('keeps as many as may wait, with the policy %s', (overflow, expected) => {
      expect(flood(overflow).values).toEqual(expected);
    });

    it('ends with OverflowError by policy', () => {
      expect(flood('error').error).toBeInstanceOf(OverflowError);
    });

    it('never drops those that wait for theirs', () => {
      const source = new Subject<FakeMessage>();
      const seen = watch(
        source.pipe(
          processEach(() => NEVER, { concurrency: 1, capacity: 1 }),
          told,
        ),
      );
      for (let n = 0; n < 5_000; n++) source.next(new FakeMessage('a'));
      expect(seen.values).toEqual([]);
    });

    it('bounds also those that are to be delivered again', () => {
      marbles(({ cold, flush }) => {
        const messages = fakeMessages('abcd', { owed: false });
        const results: string[] = [];
        cold('(abcd|)', messages)
          .pipe(processEach(fail, { ...soon, onError: 'redeliver', capacity: 2 }), told)
          .subscribe({ next: (each) => results.push(each), error: () => results.push('error') });
        flush();
        expect(results).toEqual(['c!dropped', 'd!dropped', 'error']);
      });
    });
  });

  describe('through a connection', () => {
    const observeManually = (script: ReturnType<typeof connected>) =>
      script.mqtt.observe('#', { qos: 1, ack: 'manual' });

    it('acknowledges in the order of the messages, whichever is done first', () => {
      const script = connected();
      const works: Subject<void>[] = [];
      watch(
        observeManually(script).pipe(
          processEach(() => {
            const work = new Subject<void>();
            works.push(work);
            return work;
          }),
        ),
      );
      script.grant();
      script.deliver(1, { topic: 'a' }, { topic: 'b' }, { topic: 'c' });
      works[2]!.complete();
      works[1]!.complete();
      expect(script.acks()).toEqual([]);
      works[0]!.complete();
      expect(script.acks()).toEqual(['1', '2', '3']);
    });

    it('refuses on MQTT 5, and acknowledges on 3.1.1, which knows no refusal', () => {
      const acks = ([5, 4] as const).map((protocolVersion) => {
        const script = connected({ protocolVersion });
        watch(observeManually(script).pipe(processEach(fail, { onError: 'nack' })));
        script.grant();
        script.deliver(1, { topic: 'a' });
        return script.acks();
      });
      expect(acks).toEqual([['1!128'], ['1']]);
    });

    it('leaves what waits from before a reconnect: it comes again', () => {
      const script = connected();
      const works: { readonly topic: string; readonly work: Subject<void> }[] = [];
      const seen = watch(
        observeManually(script).pipe(
          processEach(
            ({ topic }) => {
              works.push({ topic, work: new Subject() });
              return works.at(-1)!.work;
            },
            { concurrency: 1 },
          ),
          told,
        ),
      );
      script.grant();
      script.deliver(1, { topic: 'a' }, { topic: 'b' });
      script.reconnect();
      script.deliver(1, { topic: 'a', dup: true }, { topic: 'b', dup: true });
      for (const { work } of works) work.complete();

      expect(works.map(({ topic }) => topic)).toEqual(['a', 'a', 'b']);
      expect(seen.values).toEqual(['a', 'b!superseded', 'a', 'b']);
      expect(script.acks()).toEqual(['1', '2']);
    });

    it('does not pile up what waits, however often the connection breaks', () => {
      const script = connected({ receiveMaximum: 1_000 });
      const seen = watch(
        observeManually(script).pipe(
          processEach(() => NEVER, { concurrency: 1 }),
          told,
        ),
      );
      script.grant();
      for (let life = 0; life < 10; life++) {
        script.deliver(1, ...Array.from({ length: 1_000 }, () => ({ topic: 'a' })));
        script.reconnect();
      }
      expect(seen.values.length).toBeGreaterThan(7_000);
      expect(new Set(seen.values)).toEqual(new Set(['a!superseded']));
    });

    it('handles what waits when the session is lost: nobody has another copy', () => {
      const script = connected();
      const gate = new Subject<void>();
      const seen = watch(
        observeManually(script).pipe(
          processEach(() => gate.pipe(take(1)), { concurrency: 1 }),
          told,
        ),
      );
      script.grant();
      script.deliver(1, { topic: 'a' }, { topic: 'b' });
      script.reconnect(false);
      gate.next();
      gate.next();
      expect(seen.values).toEqual(['a', 'b']);
    });

    it('leaves unfinished messages to the next observer', () => {
      const script = connected();
      const seen = watch(observeManually(script).pipe(processEach(() => NEVER, { concurrency: 1 })));
      script.grant();
      script.deliver(1, { topic: 'a' }, { topic: 'b' });
      seen.leave();
      expect(script.acks()).toEqual([]);
      const next = watch(
        observeManually(script).pipe(
          processEach(({ redelivered }) => redelivered),
          told,
        ),
      );
      script.server.clock.advance();
      expect(next.values).toEqual(['a', 'b']);
      expect(script.acks()).toEqual(['1', '2']);
    });

    it('shows drops on drops$', () => {
      const script = connected();
      watch(
        script.mqtt.observe('#').pipe(processEach(() => NEVER, { concurrency: 1, capacity: 1, mqtt: script.mqtt })),
      );
      script.grant();
      script.deliver(0, { topic: 'a', qos: 0 }, { topic: 'b', qos: 0 }, { topic: 'c', qos: 0 });
      expect(script.drops).toMatchObject([
        { direction: 'in', topic: 'b', qos: 0, reason: 'overflow', error: expect.any(OverflowError) },
      ]);
    });

    it('finishes what it has when the connection drains', async () => {
      const script = connected();
      const gate = new Subject<void>();
      const seen = watch(
        observeManually(script).pipe(
          processEach(() => gate.pipe(take(1))),
          told,
        ),
      );
      script.grant();
      script.deliver(1, { topic: 'a' });
      const drained = script.mqtt.drain();
      gate.next();
      script.server.clock.advance(1);
      await drained;
      expect(script.acks()).toEqual(['1']);
      expect(seen).toMatchObject({ values: ['a'], completed: true });
    });
  });

  describe('with a handler that answers with a thenable of its own', () => {
    const thenable = (then: unknown): PromiseLike<string> => ({ then }) as PromiseLike<string>;
    const fakes = fakeMessages('ab');
    const results = async (answer: () => unknown): Promise<unknown[]> => {
      const seen = watch(of(fakes.a, fakes.b).pipe(processEach(answer, { onError: 'ack' })));
      // A thenable of others is asked in a microtask of its own.
      for (let i = 0; i < 5; i++) await Promise.resolve();
      expect(seen.completed).toBe(true);
      return seen.values.map(({ status, ...rest }) => [status, 'error' in rest ? rest.error : undefined]);
    };

    it.each<readonly [string, () => unknown]>([
      [
        'throws',
        () =>
          thenable(() => {
            throw mistake;
          }),
      ],
      [
        'has a `then` that cannot be read',
        () =>
          Object.defineProperty({}, 'then', {
            get: () => {
              throw mistake;
            },
          }),
      ],
      [
        'rejects, and then throws',
        () =>
          thenable((_: unknown, reject: (error: Error) => void) => {
            reject(mistake);
            throw new Error('another one');
          }),
      ],
    ])('that %s: it has failed, and the next message is handled', async (_, answer) => {
      await expect(results(answer)).resolves.toEqual([
        ['skipped', mistake],
        ['skipped', mistake],
      ]);
    });

    it('that fulfils twice: the message is finished once', async () => {
      const twice = (): unknown =>
        thenable((resolve: (value: string) => void) => {
          resolve('1');
          resolve('2');
        });
      await expect(results(twice)).resolves.toEqual([
        ['processed', undefined],
        ['processed', undefined],
      ]);
    });
  });

  describe('checks what it is given', () => {
    it.each([
      ['concurrency', { concurrency: 0 }],
      ['ordered', { ordered: 'some' }],
      ['onError', { onError: 'panic' }],
      ['capacity', { capacity: 1.5 }],
      ['overflow', { overflow: 'pause' }],
      ['retry.factor', { retry: { factor: 0 } }],
      ['retry.maxAttempt', { retry: { maxAttempt: 3 } }],
      ['concurency', { concurency: 3 }],
      ['deadLetter', { onError: 'deadLetter' }],
    ])('%s, at once', (path, options) => {
      expect(() => processEach(fail, options as ProcessOptions)).toThrow(InvalidOptionsError);
      expect(() => processEach(fail, options as ProcessOptions)).toThrow(path);
    });

    it('a copy of a message, which cannot be acknowledged', () => {
      const seen = watch(
        of<MqttMessage>(new FakeMessage('a')).pipe(
          map((message) => ({ ...message })),
          processEach(fail),
        ),
      );
      expect(seen.error).toBeInstanceOf(TypeError);
    });
  });
});
