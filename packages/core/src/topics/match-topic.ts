import { DOLLAR, HASH, PLUS } from './char-codes.js';
import { filterStart } from './filter-start.js';
import { matchLevels } from './match-levels.js';
import { isTopicFilter } from './topic-filter.js';
import { isTopicName } from './topic-name.js';

/**
 * Tells whether a message published to `topic` reaches a subscription to `filter` (MQTT 5.0 and 3.1.1, section 4.7).
 *
 * - `+` matches one level, also an empty one; `#` matches any number of levels, also none: `sport/#` matches `sport`.
 * - A wildcard in the first level does not match a topic that begins with `$`. `[MQTT-4.7.2-1]`
 * - `$share/<group>/<filter>` matches what `<filter>` matches.
 * - Levels are compared by character: nothing is trimmed, folded or normalised. `[MQTT-4.7.3-4]`
 *
 * Never throws: with an invalid filter or topic the answer is `false`. Linear in the length of the two.
 */
export function matchTopic(filter: string, topic: string): boolean {
  const start = filterStart(filter);
  if (start === -1 || isHiddenFrom(filter.charCodeAt(start), topic)) return false;
  // Validity last: most pairs do not match, and an invalid one may only not be called a match.
  return matchLevels(filter, start, topic, 0) && isTopicFilter(filter) && isTopicName(topic);
}

/**
 * Tells whether `topic` begins with `$` and `first`, the first character of a filter, is a wildcard.
 * Such a pair does not match. `[MQTT-4.7.2-1]`
 */
export function isHiddenFrom(first: number, topic: string): boolean {
  return topic.charCodeAt(0) === DOLLAR && (first === PLUS || first === HASH);
}
