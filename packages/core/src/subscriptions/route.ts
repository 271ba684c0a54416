import type { InboundMessage } from '../message/inbound-message.js';
import type { ActiveSubscription } from './active-subscription.js';
import type { FilterEntry } from './filter-entry.js';

/** Who gets the messages of one topic. */
export interface Route {
  /** Everybody, once. */
  readonly all: readonly ActiveSubscription[];
  /** By matching filter: those for whom it is the first of their filters that matches. */
  readonly byEntry: readonly { readonly entry: FilterEntry; readonly firsts: readonly ActiveSubscription[] }[];
}

/** The way from the filters that match a topic to those who observe them. */
export function routeOf(entries: readonly FilterEntry[]): Route {
  const all = new Set<ActiveSubscription>();
  const byEntry = entries.map((entry) => {
    const firsts: ActiveSubscription[] = [];
    for (const subscription of entry.wishes.keys()) {
      if (subscription.entries.find((each) => entries.includes(each)) !== entry) continue;
      firsts.push(subscription);
    }
    return { entry, firsts };
  });
  for (const { firsts } of byEntry) for (const subscription of firsts) all.add(subscription);
  return { all: [...all], byEntry };
}

/** The identifier under which this copy was sent for this filter; `undefined` when it was not. */
export function identifierFor(
  { subscriptionId, subscriptionIds }: InboundMessage,
  { ids }: FilterEntry,
): number | undefined {
  if (ids.includes(subscriptionId)) return subscriptionId;
  return subscriptionIds?.find((id) => ids.includes(id));
}
