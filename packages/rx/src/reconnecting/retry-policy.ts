import { type OptionProblem, isMqttError } from '@rxmqtt/core';
import { type Random, systemRandom } from '../internal/random.js';
import { LONGEST_DELAY, type Rules, count, func, number, oneOf } from '../internal/rules.js';

/** How a delay is spread, so that many who failed together do not come back together. */
export type Jitter = 'full' | 'equal' | 'decorrelated' | 'none';

/** When and how often something is tried again. Durations are milliseconds. */
export interface RetryPolicy {
  /** Before the first retry. Defaults to 250. */
  readonly initialDelay?: number;
  /** The longest delay. Defaults to 30,000, or to `initialDelay` if that is longer. */
  readonly maxDelay?: number;
  /** What each delay is multiplied with. Defaults to 2. */
  readonly factor?: number;
  /**
   * - `full`: between 0 and the delay;
   * - `equal`: between half of it and all;
   * - `decorrelated`: between `initialDelay` and three times the delay before, `factor` does not matter;
   * - `none`: the delay itself.
   *
   * Defaults to `'full'`.
   */
  readonly jitter?: Jitter;
  /** How often it is tried in all, the first time included. Defaults to `Infinity`, unless the operator says otherwise. */
  readonly maxAttempts?: number;
  /** What has gone well for so long counts as new when it fails: delays and attempts start again. Defaults to 5,000. */
  readonly resetAfter?: number;
  /**
   * Whether an error is worth another attempt. Defaults to what an error of this library says by its `retryable`, and to
   * `true` for any other.
   */
  readonly shouldRetry?: (error: unknown) => boolean;
  /** What the jitter draws: from 0 (included) to 1 (excluded). Defaults to chance; give a constant in tests. */
  readonly random?: Random;
}

/** A policy, all set. */
export type ResolvedRetryPolicy = Required<RetryPolicy>;

const INITIAL_DELAY = 250;
const JITTERS: readonly Jitter[] = ['full', 'equal', 'decorrelated', 'none'];

/** What is worth another attempt when nobody says so. */
export function isWorthRetrying(error: unknown): boolean {
  return !isMqttError(error) || error.retryable;
}

/** What a policy must be. */
export const RETRY_RULES: Rules<RetryPolicy> = {
  initialDelay: number(0, LONGEST_DELAY),
  maxDelay: number(0, LONGEST_DELAY),
  factor: number(1, 100),
  jitter: oneOf(JITTERS),
  maxAttempts: count,
  resetAfter: number(0, Infinity),
  shouldRetry: func,
  random: func,
};

/** What of a policy must fit together. */
export function retryProblems({
  initialDelay = INITIAL_DELAY,
  maxDelay = Infinity,
}: RetryPolicy): readonly OptionProblem[] {
  // What is no number is told by the rules already, and may not even bear to be compared.
  const comparable = typeof maxDelay === 'number' && typeof initialDelay === 'number';
  return comparable && maxDelay < initialDelay
    ? [{ path: 'maxDelay', reason: `must not be less than initialDelay (${String(initialDelay)})` }]
    : [];
}

/** Fills in the defaults. */
export function resolveRetryPolicy(policy: RetryPolicy, defaultAttempts = Infinity): ResolvedRetryPolicy {
  const {
    initialDelay = INITIAL_DELAY,
    factor = 2,
    jitter = 'full',
    maxAttempts = defaultAttempts,
    resetAfter = 5_000,
  } = policy;
  const { maxDelay = Math.max(30_000, initialDelay), shouldRetry = isWorthRetrying, random = systemRandom } = policy;
  return { initialDelay, maxDelay, factor, jitter, maxAttempts, resetAfter, shouldRetry, random };
}
