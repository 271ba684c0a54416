import { endOfLevel } from './char-codes.js';
import { filterStart } from './filter-start.js';
import { isHiddenFrom } from './match-topic.js';
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
  return captureLevels(filter.slice(filterStart(filter)).split('/'), topic);
}

/** {@link captures} for the levels of a valid filter, behind the group of a shared one. */
export function captureLevels(levels: readonly string[], topic: string): string[] | undefined {
  const values: string[] = [];
  let start = 0;
  for (const level of levels) {
    if (level === '#') {
      values.push(topic.slice(start));
      start = topic.length + 1;
      break;
    }
    if (start > topic.length) return undefined;
    const end = endOfLevel(topic, start);
    const text = topic.slice(start, end);
    if (level === '+') values.push(text);
    else if (level !== text) return undefined;
    start = end + 1;
  }
  if (start <= topic.length) return undefined;
  return isHiddenFrom((levels[0] ?? '').charCodeAt(0), topic) || !isTopicName(topic) ? undefined : values;
}
