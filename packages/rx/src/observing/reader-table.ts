import { TopicTrie } from '@rxmqtt/core';
import type { TopicReader } from './topic-reader.js';

type Find<Template extends string> = (topic: string) => TopicReader<Template> | undefined;

/**
 * Finds, for a topic, the first of several readers whose filter matches. The time it takes does not depend on how many there
 * are. With a single one nothing is compared: what comes has come for it.
 */
export function readerTable<Template extends string>(readers: readonly TopicReader<Template>[]): Find<Template> {
  const [only] = readers;
  if (readers.length === 1) return () => only;
  const places = new TopicTrie<number>();
  for (const [place, { filter }] of readers.entries()) places.add(filter, place);
  const found: number[] = [];
  return (topic) => {
    found.length = 0;
    places.match(topic, found);
    let first = Infinity;
    for (const place of found) if (place < first) first = place;
    return readers[first];
  };
}
