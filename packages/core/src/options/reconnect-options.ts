import type { EndedBy } from '../connection/connection-state.js';
import type { MqttError } from '../errors/mqtt-error.js';

/** When and how often a lost connection is made again. */
export interface ReconnectOptions {
  /** Milliseconds before the first retry. Defaults to 250. */
  readonly initialDelay?: number;
  /** The longest delay. Defaults to 30,000. */
  readonly maxDelay?: number;
  /** What each delay is multiplied with. Defaults to 2. */
  readonly factor?: number;
  /**
   * How chance changes the delay, so that many clients spread out. `'full'`: from nothing to all of it. `'equal'`: from half to
   * all. `'decorrelated'`: from `initialDelay` to three times the delay before. `'none'`: the delay itself. Defaults to `'full'`.
   */
  readonly jitter?: 'full' | 'equal' | 'decorrelated' | 'none';
  /**
   * Decides by itself: milliseconds to wait, or `false` to give up; may take its time. What it is given tells what the numbers
   * above would say. If it throws, they decide, with a `warning`; one that has not answered after `giveUpAfter` gives up. It is
   * not asked about errors that end it anyway.
   */
  readonly delay?: ReconnectDelay;
  /** Milliseconds that a connection must have lasted before delays and limits start again. Defaults to 5,000. */
  readonly resetAfter?: number;
  /** How many attempts in a row may fail. Defaults to `Infinity`. */
  readonly maxAttempts?: number;
  /** Milliseconds after the first of these failures at which the last attempt is made. Defaults to `Infinity`. */
  readonly giveUpAfter?: number;
  /** Whether the very first connection is retried too; if not, `open()` rejects with the first failure. Defaults to `true`. */
  readonly retryInitial?: boolean;
  /** Overrules whether an error is worth another attempt. Defaults to the error's `retryable`. */
  readonly shouldRetry?: (error: MqttError) => boolean;
  /**
   * Browsers only: no attempt is made while the browser is `'offline'` or the page is `'hidden'`; it is made up for at once
   * afterwards. `reconnectNow()` does not wait. Defaults to none.
   */
  readonly pauseWhile?: PauseReason | readonly PauseReason[];
}

/** Why attempts may be put off. */
export type PauseReason = 'offline' | 'hidden';

/** What a {@link ReconnectDelay} gets to know. */
export interface ReconnectFailure {
  /** The number of the attempt to come, since the last stable connection. */
  readonly attempt: number;
  /** What went wrong. */
  readonly error: MqttError;
  /** Who ended it. */
  readonly by: EndedBy;
  /** Milliseconds that the connection had lasted; `undefined` when none was made. */
  readonly lasted: number | undefined;
  /** Milliseconds to wait as the other options say. */
  readonly delay: number;
  /** Aborted when the connection is closed, an attempt made by `reconnectNow()`, or `giveUpAfter` over. */
  readonly signal: AbortSignal;
}

/** Milliseconds before the next attempt, or `false` for none. */
export type ReconnectDelay = (failure: ReconnectFailure) => number | false | PromiseLike<number | false>;
