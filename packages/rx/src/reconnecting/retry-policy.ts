import { isMqttError } from '@rxmqtt/core';
import { LONGEST_DELAY, type OptionsCheck } from '../internal/options-check.js';
import { type Random, systemRandom } from '../internal/random.js';

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

const KEYS = ['initialDelay', 'maxDelay', 'factor', 'jitter', 'maxAttempts', 'resetAfter', 'shouldRetry', 'random'];
const JITTERS: readonly Jitter[] = ['full', 'equal', 'decorrelated', 'none'];

/** What is worth another attempt when nobody says so. */
export function isWorthRetrying(error: unknown): boolean {
  return !isMqttError(error) || error.retryable;
}

/** Fills in the defaults, and tells `check` what is wrong. */
export function resolveRetryPolicy(
  policy: RetryPolicy,
  check: OptionsCheck,
  path = '',
  defaultAttempts = Infinity,
): ResolvedRetryPolicy {
  check.keys(path, policy, KEYS);
  const { initialDelay = 250, factor = 2, jitter = 'full', maxAttempts = defaultAttempts, resetAfter = 5_000 } = policy;
  const { maxDelay = Math.max(30_000, initialDelay), shouldRetry = isWorthRetrying, random = systemRandom } = policy;
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  check.number(at('initialDelay'), initialDelay, 0, LONGEST_DELAY);
  check.number(at('maxDelay'), maxDelay, Math.min(initialDelay, LONGEST_DELAY), LONGEST_DELAY);
  check.number(at('factor'), factor, 1, 100);
  check.oneOf(at('jitter'), jitter, JITTERS);
  check.count(at('maxAttempts'), maxAttempts);
  check.number(at('resetAfter'), resetAfter, 0, Infinity);
  check.optionalFunction(at('shouldRetry'), shouldRetry);
  check.optionalFunction(at('random'), random);
  return { initialDelay, maxDelay, factor, jitter, maxAttempts, resetAfter, shouldRetry, random };
}
