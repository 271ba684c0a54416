import { InvalidOptionsError } from '../errors/connection-errors.js';
import { OptionChecker } from '../options/option-checker.js';
import { buildSharedFilter, parseSharedFilter } from '../topics/shared-subscription.js';
import { FILTER_KEYS, type ResolvedFilterOptions, resolveFilterOptions } from './resolve-filter-options.js';
import type { FilterOptions, FilterSet } from './subscribe-options.js';

/** What is subscribed: one filter, several, or several with options of their own. */
export type Filters = string | readonly string[] | FilterSet;

/**
 * The filters of a subscription as they are sent, each once, with their options.
 * @throws InvalidTopicError, or InvalidOptionsError with all problems.
 */
export function resolveFilters(
  filters: Filters,
  group: string | undefined,
  defaults: ResolvedFilterOptions,
): ReadonlyMap<string, ResolvedFilterOptions> {
  const check = new OptionChecker();
  const resolved = readFilters(filters, group, defaults, check);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return resolved;
}

/** {@link resolveFilters}, whose problems go to the checker. */
export function readFilters(
  filters: Filters,
  group: string | undefined,
  defaults: ResolvedFilterOptions,
  check: OptionChecker,
): ReadonlyMap<string, ResolvedFilterOptions> {
  const resolved = new Map<string, ResolvedFilterOptions>();
  for (const [filter, options] of pairs(filters, check)) {
    const sent = group === undefined ? filter : buildSharedFilter(group, filter);
    const isShared = parseSharedFilter(sent) !== undefined;
    const each = options === undefined ? defaults : own(check, filter, options, defaults);
    // [MQTT-3.8.3-4]
    if (isShared && each.noLocal) {
      const path = options?.noLocal === undefined ? 'noLocal' : `${filter}.noLocal`;
      check.problem(path, 'is a protocol error in a consumer group; leave it out');
    }
    resolved.set(sent, each);
  }
  return resolved;
}

function pairs(filters: Filters, check: OptionChecker): readonly (readonly [string, FilterOptions | undefined])[] {
  const found = isSet(filters)
    ? Object.entries(filters)
    : (Array.isArray(filters) ? (filters as readonly string[]) : [filters as string]).map(
        (filter) => [filter, undefined] as const,
      );
  if (found.length === 0) check.problem('filter', 'must name at least one filter');
  return found;
}

function isSet(filters: Filters): filters is FilterSet {
  return typeof filters === 'object' && (filters as FilterSet | null) !== null && !Array.isArray(filters);
}

function own(
  check: OptionChecker,
  filter: string,
  options: FilterOptions,
  defaults: ResolvedFilterOptions,
): ResolvedFilterOptions {
  if (!check.object(filter, options)) return defaults;
  check.keys(filter, options, FILTER_KEYS);
  return resolveFilterOptions(check, `${filter}.`, options, defaults);
}
