import type { InboundMessage } from '../message/inbound-message.js';
import { matchTopic } from '../topics/match-topic.js';
import type { ActiveSubscription } from './active-subscription.js';
import type { FilterEntry } from './filter-entry.js';
import type { Handover } from './filter-wish.js';

/** Who gets the messages of one topic. */
export interface Route {
  /** Everybody, once. */
  readonly all: readonly ActiveSubscription[];
  /** By matching filter: those for whom it is the first of their filters that matches. */
  readonly byEntry: readonly RouteEntry[];
}

/** A filter that matches, and who takes its copies. */
export interface RouteEntry {
  readonly entry: FilterEntry;
  readonly firsts: readonly ActiveSubscription[];
  /** Those who do so only under newer identifiers; `undefined` where there are none, as almost always. */
  readonly heirs: readonly { readonly subscription: ActiveSubscription; readonly handover: Handover }[] | undefined;
}

/** The way from the filters that match a topic to those who observe them. */
export function routeOf(topic: string, entries: readonly FilterEntry[]): Route {
  const all = new Set<ActiveSubscription>();
  const byEntry = entries.map((entry) => {
    const firsts: ActiveSubscription[] = [];
    const heirs: { subscription: ActiveSubscription; handover: Handover }[] = [];
    for (const [subscription, { handovers }] of entry.wishes) {
      if (subscription.firstOf(entries) !== entry) continue;
      const handover = handovers.filter(({ levels }) => matchTopic(levels, topic)).at(-1);
      if (handover === undefined) firsts.push(subscription);
      else heirs.push({ subscription, handover });
    }
    return { entry, firsts, heirs: heirs.length === 0 ? undefined : heirs };
  });
  for (const { firsts, heirs = [] } of byEntry) {
    for (const subscription of firsts) all.add(subscription);
    for (const { subscription } of heirs) all.add(subscription);
  }
  return { all: [...all], byEntry };
}

/** Who takes a copy that came for this filter under this identifier. */
export function takersOf({ entry, firsts, heirs }: RouteEntry, id: number): readonly ActiveSubscription[] {
  if (heirs === undefined) return firsts;
  const due = heirs.filter(({ handover: { since } }) => since !== undefined && entry.isSince(id, since));
  return [...firsts, ...due.map(({ subscription }) => subscription)];
}

/** The identifier under which this copy was sent for this filter; `undefined` when it was not. */
export function identifierFor(
  { subscriptionId, subscriptionIds }: InboundMessage,
  { ids }: FilterEntry,
): number | undefined {
  if (ids.includes(subscriptionId)) return subscriptionId;
  return subscriptionIds?.find((id) => ids.includes(id));
}
