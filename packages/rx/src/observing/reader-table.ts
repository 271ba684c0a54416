import { TopicTrie } from '@rxmqtt/core';
import type { TopicReader } from './topic-reader.js';

type Find<Template extends string> = (topic: string) => TopicReader<Template> | undefined;

/** {@link routingTable} for topics that came for these filters: with a single one nothing needs to be compared. */
export function readerTable<Template extends string>(readers: readonly TopicReader<Template>[]): Find<Template> {
  const [only] = readers;
  return readers.length === 1 ? () => only : routingTable(readers);
}

/**
 * Finds, for a topic, the first of several readers whose filter matches. The time it takes does not depend on how many there
 * are.
 */
export function routingTable<Template extends string>(readers: readonly TopicReader<Template>[]): Find<Template> {
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
