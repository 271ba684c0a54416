import type { Outlook } from '../endpoints/endpoint-plan.js';
import { ConnectionRefusedError, NetworkError, ServerDisconnectError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Random } from '../internal/random.js';
import type { ResolvedReconnect } from '../options/resolve-options.js';
import type { EndedBy } from './connection-state.js';

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
}

/** What a server says that finds the client's right to be here gone. */
const CREDENTIAL_REFUSALS: ReadonlySet<number> = new Set([0x86, 0x87]);

/**
 * Milliseconds to wait, at least, when a server has hung up twice in a row without a reason, soon after it had accepted: most
 * likely another client uses the same identifier, and comes back just as fast. (Mosquitto sends no 0x8E.)
 */
const QUARREL_DELAY = 5_000;

/** Counts failures and says when to try again. A connection that did not last counts as a failure too. */
export class Backoff {
  readonly #policy: ResolvedReconnect | undefined;
  readonly #random: Random;
  #failures = 0;
  #attempt = 1;
  #refreshed = false;
  /** Connections in a row that the server ended at once, without a reason. */
  #quarrels = 0;
  readonly #warn: (error: unknown, what: string) => void;

  constructor(policy: ResolvedReconnect | undefined, random: Random, warn: (error: unknown, what: string) => void) {
    this.#policy = policy;
    this.#random = random;
    this.#warn = warn;
  }

  /** The next attempt after this failure, or `undefined` when there is to be none. */
  next(failure: Failure): Retry | undefined {
    const policy = this.#policy;
    const { error, lasted, outlook } = failure;
    this.#attempt++;
    // Even who never reconnects wants every server tried.
    if (policy === undefined) return outlook === 'elsewhere' && lasted === undefined ? { attempt: this.#attempt, delay: 0 } : undefined;
    if (lasted !== undefined && lasted >= policy.resetAfter) {
      this.#failures = 0;
      this.#attempt = 1;
      this.#refreshed = false;
    }
    this.#failures++;
    const attempt = this.#attempt;
    this.#quarrels = isQuarrel(failure, policy.resetAfter) ? this.#quarrels + 1 : 0;
    const stale = isStale(failure);
    const worthIt = this.#asksUser(policy, error) ?? (error.retryable || stale || outlook !== 'asItIs');
    if (!worthIt || attempt > policy.maxAttempts) return undefined;
    if (outlook === 'elsewhere') {
      // Only a whole round of servers makes the delays grow.
      this.#failures--;
      return { attempt, delay: 0 };
    }
    // Credentials that ran out are fetched again at once, but only once.
    if (stale && !this.#refreshed) {
      this.#refreshed = true;
      return { attempt, delay: 0 };
    }
    const { initialDelay, maxDelay, factor, jitter } = policy;
    // After many failures the factor is infinite, and times 0 it is no number.
    const whole = initialDelay === 0 ? 0 : Math.min(maxDelay, initialDelay * factor ** (this.#failures - 1));
    const delay = jitter === 'full' ? Math.round(this.#random() * whole) : whole;
    return { attempt, delay: this.#quarrels > 1 ? Math.max(delay, Math.min(QUARREL_DELAY, maxDelay)) : delay };
  }

  /** What the user's function says, if there is one and it does not throw. */
  #asksUser({ shouldRetry }: ResolvedReconnect, error: MqttError): boolean | undefined {
    try {
      return shouldRetry?.(error);
    } catch (thrown) {
      this.#warn(thrown, 'reconnect.shouldRetry threw; the error decides by itself');
      return undefined;
    }
  }
}

/** The server hung up soon after it had accepted, and did not say why. */
function isQuarrel({ error, lasted, by }: Failure, resetAfter: number): boolean {
  return lasted !== undefined && lasted < resetAfter && by === 'server' && error instanceof NetworkError;
}

/** The credentials were refused, and others may be had. */
function isStale({ error, freshCredentials }: Failure): boolean {
  const said = error instanceof ConnectionRefusedError || error instanceof ServerDisconnectError;
  return freshCredentials && said && CREDENTIAL_REFUSALS.has(error.reasonCode);
}
