/**
 * Asks each filter in turn, as clients without a trie do: filters are split ahead of time, the topic once.
 * Gives a function that counts the filters that match a topic.
 */
export function createMatcher(filters) {
  const split = filters.map((filter) => filter.split('/'));
  return (topic) => {
    const levels = topic.split('/');
    let count = 0;
    for (const filter of split) if (matches(filter, levels)) count++;
    return count;
  };
}

function matches(filter, levels) {
  for (let index = 0; index < filter.length; index++) {
    const wanted = filter[index];
    if (wanted === '#') return true;
    if (index === levels.length || (wanted !== '+' && wanted !== levels[index])) return false;
  }
  return filter.length === levels.length;
}
