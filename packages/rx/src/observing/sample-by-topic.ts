import { type MonoTypeOperatorFunction, Observable, type Subscription, asyncScheduler } from 'rxjs';
import { linkSource } from '../internal/link-source.js';
import { check, count, duration, fields } from '../internal/rules.js';
import type { TopicMessage } from './topic-message.js';

const DEFAULT_MAX_TOPICS = 10_000;

/** Options of {@link sampleByTopic}. */
export interface SampleByTopicOptions {
  /**
   * How many topics may wait for the end of a period; when one more does, all leave at once, and a new period begins. Defaults
   * to 10,000.
   */
  readonly maxTopics?: number;
}

const OPTIONS = fields<SampleByTopicOptions>({ maxTopics: count });

/**
 * Lets one message per topic and period pass: the latest. A period begins with the first message that waits; when it ends, the
 * topics leave in the order in which they came in. Topics that are silent cost nothing.
 *
 * Cold · subscribes once per subscriber · completes with the source, after what waits · errors with the source, at once · knows
 * nothing of reconnects.
 *
 * @param period in milliseconds.
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/+/temp', { codec: number() })
 *   .pipe(sampleByTopic(1_000))
 *   .subscribe(({ topic, value }) => console.log(topic, value));
 * ```
 */
export function sampleByTopic<M extends TopicMessage>(
  period: number,
  options: SampleByTopicOptions = {},
): MonoTypeOperatorFunction<M> {
  check(['period', period, duration], ['', options, OPTIONS]);
  const { maxTopics = DEFAULT_MAX_TOPICS } = options;
  return (source) =>
    new Observable((subscriber) => {
      let waiting = new Map<string, M>();
      let end: Subscription | undefined;
      const flush = (): void => {
        const due = waiting.values();
        // Before emitting: what a consumer causes waits for the next period.
        waiting = new Map();
        end?.unsubscribe();
        end = undefined;
        for (const message of due) {
          if (subscriber.closed) return;
          subscriber.next(message);
        }
      };
      subscriber.add(() => {
        end?.unsubscribe();
      });
      linkSource(source, subscriber, {
        next: (message) => {
          // Again, when a consumer has caused messages meanwhile.
          while (waiting.size >= maxTopics && !waiting.has(message.topic)) flush();
          if (subscriber.closed) return;
          waiting.set(message.topic, message);
          end ??= asyncScheduler.schedule(flush, period);
        },
        complete: () => {
          flush();
          subscriber.complete();
        },
      });
    });
}
