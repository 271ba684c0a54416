import { dispatchFilters } from './dispatch-filters.mjs';
import { Stopwatch } from './stopwatch.mjs';

/**
 * Measures how fast the filters that match a topic are found, without any network. Per second of CPU time: nothing is waited
 * for here, and what else runs on the machine should not show.
 */
export function measure({ createMatcher }, { filters: count, matches, warmup, messages }) {
  const { filters, topics } = dispatchFilters(count, matches);
  const match = createMatcher(filters);
  const watch = new Stopwatch();

  matchAll(match, topics, warmup);
  watch.start();
  const found = matchAll(match, topics, messages);
  watch.stop();
  return {
    value: messages / (watch.cpuMicros / 1e6),
    cpuMicros: watch.cpuMicros / messages,
    succeeded: found / matches,
    expected: messages,
    seconds: watch.seconds(),
    flaws: [],
  };
}

function matchAll(match, topics, count) {
  let found = 0;
  for (let index = 0; index < count; index++) found += match(topics[index % topics.length]);
  return found;
}
