/** Counts how publications end. */
export class SettleTally {
  /** Publications that have settled, well or not. */
  settled = 0;
  /** Those that have not settled well. */
  failed = 0;
  firstError = undefined;
  /** When something has settled last, taken once per turn of the event loop. */
  lastAt = 0n;
  /** Called after each, if set. */
  onSettle = undefined;
  #goal = Infinity;
  #reach;
  #stampDue = false;

  /** Fulfils when so many have settled in all; `reach` is called at that very moment. */
  until(goal, reach = () => undefined) {
    return new Promise((resolve) => {
      this.#goal = goal;
      this.#reach = () => {
        reach();
        resolve();
      };
    });
  }

  /** One publication has settled, with an error unless it went well. */
  settle(error) {
    if (error !== undefined && error !== null) {
      this.failed++;
      this.firstError ??= error;
    }
    if (!this.#stampDue) this.#stampSoon();
    if (++this.settled === this.#goal) this.#reach();
    if (this.onSettle !== undefined) this.onSettle();
  }

  #stampSoon() {
    this.#stampDue = true;
    setImmediate(() => {
      this.#stampDue = false;
      this.lastAt = process.hrtime.bigint();
    });
  }
}
