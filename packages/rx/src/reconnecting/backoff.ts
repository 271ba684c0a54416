import type { ResolvedRetryPolicy } from './retry-policy.js';

/** Counts what fails in a row, and says when to try again. */
export class Backoff {
  readonly #policy: ResolvedRetryPolicy;
  #failures = 0;
  #last: number;

  constructor(policy: ResolvedRetryPolicy) {
    this.#policy = policy;
    this.#last = policy.initialDelay;
  }

  /**
   * Milliseconds until the next attempt, or `undefined` when there is to be none.
   * @param lasted milliseconds that it had gone well.
   */
  next(error: unknown, lasted: number): number | undefined {
    const { resetAfter, maxAttempts, shouldRetry, initialDelay } = this.#policy;
    if (lasted >= resetAfter) {
      this.#failures = 0;
      this.#last = initialDelay;
    }
    this.#failures++;
    if (this.#failures >= maxAttempts || !shouldRetry(error)) return undefined;
    this.#last = this.#delay();
    return this.#last;
  }

  #delay(): number {
    const { initialDelay, maxDelay, factor, jitter, random } = this.#policy;
    // After many failures the factor is infinite, and times 0 it is no number.
    const whole = initialDelay === 0 ? 0 : Math.min(maxDelay, initialDelay * factor ** (this.#failures - 1));
    switch (jitter) {
      case 'full':
        return Math.round(random() * whole);
      case 'equal':
        return Math.round(whole / 2 + (random() * whole) / 2);
      case 'decorrelated':
        return Math.min(maxDelay, Math.round(initialDelay + random() * (this.#last * 3 - initialDelay)));
      case 'none':
        return whole;
    }
  }
}
