import { ConnectionRefusedError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Random } from '../internal/random.js';
import type { ResolvedReconnect } from '../options/resolve-options.js';

/** What a failed attempt or a lost connection was like. */
export interface Failure {
  readonly error: MqttError;
  /** Milliseconds that the connection had lasted; `undefined` when none was made. */
  readonly lasted: number | undefined;
  /** Whether other credentials may be had by asking for them again. */
  readonly freshCredentials: boolean;
}

/** The next attempt: its number, and the milliseconds before it. */
export interface Retry {
  readonly attempt: number;
  readonly delay: number;
}

const CREDENTIAL_REFUSALS: ReadonlySet<number> = new Set([0x86, 0x87]);

/** Counts failures and says when to try again. A connection that did not last counts as a failure too. */
export class Backoff {
  readonly #policy: ResolvedReconnect | undefined;
  readonly #random: Random;
  #failures = 0;
  #attempt = 1;
  #refreshed = false;

  constructor(policy: ResolvedReconnect | undefined, random: Random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** The next attempt after this failure, or `undefined` when there is to be none. */
  next({ error, lasted, freshCredentials }: Failure): Retry | undefined {
    const policy = this.#policy;
    if (policy === undefined) return undefined;
    this.#attempt++;
    if (lasted !== undefined && lasted >= policy.resetAfter) {
      this.#failures = 0;
      this.#attempt = 1;
      this.#refreshed = false;
    }
    this.#failures++;
    const attempt = this.#attempt;
    const stale =
      freshCredentials && error instanceof ConnectionRefusedError && CREDENTIAL_REFUSALS.has(error.reasonCode);
    const worthIt = policy.shouldRetry === undefined ? error.retryable || stale : policy.shouldRetry(error);
    if (!worthIt || this.#failures > policy.maxAttempts) return undefined;
    // Credentials that ran out are fetched again at once, but only once.
    if (stale && !this.#refreshed) {
      this.#refreshed = true;
      return { attempt, delay: 0 };
    }
    const { initialDelay, maxDelay, factor, jitter } = policy;
    // After many failures the factor is infinite, and times 0 it is no number.
    const delay = initialDelay === 0 ? 0 : Math.min(maxDelay, initialDelay * factor ** (this.#failures - 1));
    return { attempt, delay: jitter === 'full' ? Math.round(this.#random() * delay) : delay };
  }
}
