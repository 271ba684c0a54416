import type { Outlook } from '../endpoints/endpoint-plan.js';
import { ConnectionRefusedError, ServerDisconnectError } from '../errors/connection-errors.js';
import { hideSecrets } from '../errors/hide-secrets.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { reactionTo } from '../errors/reason-reactions.js';
import type { Clock } from '../internal/clock.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import type { Random } from '../internal/random.js';
import type { ResolvedReconnect } from '../options/resolve-reconnect.js';
import type { EndedBy } from './connection-state.js';
import { Delays } from './delays.js';
import { Quarrel } from './quarrel.js';

/** What a failed attempt or a lost connection was like. */
export interface Failure {
  readonly error: MqttError;
  /** Milliseconds that the connection had lasted; `undefined` when none was made. */
  readonly lasted: number | undefined;
  /** Who ended it. */
  readonly by: EndedBy;
  /** Whether other credentials may be had by asking for them again. */
  readonly freshCredentials: boolean;
  /** What it means for the servers to try. */
  readonly outlook: Outlook;
}

/** The next attempt: its number, and the milliseconds before it. */
export interface Retry {
  readonly attempt: number;
  readonly delay: number;
  /** It is not to be waited for, whatever anybody says. */
  readonly atOnce?: true;
  /** The shortest delay, whatever anybody says. */
  readonly floor?: number;
}

/** What a backoff takes from its surroundings. */
export interface BackoffDependencies {
  readonly random: Random;
  readonly clock: Clock;
  warn(error: unknown, what: string): void;
}

/** Counts failures and says when to try again. A connection that did not last counts as a failure too. */
export class Backoff {
  readonly #policy: ResolvedReconnect | undefined;
  readonly #dependencies: BackoffDependencies;
  readonly #delays: Delays | undefined;
  readonly #quarrel = new Quarrel();
  #attempt = 1;
  #refreshed = false;
  #wasConnected = false;
  /** When the first of the failures in a row happened. */
  #since: number | undefined;

  constructor(policy: ResolvedReconnect | undefined, dependencies: BackoffDependencies) {
    this.#policy = policy;
    this.#dependencies = dependencies;
    this.#delays = policy && new Delays(policy, dependencies.random);
  }

  /** The next attempt after this failure, or `undefined` when there is to be none. */
  next(failure: Failure): Retry | undefined {
    const policy = this.#policy;
    const delays = this.#delays;
    const elsewhere = failure.outlook === 'elsewhere';
    if (policy === undefined || delays === undefined) {
      this.#attempt++;
      // Even who never reconnects wants every server tried.
      return elsewhere && failure.lasted === undefined ? { attempt: this.#attempt, delay: 0, atOnce: true } : undefined;
    }
    this.#count(failure, policy, delays);
    const attempt = this.#attempt;
    const floor = this.#quarrel.floor(failure, policy.resetAfter);
    const stale = isStale(failure);
    if (!this.#isWorthIt(failure, stale, policy) || attempt > policy.maxAttempts) return undefined;
    const left = this.timeLeft;
    if (left <= 0) return undefined;
    // Only a whole round of servers makes the delays grow.
    if (elsewhere) return { attempt, delay: 0, atOnce: true };
    // Credentials that ran out are fetched again at once, but only once.
    if (stale && !this.#refreshed) {
      this.#refreshed = true;
      delays.skip();
      return { attempt, delay: 0, atOnce: true };
    }
    const shortest = Math.min(floor, policy.maxDelay);
    const delay = Math.min(Math.max(delays.next(), shortest), left);
    return { attempt, delay, ...(shortest > 0 && { floor: shortest }) };
  }

  /** What somebody else has decided, within the limits that hold for everybody. */
  limit(retry: Retry, delay: number): Retry {
    return { ...retry, delay: Math.min(Math.max(delay, retry.floor ?? 0), Math.max(0, this.timeLeft)) };
  }

  /** Milliseconds during which an attempt may still be made. */
  get timeLeft(): number {
    const giveUpAfter = this.#policy?.giveUpAfter ?? Infinity;
    if (giveUpAfter === Infinity) return Infinity;
    const now = this.#dependencies.clock.now();
    return (this.#since ?? now) + giveUpAfter - now;
  }

  #count({ lasted }: Failure, policy: ResolvedReconnect, delays: Delays): void {
    const now = this.#dependencies.clock.now();
    this.#attempt++;
    if (lasted !== undefined) this.#wasConnected = true;
    if (lasted !== undefined && lasted >= policy.resetAfter) {
      delays.reset();
      this.#attempt = 1;
      this.#refreshed = false;
      this.#since = now;
    }
    this.#since ??= now;
  }

  #isWorthIt({ error, outlook }: Failure, stale: boolean, policy: ResolvedReconnect): boolean {
    if (!this.#wasConnected && !policy.retryInitial && outlook !== 'elsewhere') return false;
    return this.#asksUser(policy, error) ?? (error.retryable || stale || outlook !== 'asItIs');
  }

  /** What the user's function says, if there is one and it does not throw. */
  #asksUser({ shouldRetry }: ResolvedReconnect, error: MqttError): boolean | undefined {
    if (shouldRetry === undefined) return undefined;
    try {
      const answer: unknown = shouldRetry(error);
      if (typeof answer === 'boolean') return answer;
      if (isPromiseLike(answer)) answer.then(undefined, () => undefined);
      throw new TypeError('it must give true or false, and at once');
    } catch (thrown) {
      this.#dependencies.warn(hideSecrets(thrown), 'reconnect.shouldRetry failed; the error decides by itself');
      return undefined;
    }
  }
}

/** The credentials were refused, and others may be had. */
function isStale({ error, freshCredentials }: Failure): boolean {
  if (!freshCredentials) return false;
  if (error instanceof ConnectionRefusedError) return reactionTo('connack', error.reasonCode) === 'freshCredentials';
  return error instanceof ServerDisconnectError && reactionTo('disconnect', error.reasonCode) === 'freshCredentials';
}
