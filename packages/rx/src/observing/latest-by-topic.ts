import { Observable, type OperatorFunction, type Subscription, asyncScheduler } from 'rxjs';
import { linkSource } from '../internal/link-source.js';
import { check, count, duration, fields, func } from '../internal/rules.js';
import type { TopicMessage } from './topic-message.js';

const DEFAULT_MAX_TOPICS = 10_000;

/** Options of {@link latestByTopic}. */
export interface LatestByTopicOptions<M> {
  /** How many topics are kept; of more, the one that has been silent for longest is forgotten. Defaults to 10,000. */
  readonly maxTopics?: number;
  /**
   * Milliseconds between two maps, at least: each is a copy, which a display needs no more often than it draws. Defaults to a
   * map for each message.
   */
  readonly every?: number;
  /** Whether a message takes its topic out of the map. Defaults to an empty payload, which is how retained messages are cleared. */
  readonly remove?: (message: M) => boolean;
}

const OPTIONS = fields<LatestByTopicOptions<never>>({ maxTopics: count, every: duration, remove: func });

/**
 * The latest message of each topic, as a map from topic to message: a new map whenever it has changed, so that a view that
 * compares by identity sees it. The topic that has been silent for longest comes first.
 *
 * Cold · subscribes once per subscriber, with an empty map · completes with the source, after the last map · errors with the source,
 * and with what `remove` throws · keeps what it has through reconnects.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the options.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/+/temp', { codec: number(), retained: 'replay' })
 *   .pipe(latestByTopic({ every: 100 }))
 *   .subscribe((latest) => console.table([...latest.values()].map(({ topic, value }) => ({ topic, value }))));
 * ```
 */
export function latestByTopic<M extends TopicMessage>(
  options: LatestByTopicOptions<M> = {},
): OperatorFunction<M, ReadonlyMap<string, M>> {
  check(['', options, OPTIONS]);
  const { maxTopics = DEFAULT_MAX_TOPICS, every, remove = isEmpty } = options;
  return (source) =>
    new Observable((subscriber) => {
      const latest = new Map<string, M>();
      // A new one passes all that has been deleted, and an old one keeps it: it lasts for as many messages as there are topics.
      let oldestFirst = latest.keys();
      let asked = 0;
      let pause: Subscription | undefined;
      let isChanged = false;
      const emit = (): void => {
        isChanged = false;
        subscriber.next(new Map(latest));
      };
      const changed = (): void => {
        if (every === undefined) emit();
        else if (pause !== undefined) isChanged = true;
        else {
          // Before emitting: a consumer that comes back in finds the pause begun.
          pause = asyncScheduler.schedule(() => {
            pause = undefined;
            if (isChanged) changed();
          }, every);
          emit();
        }
      };
      /** Whether the map is another one now. */
      const take = (message: M): boolean => {
        const { topic } = message;
        const isKnown = latest.delete(topic);
        if (remove(message)) return isKnown;
        latest.set(topic, message);
        if (++asked > latest.size) {
          asked = 0;
          oldestFirst = latest.keys();
        }
        if (latest.size > maxTopics) latest.delete(oldestFirst.next().value!);
        return true;
      };
      subscriber.add(() => {
        pause?.unsubscribe();
      });
      linkSource(source, subscriber, {
        next: (message) => {
          if (take(message)) changed();
        },
        complete: () => {
          if (isChanged) emit();
          subscriber.complete();
        },
      });
    });
}

function isEmpty(message: TopicMessage): boolean {
  const { payload } = message as { readonly payload?: unknown };
  return ArrayBuffer.isView(payload) && payload.byteLength === 0;
}
