import { subscriptionProblems } from '@rxmqtt/core';
import { isObservable } from 'rxjs';
import { decodePolicy } from '../decoding/decode-policy.js';
import { type Rules, any, check, codec, fields, oneOf } from '../internal/rules.js';
import type { FilterInput, ObserveOptions } from './observe-options.js';
import { type ReadFilters, readFilters } from './read-filters.js';

const RULES: Rules<ObserveOptions<unknown>> = {
  // Those of every subscription are looked at together.
  ...{ qos: any, noLocal: any, retainAsPublished: any, retainHandling: any, retained: any },
  ...{ ack: any, group: any, linger: any, timeout: any, onTimeout: any },
  codec,
  onDecodeError: decodePolicy('skip', 'error'),
  onDisconnect: oneOf(['keep', 'error', 'complete']),
};

/**
 * Checks what is to be observed, and how: at once, not at the first subscription, since a mistake is one of whoever wrote it. The
 * answer is the filters, unless a stream is to name them.
 * @throws InvalidTopicError, or InvalidOptionsError with all problems.
 */
export function checkObserving(input: FilterInput, options: ObserveOptions<unknown>): ReadFilters | undefined {
  const read: { filters?: ReadFilters } = {};
  const together = (known: ObserveOptions<unknown>): ReturnType<typeof subscriptionProblems> => {
    if (!isObservable(input)) read.filters = readFilters(input, known.group);
    return subscriptionProblems(read.filters?.filters ?? '#', known);
  };
  check(['', options, fields(RULES, [], together)]);
  return read.filters;
}
