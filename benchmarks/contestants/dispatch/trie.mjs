// Not public: the benchmark looks at the part that routes, without a socket around it.
import { TopicTrie } from '../../../packages/core/dist/esm/topics/topic-trie.js';

/** The trie of @rxmqtt/core. Gives a function that counts the filters that match a topic. */
export function createMatcher(filters) {
  const trie = new TopicTrie();
  for (const filter of filters) trie.add(filter, filter);
  const found = [];
  return (topic) => {
    found.length = 0;
    return trie.match(topic, found).length;
  };
}
