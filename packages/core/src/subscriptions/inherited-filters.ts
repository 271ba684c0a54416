import type { Clock, Timer } from '../internal/clock.js';

/**
 * Filters that the server was told by an earlier process, as the session's store has them. Whoever observes one of them in
 * time finds its messages, held for as long; what nobody wants after that shall go, since MQTT cannot list subscriptions.
 */
export class InheritedFilters {
  readonly #clock: Clock;
  readonly #graceTime: number;
  readonly #handOver: (filter: string) => void;
  #filters: readonly string[] = [];
  #timer: Timer;

  /** @param handOver makes the filter one as all others, which goes when nobody wants it. */
  constructor(clock: Clock, graceTime: number, handOver: (filter: string) => void) {
    this.#clock = clock;
    this.#graceTime = graceTime;
    this.#handOver = handOver;
  }

  restore(filters: readonly string[]): void {
    this.#filters = filters;
  }

  /** There is a connection; with another session the server has none of them, and the registry lets each go at once. */
  connected(sessionPresent: boolean): void {
    if (this.#filters.length === 0) return;
    if (!sessionPresent) this.#handOverAll();
    else {
      this.#timer = this.#clock.setTimeout(() => {
        this.#handOverAll();
      }, this.#graceTime);
    }
  }

  disconnected(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  /** The session is not ours any more. */
  forget(): void {
    this.#handOverAll();
  }

  #handOverAll(): void {
    const filters = this.#filters;
    this.#filters = [];
    for (const filter of filters) this.#handOver(filter);
  }
}
