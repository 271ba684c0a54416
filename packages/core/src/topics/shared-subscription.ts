import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { filterStart, GROUP_START, isShared } from './filter-start.js';
import { textFault } from './text-fault.js';
import { validateTopicFilter } from './topic-filter.js';

/** The parts of `$share/<group>/<filter>`. */
export interface SharedFilter {
  /** The consumer group, of which one member gets each message. */
  readonly group: string;
  /** The filter that messages must match. */
  readonly filter: string;
}

/**
 * Splits `$share/<group>/<filter>` (MQTT 5.0 section 4.8.2); `undefined` when the filter is not a shared one.
 *
 * @throws InvalidTopicError with `kind: 'filter'` when the filter is invalid, shared or not.
 */
export function parseSharedFilter(filter: string): SharedFilter | undefined {
  validateTopicFilter(filter);
  if (!isShared(filter)) return undefined;
  const start = filterStart(filter);
  return { group: filter.slice(GROUP_START, start - 1), filter: filter.slice(start) };
}

/**
 * Makes `$share/<group>/<filter>`.
 *
 * @throws InvalidTopicError with `kind: 'group'` when the group is empty or contains `/`, `+`, `#`, a null character or
 * half a surrogate pair; with `kind: 'filter'` when the filter is invalid or names a group already.
 */
export function buildSharedFilter(group: string, filter: string): string {
  const fault = groupFault(group);
  if (fault !== undefined) throw new InvalidTopicError('group', group, fault);
  validateTopicFilter(filter);
  if (isShared(filter))
    throw new InvalidTopicError('filter', filter, 'names a share group already: name one group only');
  const shared = `$share/${group}/${filter}`;
  validateTopicFilter(shared);
  return shared;
}

// [MQTT-4.8.2-1], [MQTT-4.8.2-2]
function groupFault(group: unknown): string | undefined {
  const fault = textFault(group);
  if (fault !== undefined) return fault;
  for (const refused of ['/', '+', '#']) {
    const index = (group as string).indexOf(refused);
    if (index !== -1) return `contains ${refused} at index ${index}: a group is one level without wildcards`;
  }
  return undefined;
}
