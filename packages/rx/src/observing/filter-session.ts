import type { Connection, MqttMessage, SubscribeOptions, Subscription, SubscriptionObserver } from '@rxmqtt/core';
import { openOnUse } from '../internal/open-on-use.js';
import type { ReadFilters } from './read-filters.js';
import { readerTable } from './reader-table.js';
import type { TopicReader } from './topic-reader.js';

/** What becomes of messages, and of the end. */
export interface FilterSessionObserver extends Pick<SubscriptionObserver, 'error' | 'end'> {
  readonly message: (message: MqttMessage, reader: TopicReader<string>) => PromiseLike<void> | undefined;
}

/** One observer's subscription, whose filters may change. */
export interface FilterSession {
  /** Wants these filters, instead of those before; none is none. Throws what `Connection.subscribe` throws. */
  want(filters: ReadFilters): void;
  /** Whether nothing is wanted. */
  isIdle(): boolean;
  end(): void;
}

/** Begins without a filter. */
export function filterSession(
  connection: Connection,
  options: SubscribeOptions,
  { message, ...callbacks }: FilterSessionObserver,
): FilterSession {
  let subscription: Subscription | undefined;
  let current: readonly TopicReader<string>[] = [];
  let find: ReturnType<typeof readerTable<string>> | undefined;
  const observer: SubscriptionObserver = {
    ...callbacks,
    message: (received) => {
      const reader = find?.(received.topic);
      return reader === undefined ? undefined : message(received, reader);
    },
  };
  const end = (): void => {
    void subscription?.unsubscribe();
    subscription = undefined;
    current = [];
  };
  return {
    want: ({ readers, filters }) => {
      if (readers.length === 0) {
        end();
        return;
      }
      // The old ones bring messages until the new ones are granted.
      const known = new Set(readers.map(({ filter }) => filter));
      find = readerTable([...readers, ...current.filter(({ filter }) => !known.has(filter))]);
      current = readers;
      if (subscription !== undefined) subscription.update(filters);
      else {
        subscription = connection.subscribe(filters, options, observer);
        openOnUse(connection);
      }
    },
    isIdle: () => subscription === undefined,
    end,
  };
}
