import { DOLLAR, endOfLevel, HASH, PLUS } from './char-codes.js';
import { filterStart } from './filter-start.js';
import { isTopicFilter } from './topic-filter.js';

/**
 * Tells whether a topic exists that matches both filters, in which case a server may deliver a message once for each
 * (MQTT 5.0 section 3.3.4). Shared subscriptions are compared by the filter behind the group.
 *
 * `false` when a filter is invalid: it matches nothing. Never throws. Linear in the length of the two. It errs on the side
 * of `true` where the common topic would be empty (`+` and `/#`) or longer than 65,535 bytes.
 */
export function filtersOverlap(a: string, b: string): boolean {
  if (!isTopicFilter(a) || !isTopicFilter(b)) return false;
  const i = filterStart(a);
  const j = filterStart(b);
  return !arePartedByDollar(a, i, b, j) && overlapLevels(a, i, b, j);
}

/**
 * {@link filtersOverlap} for the levels of `a` from index `i` and those of `b` from index `j`. An index behind the end
 * means that no level is left. The filters must be valid; the `$` rule is for the caller.
 */
export function overlapLevels(a: string, i: number, b: string, j: number): boolean {
  for (;;) {
    // `sport/#` matches `sport` as well.
    if (i > a.length) return j > b.length || b.charCodeAt(j) === HASH;
    if (j > b.length) return a.charCodeAt(i) === HASH;
    const inA = a.charCodeAt(i);
    const inB = b.charCodeAt(j);
    if (inA === HASH || inB === HASH) return true;
    const endA = endOfLevel(a, i);
    const endB = endOfLevel(b, j);
    if (inA !== PLUS && inB !== PLUS && a.slice(i, endA) !== b.slice(j, endB)) return false;
    i = endA + 1;
    j = endB + 1;
  }
}

// [MQTT-4.7.2-1]: topics that begin with `$` and topics that a leading wildcard matches have nothing in common.
function arePartedByDollar(a: string, i: number, b: string, j: number): boolean {
  return (isDollar(a, i) && isWildcard(b, j)) || (isWildcard(a, i) && isDollar(b, j));
}

function isDollar(filter: string, index: number): boolean {
  return filter.charCodeAt(index) === DOLLAR;
}

function isWildcard(filter: string, index: number): boolean {
  const code = filter.charCodeAt(index);
  return code === PLUS || code === HASH;
}
