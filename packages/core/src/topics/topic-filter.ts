import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { SLASH } from './char-codes.js';
import { filterStart, GROUP_START } from './filter-start.js';
import { textFault } from './text-fault.js';

/**
 * Refuses what cannot be subscribed to: text that is empty, longer than 65,535 bytes in UTF-8 or contains a null
 * character or half a surrogate pair; `+` that is not a whole level; `#` that is not the whole last level; and
 * `$share/<group>/<filter>` without a group or a filter, or with a wildcard in the group (MQTT 5.0 sections 4.7, 4.8.2).
 *
 * `$share/…` follows the same rule on 3.1.1, where servers treat it as shared too. `$share` alone is refused.
 *
 * @throws InvalidTopicError with `kind: 'filter'`.
 */
export function validateTopicFilter(filter: string): void {
  const fault = topicFilterFault(filter);
  if (fault !== undefined) throw new InvalidTopicError('filter', filter, fault);
}

/** Tells whether {@link validateTopicFilter} would accept `filter`. Never throws. */
export function isTopicFilter(filter: unknown): filter is string {
  return topicFilterFault(filter) === undefined;
}

/** What {@link validateTopicFilter} would say about `filter`; `undefined` when it is valid. */
export function topicFilterFault(filter: unknown): string | undefined {
  const fault = textFault(filter);
  if (fault !== undefined) return fault;
  const text = filter as string;
  const start = filterStart(text);
  // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
  if (start === -1) return 'is an incomplete shared subscription: write $share/<group>/<filter>';
  if (start > 0) {
    const group = text.slice(GROUP_START, start - 1);
    if (group.includes('+') || group.includes('#')) return 'has a wildcard in its share group: name one group';
  }
  return hashFault(text, start) ?? plusFault(text, start);
}

// [MQTT-4.7.1-1]
function hashFault(filter: string, start: number): string | undefined {
  const hash = filter.indexOf('#', start);
  if (hash === -1) return undefined;
  if (hash !== filter.length - 1) return `has # at index ${hash}, which is not its end: end the filter there`;
  return isLevelStart(filter, start, hash) ? undefined : `has # at index ${hash}, not as a whole level: write /# there`;
}

// [MQTT-4.7.1-2]
function plusFault(filter: string, start: number): string | undefined {
  for (let plus = filter.indexOf('+', start); plus !== -1; plus = filter.indexOf('+', plus + 1)) {
    const isLevelEnd = plus === filter.length - 1 || filter.charCodeAt(plus + 1) === SLASH;
    if (!isLevelEnd || !isLevelStart(filter, start, plus)) {
      return `has + at index ${plus}, not as a whole level: write it between two /`;
    }
  }
  return undefined;
}

function isLevelStart(filter: string, start: number, index: number): boolean {
  return index === start || filter.charCodeAt(index - 1) === SLASH;
}
