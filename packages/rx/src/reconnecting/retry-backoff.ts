import { type MonoTypeOperatorFunction, asyncScheduler, defer, retry, throwError, timer } from 'rxjs';
import { check, fields } from '../internal/rules.js';
import { Backoff } from './backoff.js';
import { RETRY_RULES, type RetryPolicy, resolveRetryPolicy, retryProblems } from './retry-policy.js';

const POLICY = fields<RetryPolicy>(RETRY_RULES, [], retryProblems);

/**
 * Subscribes to the source again when it errors: after a delay that grows, is spread by chance and starts again from
 * `initialDelay` once the source has lived for `resetAfter`, as the connection itself does between its attempts.
 *
 * Cold, each subscriber counts for itself · completes with the source · errors with the source's last error after
 * `maxAttempts`, at once with one that is not worth a retry, and with what `shouldRetry` throws · a reconnect of the
 * connection changes nothing: streams of this library outlive it, and error only when that is of no use · unsubscribing ends
 * the wait.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the policy.
 *
 * @example
 * ```ts
 * mqtt
 *   .observe('jobs/#', { qos: 1, ack: 'manual' })
 *   .pipe(
 *     processEach(work),
 *     retryBackoff({ initialDelay: 100, maxDelay: 10_000, jitter: 'equal' }),
 *   )
 *   .subscribe();
 * ```
 */
export function retryBackoff<T>(policy: RetryPolicy = {}): MonoTypeOperatorFunction<T> {
  check(['', policy, POLICY]);
  const resolved = resolveRetryPolicy(policy);
  return (source) =>
    defer(() => {
      const backoff = new Backoff(resolved);
      let since = 0;
      const attempt$ = defer(() => {
        since = asyncScheduler.now();
        return source;
      });
      return attempt$.pipe(
        retry({
          delay: (error: unknown) => {
            const delay = backoff.next(error, asyncScheduler.now() - since);
            // It is the source's, whatever it is.
            // eslint-disable-next-line rxjs-x/throw-error
            return delay === undefined ? throwError(() => error) : timer(delay);
          },
        }),
      );
    });
}
