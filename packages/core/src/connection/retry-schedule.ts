import type { Clock, Timer } from '../internal/clock.js';
import type { PauseReason } from '../options/reconnect-options.js';
import type { PlatformSignals } from './platform-signals.js';

/** Who is told how the wait goes on. */
export interface RetryEvents {
  /** Time for the attempt. */
  due(): void;
  /** The delay is over, but the attempt is put off. */
  paused(reason: PauseReason): void;
}

/** Waits for the next attempt: first for its time, then for the platform. */
export class RetrySchedule {
  readonly #clock: Clock;
  readonly #reasons: readonly PauseReason[];
  readonly #signals: PlatformSignals | undefined;
  readonly #events: RetryEvents;
  #timer: Timer;
  #unwatch: (() => void) | undefined;
  #waiting = false;

  constructor(
    clock: Clock,
    reasons: readonly PauseReason[],
    signals: PlatformSignals | undefined,
    events: RetryEvents,
  ) {
    this.#clock = clock;
    this.#reasons = reasons;
    this.#signals = signals;
    this.#events = events;
  }

  /** Waits so many milliseconds; `undefined` until {@link now} is called, or this again. */
  start(delay: number | undefined): void {
    this.stop();
    this.#waiting = true;
    if (delay !== undefined) this.#timer = this.#clock.setTimeout(this.#elapsed, delay);
  }

  /** Waits no longer. */
  now(): void {
    if (!this.#waiting) return;
    this.stop();
    this.#events.due();
  }

  /** There is nothing to wait for any more. */
  stop(): void {
    this.#waiting = false;
    this.#clock.clearTimeout(this.#timer);
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  readonly #elapsed = (): void => {
    const reason = this.#reason();
    if (reason === undefined) {
      this.now();
      return;
    }
    this.#unwatch = this.#signals?.watch(() => {
      if (this.#reason() === undefined) this.now();
    });
    this.#events.paused(reason);
  };

  #reason(): PauseReason | undefined {
    return this.#reasons.find((reason) => this.#signals?.is(reason) === true);
  }
}
