import { Observable, type OperatorFunction, type Subscription, asyncScheduler } from 'rxjs';
import { linkSource } from '../internal/link-source.js';
import { check, count, duration, fields } from '../internal/rules.js';
import type { TopicMessage } from './topic-message.js';

const DEFAULT_MAX_TOPICS = 10_000;

/** Options of {@link staleAfter}. */
export interface StaleAfterOptions {
  /** How many topics are watched; of more, the one that has been silent for longest is called stale early. Defaults to 10,000. */
  readonly maxTopics?: number;
}

const OPTIONS = fields<StaleAfterOptions>({ maxTopics: count });

/** A topic that has become silent, or speaks (again). */
export interface Freshness<M> {
  /** `fresh` at the first message, and at the first after silence; `stale` after the silence. */
  readonly status: 'fresh' | 'stale';
  readonly topic: string;
  /** The message that broke the silence, or the last one before it. */
  readonly message: M;
}

/** A topic that speaks, until this time. */
interface Watched<M> {
  readonly message: M;
  readonly until: number;
}

/**
 * Tells which topics fall silent: `fresh` when a topic speaks for the first time or again, `stale` when nothing has come on it
 * for so long. Topics that are stale are forgotten, so that only those that speak take memory.
 *
 * Cold · subscribes once per subscriber · completes with the source, without calling anything stale · errors with the source · the
 * silence of a lost connection counts: to leave it out, observe anew with each connection.
 *
 * @param silence in milliseconds, the same for all topics.
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * mqtt.observe('sensor/+/pulse').pipe(staleAfter(30_000))
 *   .subscribe(({ topic, status }) => console.log(topic, 'is', status));
 * ```
 */
export function staleAfter<M extends TopicMessage>(
  silence: number,
  options: StaleAfterOptions = {},
): OperatorFunction<M, Freshness<M>> {
  check(['silence', silence, duration], ['', options, OPTIONS]);
  const { maxTopics = DEFAULT_MAX_TOPICS } = options;
  return (source) =>
    new Observable((subscriber) => {
      // The silence is the same for all, so the one that is due first comes first: one timer for all of them.
      const watched = new Map<string, Watched<M>>();
      let alarm: Subscription | undefined;
      const watch = (): void => {
        const [first] = watched.values();
        if (alarm !== undefined || first === undefined) return;
        alarm = asyncScheduler.schedule(
          () => {
            alarm = undefined;
            const now = asyncScheduler.now();
            for (const [topic, { message, until }] of watched) {
              if (until > now) break;
              forget(topic, message);
            }
            if (!subscriber.closed) watch();
          },
          Math.max(0, first.until - asyncScheduler.now()),
        );
      };
      const forget = (topic: string, message: M): void => {
        watched.delete(topic);
        subscriber.next({ status: 'stale', topic, message });
      };
      subscriber.add(() => {
        alarm?.unsubscribe();
        watched.clear();
      });
      linkSource(source, subscriber, {
        next: (message) => {
          const { topic } = message;
          const isKnown = watched.delete(topic);
          const [silent] = watched;
          if (watched.size >= maxTopics && silent !== undefined) forget(silent[0], silent[1].message);
          if (subscriber.closed) return;
          // Before emitting: a consumer that comes back in finds the topic known.
          watched.set(topic, { message, until: asyncScheduler.now() + silence });
          watch();
          if (!isKnown) subscriber.next({ status: 'fresh', topic, message });
        },
        complete: () => {
          subscriber.complete();
        },
      });
    });
}
