import { TopicTrie } from '../topics/topic-trie.js';
import { subscribeFilterLength } from '../wire/codec/subscribe-encoder.js';
import { SUBSCRIBE_HEADER } from './server-offer.js';

/** Filters in one packet, at most; servers have limits of their own, and a refusal of one packet should not hit all. */
const MAX_FILTERS = 500;
/** How many unfinished packets are tried before a new one is begun. */
const MAX_TRIES = 8;

interface Batch<T> {
  readonly filters: T[];
  readonly trie: TopicTrie<true>;
  size: number;
}

/**
 * Shares filters out into as few packets as may be.
 * @param apart filters of one packet must not overlap, since they share its subscription identifier.
 */
export function batchFilters<T extends { readonly filter: string }>(
  filters: readonly T[],
  maximumPacketSize: number,
  apart: boolean,
): T[][] {
  if (filters.length === 1) return [[...filters]];
  const batches: Batch<T>[] = [];
  for (const each of filters) {
    const size = subscribeFilterLength(each.filter);
    const candidates = apart ? batches.slice(-MAX_TRIES) : batches.slice(-1);
    let batch = candidates.find(
      (candidate) =>
        candidate.filters.length < MAX_FILTERS &&
        candidate.size + size <= maximumPacketSize &&
        !(apart && candidate.trie.overlapping(each.filter)),
    );
    if (batch === undefined) {
      batch = { filters: [], trie: new TopicTrie(), size: SUBSCRIBE_HEADER };
      batches.push(batch);
    }
    batch.filters.push(each);
    batch.size += size;
    if (apart) batch.trie.add(each.filter, true);
  }
  return batches.map((batch) => batch.filters);
}
