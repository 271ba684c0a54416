import { filterStart } from './filter-start.js';
import { isTopicFilter } from './topic-filter.js';
import { isTopicName } from './topic-name.js';

/**
 * What the wildcards of `filter` stand for in `topic`, one text per wildcard in their order: the level for `+`, the rest
 * without its leading `/` for `#`. The rest is `''` when the topic ends at the parent: `a/+/#` on `a/b` gives `['b', '']`.
 *
 * `undefined` when the two do not match, also when one of them is invalid. Never throws.
 */
export function captures(filter: string, topic: string): string[] | undefined {
  if (!isTopicFilter(filter)) return undefined;
  return isTopicName(topic) ? captureLevels(filter.slice(filterStart(filter)).split('/'), topic) : undefined;
}

/** {@link captures} for the levels of a valid filter, behind the group of a shared one, and a valid topic. */
export function captureLevels(levels: readonly string[], topic: string): string[] | undefined {
  // [MQTT-4.7.2-1]: a level that matches literally begins with `$` as the topic does.
  if (topic.startsWith('$') && !levels[0]?.startsWith('$')) return undefined;
  const values: string[] = [];
  let start = 0;
  for (const level of levels) {
    if (level === '#') return [...values, topic.slice(start)];
    if (start > topic.length) return undefined;
    const slash = topic.indexOf('/', start);
    const text = slash < 0 ? topic.slice(start) : topic.slice(start, slash);
    if (level === '+') values.push(text);
    else if (level !== text) return undefined;
    start += text.length + 1;
  }
  return start > topic.length ? values : undefined;
}
