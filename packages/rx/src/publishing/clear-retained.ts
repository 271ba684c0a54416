import {
  type MqttError,
  type MqttMessage,
  type PublishResult,
  type Subscription,
  type SubscriptionObserver,
  TimeoutError,
  parseSharedFilter,
} from '@rxmqtt/core';
import { Observable, Subject, type Unsubscribable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { after } from '../internal/after.js';
import { openOnUse } from '../internal/open-on-use.js';
import { type Rule, bound, check, client, duration, fields } from '../internal/rules.js';
import type { PublishInput } from './publish-to-options.js';
import { publishTo } from './publish-to.js';

/** How retained messages are cleared. */
export interface ClearRetainedOptions {
  /**
   * Milliseconds without a further retained message, after the server has granted the subscription, that mean that there is none.
   * MQTT does not tell the last one. Defaults to 500; more for servers that are slow or far away.
   */
  readonly quiet?: number;
  /** Milliseconds without any progress until it errors with TimeoutError. Defaults to 10,000. */
  readonly timeout?: number;
  /** How many are cleared at once. Defaults to 64. */
  readonly window?: number;
  /** How many topics may wait to be cleared; further ones fail with OverflowError. Defaults to 10,000. */
  readonly capacity?: number;
}

/** What became of one retained message. */
export type ClearedTopic =
  | { readonly status: 'cleared'; readonly topic: string; readonly result: PublishResult }
  | { readonly status: 'failed'; readonly topic: string; readonly error: MqttError };

/** How often the server is asked for more, while others publish retained messages as fast as they are cleared. */
const MAX_PASSES = 10;

const OPTIONS = fields<ClearRetainedOptions>({ quiet: duration, timeout: duration, window: bound, capacity: bound });

const ungrouped: Rule = (filter) =>
  parseSharedFilter(filter as string) === undefined
    ? undefined
    : 'names a consumer group, and those get no retained messages';

/**
 * Finds the retained messages of a filter, and clears them: publishes an empty retained message to each of their topics. Then
 * looks again, until there are no more.
 *
 * Cold: each subscription does it anew, and opens the connection · emits what became of each topic · completes when the server
 * has nothing to send for `quiet` milliseconds: what is retained meanwhile may stay · errors with
 * SubscribeRejectedError, TimeoutError, or what the connection has ended with; a topic that cannot be cleared is a status ·
 * goes on through reconnects · unsubscribing ends it; what was handed to the connection goes on.
 *
 * @throws InvalidTopicError or InvalidOptionsError at once.
 *
 * @example
 * ```ts
 * clearRetained(mqtt, 'plant/7/#').subscribe({ next: ({ topic }) => console.log(topic), complete: () => console.log('done') });
 * ```
 */
export function clearRetained(
  mqtt: Pick<Mqtt, 'connection'>,
  filter: string,
  options: ClearRetainedOptions = {},
): Observable<ClearedTopic> {
  check(['mqtt', mqtt, client], ['filter', filter, ungrouped], ['', options, OPTIONS]);
  const { connection } = mqtt;
  const { quiet = 500, timeout = 10_000, window = 64, capacity = 10_000 } = options;
  return new Observable((subscriber) => {
    if (connection.state.type === 'failed') {
      subscriber.error(connection.state.cause);
      return;
    }
    const found$ = new Subject<PublishInput & { readonly topic: string }>();
    const clearing = new Set<string>();
    const failed = new Set<string>();
    let passes = 0;
    let cleared = 0;
    let isGranted = false;
    let subscription: Subscription | undefined;
    let waiting: Unsubscribable | undefined;

    /** Something has happened: the wait for the next thing begins. */
    const progress = (): void => {
      waiting?.unsubscribe();
      if (subscriber.closed) return;
      const isQuiet = isGranted && clearing.size === 0;
      waiting = after(isQuiet ? quiet : timeout, () => {
        if (!isQuiet) subscriber.error(new TimeoutError(`clearing ${JSON.stringify(filter)}`, timeout, true));
        else if (cleared > 0 && passes < MAX_PASSES) look();
        else subscriber.complete();
      });
    };
    const find = ({ topic, retain, payload }: MqttMessage): void => {
      // Without the flag it is a live message: what we clear comes back as one.
      if (!retain || payload.length === 0 || clearing.has(topic) || failed.has(topic)) return;
      clearing.add(topic);
      progress();
      found$.next({ topic, payload: '' });
    };
    /** Servers send what is retained while it is being cleared, and some leave a part out then: so they are asked again. */
    const look = (): void => {
      passes++;
      cleared = 0;
      isGranted = false;
      progress();
      const before = subscription;
      try {
        subscription = connection.subscribe(filter, { qos: 1, retained: 'replay' }, observer);
      } catch (error) {
        subscriber.error(error);
      }
      void before?.unsubscribe();
    };
    const observer: SubscriptionObserver = {
      message: find,
      ready: () => {
        isGranted = true;
        progress();
      },
      error: (error) => {
        subscriber.error(error);
      },
      end: () => {
        subscriber.complete();
      },
    };
    subscriber.add(() => waiting?.unsubscribe());
    subscriber.add(
      found$.pipe(publishTo({ connection }, { qos: 1, retain: true, window, capacity })).subscribe({
        next: (status) => {
          const { topic } = status.input as { readonly topic: string };
          clearing.delete(topic);
          if (status.status === 'published') cleared++;
          // So many at most, like those that wait.
          else if (failed.size < capacity) failed.add(topic);
          subscriber.next(
            status.status === 'failed'
              ? { status: 'failed', topic, error: status.error }
              : { status: 'cleared', topic, result: status.result },
          );
          progress();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
      }),
    );
    subscriber.add(() => {
      void subscription?.unsubscribe();
    });
    look();
    openOnUse(connection);
  });
}
