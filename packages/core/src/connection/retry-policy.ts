import { hideSecrets } from '../errors/hide-secrets.js';
import { type Clock, LONGEST_DELAY } from '../internal/clock.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import type { ResolvedReconnect } from '../options/resolve-reconnect.js';
import { Backoff, type BackoffDependencies, type Failure, type Retry } from './backoff.js';

type Answer = number | false;

/** When to try again: what the backoff says, or the user's function in its place. */
export class RetryPolicy {
  readonly #options: ResolvedReconnect | undefined;
  readonly #backoff: Backoff;
  readonly #clock: Clock;
  readonly #warn: BackoffDependencies['warn'];
  #asking: AbortController | undefined;

  constructor(options: ResolvedReconnect | undefined, dependencies: BackoffDependencies) {
    this.#options = options;
    this.#backoff = new Backoff(options, dependencies);
    this.#clock = dependencies.clock;
    this.#warn = (error, what) => {
      dependencies.warn(error, what);
    };
  }

  /**
   * Decides about a failure.
   * @param decided called with the next attempt, or `undefined` when there is to be none: at once, or later when the user's
   * function takes its time. Then the attempt in question is returned.
   */
  decide(failure: Failure, decided: (retry: Retry | undefined) => void): Retry | undefined {
    const retry = this.#backoff.next(failure);
    const ask = this.#options?.delay;
    if (retry === undefined || retry.atOnce === true || ask === undefined) {
      decided(retry);
      return undefined;
    }
    const asking = new AbortController();
    this.#asking = asking;
    const { error, by, lasted } = failure;
    let answer: Answer | PromiseLike<Answer>;
    try {
      answer = ask({ ...retry, error, by, lasted, signal: asking.signal });
    } catch (thrown) {
      decided(this.#withoutAnswer(retry, thrown));
      return undefined;
    }
    // It may have ended the connection itself.
    if (asking.signal.aborted) return undefined;
    if (!isPromiseLike(answer)) {
      decided(this.#withAnswer(retry, answer));
      return undefined;
    }
    const settle = (next: () => Retry | undefined): void => {
      unlimited();
      if (!asking.signal.aborted) decided(next());
    };
    const unlimited = this.#limit(asking, () => {
      decided(undefined);
    });
    // Whatever it is, as a promise it answers later, and once.
    Promise.resolve(answer).then(
      (value) => {
        settle(() => this.#withAnswer(retry, value));
      },
      (thrown: unknown) => {
        settle(() => this.#withoutAnswer(retry, thrown));
      },
    );
    return retry;
  }

  /** An answer that does not come in the time that is left is a no. */
  #limit(asking: AbortController, giveUp: () => void): () => void {
    const left = this.#backoff.timeLeft;
    if (left > LONGEST_DELAY) return () => undefined;
    const timer = this.#clock.setTimeout(() => {
      asking.abort();
      giveUp();
    }, left);
    const stop = (): void => {
      this.#clock.clearTimeout(timer);
    };
    asking.signal.addEventListener('abort', stop, { once: true });
    return stop;
  }

  /** The answer is not needed any more. */
  abort(): void {
    this.#asking?.abort();
  }

  #withAnswer(retry: Retry, answer: Answer): Retry | undefined {
    if (answer === false) return undefined;
    if (typeof answer === 'number' && answer >= 0) return this.#backoff.limit(retry, Math.min(answer, LONGEST_DELAY));
    return this.#withoutAnswer(retry, new TypeError('it must give milliseconds, or false'));
  }

  #withoutAnswer(retry: Retry, thrown: unknown): Retry {
    this.#warn(hideSecrets(thrown), 'reconnect.delay failed; the other options decide');
    return retry;
  }
}
