import { type Clock, LONGEST_DELAY, type Timer } from '../internal/clock.js';

/** Milliseconds between two sweeps, at least: each looks at everything that waits. */
const SHORTEST_PAUSE = 100;

/** Sees to it that messages which may wait only so long are given up in time, also while there is no connection. */
export class ExpirySweep {
  readonly #clock: Clock;
  readonly #sweep: (now: number) => number;
  #timer: Timer;
  #due = Infinity;
  #stopped = false;

  /** @param sweep gives up what is too old, and returns when the next message will be; `Infinity` for never. */
  constructor(clock: Clock, sweep: (now: number) => number) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  /** A message waits that is too old at this time. */
  watch(staleAt: number): void {
    if (staleAt >= this.#due || this.#stopped) return;
    this.#clock.clearTimeout(this.#timer);
    this.#schedule(staleAt);
  }

  /** Nothing waits any more, for good. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#stopped = true;
  }

  #schedule(at: number): void {
    this.#due = at;
    if (at === Infinity || this.#stopped) return;
    const delay = Math.min(Math.max(at - this.#clock.now(), SHORTEST_PAUSE), LONGEST_DELAY);
    this.#timer = this.#clock.setTimeout(() => {
      this.#schedule(this.#sweep(this.#clock.now()));
    }, delay);
  }
}
