import { LONGEST_DELAY } from '../internal/clock.js';
import type { OptionChecker } from './option-checker.js';
import type { PauseReason, ReconnectOptions } from './reconnect-options.js';

/** A reconnect policy, all set. */
export interface ResolvedReconnect
  extends Required<Omit<ReconnectOptions, 'shouldRetry' | 'delay' | 'pauseWhile'>>,
    Pick<ReconnectOptions, 'shouldRetry' | 'delay'> {
  readonly pauseWhile: readonly PauseReason[];
}

const KEYS = [
  'initialDelay',
  'maxDelay',
  'factor',
  'jitter',
  'delay',
  'resetAfter',
  'maxAttempts',
  'giveUpAfter',
  'retryInitial',
  'shouldRetry',
  'pauseWhile',
] as const satisfies readonly (keyof ReconnectOptions)[];

/** Checks a reconnect policy and fills in the defaults. */
export function resolveReconnect(options: ReconnectOptions, check: OptionChecker): ResolvedReconnect | undefined {
  if (!check.object('reconnect', options)) return undefined;
  check.keys('reconnect', options, KEYS);
  const initialDelay = check.number('reconnect.initialDelay', options.initialDelay, 250, 0, LONGEST_DELAY);
  const { shouldRetry, delay, retryInitial = true } = options;
  for (const [name, value] of Object.entries({ shouldRetry, delay })) {
    if (value !== undefined && typeof value !== 'function') {
      check.problem(`reconnect.${name}`, 'must be a function');
    }
  }
  if (typeof retryInitial !== 'boolean') check.problem('reconnect.retryInitial', 'must be true or false');
  return {
    initialDelay,
    maxDelay: check.number(
      'reconnect.maxDelay',
      options.maxDelay,
      Math.max(30_000, initialDelay),
      initialDelay,
      LONGEST_DELAY,
    ),
    factor: check.number('reconnect.factor', options.factor, 2, 1, 100),
    jitter: check.oneOf('reconnect.jitter', options.jitter, ['full', 'equal', 'decorrelated', 'none'] as const),
    resetAfter: check.number('reconnect.resetAfter', options.resetAfter, 5_000, 0, LONGEST_DELAY),
    maxAttempts: check.integer('reconnect.maxAttempts', options.maxAttempts, Infinity, 0, Infinity),
    giveUpAfter: check.number('reconnect.giveUpAfter', options.giveUpAfter, Infinity, 0, Infinity),
    retryInitial,
    pauseWhile: pauseReasons(options.pauseWhile, check),
    ...(shouldRetry === undefined ? {} : { shouldRetry }),
    ...(delay === undefined ? {} : { delay }),
  };
}

function pauseReasons(value: ReconnectOptions['pauseWhile'], check: OptionChecker): readonly PauseReason[] {
  if (value === undefined) return [];
  const list = (Array.isArray(value) ? value : [value]) as readonly PauseReason[];
  return list.map((each) => check.oneOf('reconnect.pauseWhile', each, ['offline', 'hidden'] as const));
}
