import { InvalidOptionsError } from '../errors/connection-errors.js';
import { LONGEST_DELAY } from '../internal/clock.js';
import { OptionChecker } from '../options/option-checker.js';
import {
  DEFAULT_FILTER_OPTIONS,
  FILTER_KEYS,
  type ResolvedFilterOptions,
  resolveFilterOptions,
} from './resolve-filter-options.js';
import type { AckMode, ReceiveOverflowPolicy, SubscribeOptions } from './subscribe-options.js';

/** The options of a subscription, all set. Those of its filters are the defaults of each filter. */
export interface ResolvedSubscribeOptions extends ResolvedFilterOptions {
  readonly ack: AckMode;
  readonly group: string | undefined;
  readonly concurrency: number;
  readonly capacity: number;
  readonly overflow: ReceiveOverflowPolicy;
  readonly linger: number;
  readonly timeout: number;
  readonly onTimeout: 'retry' | 'error';
}

const OVERFLOW_POLICIES = ['dropOldest', 'dropNewest', 'latest', 'pause', 'error'] as const;

const KEYS: readonly string[] = [
  ...FILTER_KEYS,
  'ack',
  'concurrency',
  'capacity',
  'overflow',
  'group',
  'linger',
  'timeout',
  'onTimeout',
];

const ACK_MODES = ['auto', 'manual'] as const;

/** Checks the options and fills in the defaults. Throws InvalidOptionsError with all problems. */
export function resolveSubscribeOptions(options: SubscribeOptions): ResolvedSubscribeOptions {
  const check = new OptionChecker();
  if (!check.object('', options)) throw new InvalidOptionsError(check.problems);
  // Most say nothing, and can share the defaults.
  if (Object.keys(options).length === 0) return DEFAULTS;
  check.keys('', options, KEYS);
  const resolved = readSubscribeOptions(options, check);
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return resolved;
}

/** Fills in the defaults; what is wrong with a value goes to the checker. */
export function readSubscribeOptions(options: SubscribeOptions, check: OptionChecker): ResolvedSubscribeOptions {
  const filter = resolveFilterOptions(check, '', options, DEFAULT_FILTER_OPTIONS);
  const ack = check.oneOf('ack', options.ack, ACK_MODES);
  const { concurrency = 64, capacity = 1_000 } = options;
  for (const [path, value] of Object.entries({ concurrency, capacity })) {
    if (!(value === Infinity || Number.isInteger(value)) || value < 1)
      check.problem(path, 'must be a whole number above 0');
  }
  const overflow = check.oneOf('overflow', options.overflow, OVERFLOW_POLICIES);
  const linger = check.number('linger', options.linger, 0, 0, LONGEST_DELAY);
  const timeout = check.number('timeout', options.timeout, 10_000, 1, Infinity);
  const onTimeout = check.oneOf('onTimeout', options.onTimeout, ['retry', 'error']);
  return { ...filter, ack, group: options.group, concurrency, capacity, overflow, linger, timeout, onTimeout };
}

const DEFAULTS = readSubscribeOptions({}, new OptionChecker());
