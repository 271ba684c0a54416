import type { Negotiated } from '../connection/negotiated.js';
import { UnsupportedError } from '../errors/connection-errors.js';
import { quoteText } from '../errors/quote-text.js';
import { subscribeFilterLength } from '../wire/codec/subscribe-encoder.js';
import type { FilterEntry } from './filter-entry.js';

/** Fixed header, packet identifier and properties of a SUBSCRIBE, at most. */
export const SUBSCRIBE_HEADER = 16;

/** Why the server would not take this filter, by what it said in CONNACK; `undefined` when it would. */
export function notOffered({ filter, levels }: FilterEntry, negotiated: Negotiated): UnsupportedError | undefined {
  const { maximumPacketSize, sharedSubscriptionAvailable, wildcardSubscriptionAvailable } = negotiated;
  let reason: string;
  if (!sharedSubscriptionAvailable && filter !== levels) reason = 'offers no consumer groups';
  else if (!wildcardSubscriptionAvailable && (levels.includes('+') || levels.includes('#')))
    reason = 'offers no wildcards';
  else if (subscribeFilterLength(filter) + SUBSCRIBE_HEADER > maximumPacketSize)
    reason = 'takes no packet of this size';
  else return undefined;
  return new UnsupportedError(`the server ${reason}, so ${quoteText(filter)} cannot be subscribed`);
}
