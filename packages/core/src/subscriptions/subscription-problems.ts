import type { OptionProblem } from '../errors/connection-errors.js';
import { OptionChecker } from '../options/option-checker.js';
import { DEFAULT_FILTER_OPTIONS } from './resolve-filter-options.js';
import { readFilters } from './resolve-filters.js';
import { readSubscribeOptions } from './resolve-subscribe-options.js';
import type { FilterSet, SubscribeOptions } from './subscribe-options.js';

/**
 * Everything that is wrong with the options of a subscription, and those of its filters, before anything is subscribed: for what
 * keeps such options and uses them later. Other fields of `options` are not looked at, since they may mean something to
 * whoever asks.
 *
 * @throws InvalidTopicError when a filter or the group is invalid.
 */
export function subscriptionProblems(
  filters: string | readonly string[] | FilterSet,
  options: SubscribeOptions,
): readonly OptionProblem[] {
  const check = new OptionChecker();
  const own = readSubscribeOptions(options, check);
  // What is wrong for all of them is told once.
  readFilters(filters, options.group, check.problems.length > 0 ? DEFAULT_FILTER_OPTIONS : own, check);
  return check.problems;
}
