import type { InboundMessage } from '../message/inbound-message.js';
import type { ActiveSubscription } from './active-subscription.js';
import type { FilterEntry } from './filter-entry.js';
import { identifierFor, type Route, takersOf } from './route.js';

/**
 * Who gets a message that has the retain flag. A server sends it because of one SUBSCRIBE, to those it was sent for: observers
 * that were there before have had it, and those that want live messages only never get it.
 * @param isIdentified whether the message has a subscription identifier that we have given.
 */
export function retainedTakers(
  message: InboundMessage,
  route: Route,
  isIdentified: boolean,
): Iterable<ActiveSubscription> {
  return isIdentified ? byIdentifier(message, route) : byTime(route);
}

function byIdentifier(message: InboundMessage, { byEntry }: Route): Iterable<ActiveSubscription> {
  const takers = new Set<ActiveSubscription>();
  for (const each of byEntry) {
    const { entry } = each;
    const id = identifierFor(message, entry);
    if (id === undefined) continue;
    // The publisher has set the flag, on a live message perhaps: nobody may miss it.
    if (entry.publisherFlags.includes(id)) for (const subscription of takersOf(each, id)) takers.add(subscription);
    else {
      for (const [subscription, { retainedBy }] of entry.wishes) {
        if (retainedBy === id && firstWithRetained(subscription, byEntry) === entry) takers.add(subscription);
      }
    }
  }
  return takers;
}

/** Servers that know no identifiers: it is because of the SUBSCRIBE that came last. */
function byTime({ all, byEntry }: Route): Iterable<ActiveSubscription> {
  let newest: FilterEntry | undefined;
  for (const { entry } of byEntry) {
    if (entry.granted?.retainAsPublished === true) return all;
    // These tags grow downwards.
    if (entry.tag !== 0 && (newest === undefined || entry.tag < newest.tag)) newest = entry;
  }
  // The filter of an earlier process, whose session goes on.
  if (newest === undefined) return all;
  const { tag, isRepeat } = newest;
  const entries = isRepeat ? [newest] : byEntry.map(({ entry }) => entry);
  const takers = new Set<ActiveSubscription>();
  for (const { wishes } of entries) {
    for (const [subscription, { retainedBy }] of wishes) {
      if (isRepeat ? retainedBy === tag : retainedBy !== undefined) takers.add(subscription);
    }
  }
  return takers;
}

/** Of the filters that match, the first that brings retained messages to this subscription: it takes one copy only. */
function firstWithRetained(subscription: ActiveSubscription, byEntry: Route['byEntry']): FilterEntry | undefined {
  return subscription.entries.find(
    (each) => each.wishes.get(subscription)?.retainedBy !== undefined && byEntry.some(({ entry }) => entry === each),
  );
}
