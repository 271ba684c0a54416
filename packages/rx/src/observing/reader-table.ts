import { TopicTrie } from '@rxmqtt/core';
import type { Readers, TopicReader } from './topic-reader.js';

/**
 * Readers for topics that came for these filters, or for those of before.
 * @param before those that were wanted until now: their messages come until the new filters are granted.
 */
export function readersOf(wanted: readonly TopicReader[], before: readonly TopicReader[]): Readers {
  const all = [...wanted, ...before];
  const [only] = all;
  // With a single one nothing needs to be compared.
  return only !== undefined && all.length === 1 ? only : { wanted, find: routingTable(all) };
}

/**
 * Finds, for a topic, the first of several readers whose filter matches. The time it takes does not depend on how many there
 * are.
 */
export function routingTable(readers: readonly TopicReader[]): Readers['find'] {
  const places = new TopicTrie<number>();
  for (const [place, { filter }] of readers.entries()) places.add(filter, place);
  const found: number[] = [];
  return (topic) => {
    places.match(topic, found);
    let first = Infinity;
    // Emptied one by one: setting the length takes longer than finding the one that most topics have.
    for (let place = found.pop(); place !== undefined; place = found.pop()) if (place < first) first = place;
    return readers[first];
  };
}
