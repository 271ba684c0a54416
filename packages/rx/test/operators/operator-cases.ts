import { type OperatorFunction, Subject, map, range, take, tap } from 'rxjs';
import { connected, reconnect } from '../script.js';
import { marbles, watch } from './marbles.js';

/** A message as a marble test writes it. */
export interface Sample {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** A message on a topic. */
export function sample(topic: string, text = 'x', retain = false): Sample {
  return { topic, payload: new TextEncoder().encode(text), retain };
}

/** What the general cases need to know of an operator. */
export interface OperatorCase {
  readonly create: () => OperatorFunction<Sample, unknown>;
  /** Messages for each of which the operator emits at once. */
  readonly message: (i: number) => Sample;
  /** How many messages a synchronous source is asked for by `take(3)`. Defaults to 3. */
  readonly pulls?: number;
}

/** The cases of CONTRIBUTING.md that are the same for every operator. */
export function operatorCases({ create, message, pulls = 3 }: OperatorCase): void {
  describe('like every operator', () => {
    it('says nothing while the source says nothing, and leaves it when it is left', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<Sample>('-');
        expectObservable(source.pipe(create()), '^--!').toBe('-');
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });

    it('completes with an empty source', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<Sample>('--|');
        expectObservable(source.pipe(create())).toBe('--|');
        expectSubscriptions(source.subscriptions).toBe('^-!');
      });
    });

    it('errors with the source', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold<Sample>('--#', {}, new Error('of the source'));
        expectObservable(source.pipe(create())).toBe('--#', {}, new Error('of the source'));
        expectSubscriptions(source.subscriptions).toBe('^-!');
      });
    });

    it('asks a synchronous source for no more than is taken', () => {
      let pulled = 0;
      const seen = watch(
        range(0, 100_000).pipe(
          tap(() => pulled++),
          map(message),
          create(),
          take(3),
        ),
      );
      expect(seen.values).toHaveLength(3);
      expect(seen.completed).toBe(true);
      seen.leave();
      expect(pulled).toBe(pulls);
    });

    it('has a state for each subscription', () => {
      const source$ = new Subject<Sample>();
      const result$ = source$.pipe(create());
      const first = watch(result$);
      source$.next(message(0));
      const second = watch(result$);
      source$.next(message(1));
      source$.next(message(2));
      expect(first.values.length).toBeGreaterThan(second.values.length);
      first.leave();
      second.leave();
      expect(source$.observed).toBe(false);
    });

    it('survives a consumer that causes the next message', () => {
      const source$ = new Subject<Sample>();
      let caused = 0;
      const seen: unknown[] = [];
      source$.pipe(create()).subscribe((value) => {
        seen.push(value);
        if (caused < 5) source$.next(message(++caused));
      });
      source$.next(message(0));
      // An operator that waits for the next message.
      if (seen.length === 0) source$.next(message(100));
      expect(caused).toBe(5);
      expect(seen.length).toBeGreaterThanOrEqual(5);
      source$.complete();
    });

    it('lives through a reconnect', () => {
      const script = connected();
      const seen = watch(
        script.mqtt.observe('#').pipe(
          map(({ topic, payload, retain }) => ({ topic, payload, retain })),
          create(),
        ),
      );
      script.deliver(message(0), message(1));
      const before = seen.values.length;
      reconnect(script, true);
      script.deliver(message(2), message(3), message(4));
      expect(seen.values.length).toBeGreaterThan(before);
      expect(seen).toMatchObject({ error: undefined, completed: false });
      seen.leave();
    });
  });
}
