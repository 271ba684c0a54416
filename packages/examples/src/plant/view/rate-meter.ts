interface Sample {
  readonly time: number;
  readonly count: number;
}

/** How fast a counter grows: over the last second, and second by second before that. */
export class RateMeter {
  readonly #seconds: number;
  #samples: readonly Sample[] = [];
  #history: readonly number[] = [];
  #historyDue = 0;

  /** @param seconds how many rates the history holds. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** Takes the counter as it is now; called several times a second, with times in milliseconds. */
  sample(time: number, count: number): void {
    if (this.#samples.length === 0) this.#historyDue = time + 1_000;
    this.#samples = [...this.#samples.filter((sample) => sample.time >= time - 1_000), { time, count }];
    if (time < this.#historyDue) return;
    this.#historyDue = time + 1_000;
    this.#history = [...this.#history, this.perSecond].slice(-this.#seconds);
  }

  /** The rate over the last second. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.time === first.time) return 0;
    return Math.round(((last.count - first.count) * 1_000) / (last.time - first.time));
  }

  /** The rates of the last seconds, oldest first. */
  get history(): readonly number[] {
    return this.#history;
  }
}
