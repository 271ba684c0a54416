import { ClosedError } from '@rxmqtt/core';
import { type Observable, Subject, map, range } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { type Script, connected, inputs, toInput, watch } from '../../test/scripted.js';
import type { PublishInput } from './publish-to-options.js';
import { publishTo } from './publish-to.js';

describe('publishTo', () => {
  describe('through the life of the connection', () => {
    it('waits while it is lost, sends again what was not acknowledged, and keeps the order', () => {
      const { mqtt, server, topics, acknowledge } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 2 })));
      for (const input of inputs('abc')) source$.next(input);

      server.wire.cut();
      source$.next({ topic: 'd', payload: '' });
      source$.complete();
      expect(seen).toMatchObject({ statuses: [], error: undefined, completed: false });

      server.clock.advance(60_000);
      server.wire.connack();
      expect(topics()).toEqual(['a', 'b', 'a', 'b']);
      for (const topic of 'bacd') acknowledge(topic);

      expect(topics()).toEqual(['a', 'b', 'a', 'b', 'c', 'd']);
      expect(seen.order()).toEqual(['0', '1', '2', '3']);
      expect(seen.completed).toBe(true);
    });

    it('refuses at once what is not to wait for a connection', () => {
      const { mqtt, server } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { offline: 'error' })));

      server.wire.cut();
      source$.next({ topic: 'a', payload: '' });
      server.clock.advance(60_000);
      server.wire.connack();
      source$.next({ topic: 'b', payload: '' });

      expect(seen.order()).toEqual(['!0', '1']);
    });

    it('answers every input with ClosedError when it is closed, and goes on refusing', () => {
      const { mqtt } = connected();
      const source$ = new Subject<PublishInput>();
      const seen = watch(source$.pipe(publishTo(mqtt, { qos: 1, window: 2 })));
      for (const input of inputs('abcd')) source$.next(input);

      void mqtt.close();
      expect(seen.order().sort()).toEqual(['!0', '!1', '!2', '!3']);
      expect(seen.completed).toBe(false);

      source$.next({ topic: 'e', payload: '' });
      source$.complete();
      expect(seen.statuses).toHaveLength(5);
      for (const status of seen.statuses) expect(status).toHaveProperty('error', expect.any(ClosedError));
      expect(seen.completed).toBe(true);
    });

    it('answers 20,000 waiting inputs when it is closed, without deep recursion', () => {
      const { mqtt } = connected();
      const seen = watch(range(0, 20_000).pipe(toInput, publishTo(mqtt, { qos: 1, window: 1, capacity: 20_000 })));

      void mqtt.close();

      expect(seen.statuses).toHaveLength(20_000);
      expect(seen.completed).toBe(true);
    });
  });

  describe('in time', () => {
    /** Acknowledges the topics as they come. Statuses are `a` for what was published, `A` for what failed. */
    function marbles(
      body: (
        script: Script & { letters$: (source: Observable<string>, options: object) => Observable<string> },
        run: Parameters<Parameters<TestScheduler['run']>[0]>[0],
      ) => void,
    ): void {
      new TestScheduler((actual, expected) => {
        expect(actual).toEqual(expected);
      }).run((helpers) => {
        const script = connected();
        const letters$ = (source: Observable<string>, options: object): Observable<string> =>
          source.pipe(
            toInput,
            publishTo(script.mqtt, { qos: 1, ...options }),
            map(({ status, input: { topic = '' } }) => (status === 'published' ? topic : topic.toUpperCase())),
          );
        body({ ...script, letters$ }, helpers);
      });
    }

    it('statuses leave in order, and it completes with the last', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-b-c--|');
        const acks$ = hot('    ----b-a---c--|');
        const subscription = ' ^-------!';
        const expected = '     ------(ab)c|'.replace('(ab)c|', '(ab)(c|)');

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, {})).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      });
    });

    it('it completes with the source when nothing is under way', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-----|');
        const acks$ = hot('    ---a');
        const subscription = ' ^------!';
        const expected = '     ---a---|';

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, {})).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      });
    });

    it('it errors with the source, at once', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-b-#');
        const acks$ = hot('    ---a---b');
        const subscription = ' ^----!';
        const expected = '     ---a-#';

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, {})).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(subscription);
      });
    });

    it('unsubscribing leaves the source', () => {
      marbles(({ letters$, acknowledge }, { hot, expectObservable, expectSubscriptions }) => {
        const source$ = hot('  -a-b-c-d-|');
        const acks$ = hot('    ---a---b-c-d');
        const unsubscribe = '  ^----!';
        const expected = '     ---a--';

        acks$.subscribe((topic) => {
          if (topic < 'c') acknowledge(topic);
        });

        expectObservable(letters$(source$, {}), unsubscribe).toBe(expected);
        expectSubscriptions(source$.subscriptions).toBe(unsubscribe);
      });
    });

    it('a source that never emits, and one that is empty', () => {
      marbles(({ letters$ }, { cold, expectObservable, expectSubscriptions }) => {
        const never$ = cold(' ---');
        const empty$ = cold(' --|');

        expectObservable(letters$(never$, {})).toBe('---');
        expectObservable(letters$(empty$, {})).toBe('--|');
        expectSubscriptions(never$.subscriptions).toBe('^--');
        expectSubscriptions(empty$.subscriptions).toBe('^-!');
      });
    });

    it('what is refused leaves at once, before what waits', () => {
      marbles(({ letters$, acknowledge, topics }, { hot, flush, expectObservable }) => {
        const source$ = hot('  abcd--e-|');
        const acks$ = hot('    -----a-b-(ce)');
        // Window 1, capacity 2: d finds no room, e does.
        const expected = '     ---D-a-b-(ce|)';

        acks$.subscribe((topic) => {
          acknowledge(topic);
        });

        expectObservable(letters$(source$, { window: 1, capacity: 2 })).toBe(expected);
        flush();
        expect(topics()).toEqual(['a', 'b', 'c', 'e']);
      });
    });
  });
});
