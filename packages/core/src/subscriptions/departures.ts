import type { FilterEntry } from './filter-entry.js';

/** Who waits until a filter is gone. */
export class Departures {
  readonly #waiting = new Map<FilterEntry, (() => void)[]>();

  /** Fulfils when the server has confirmed that it is gone, or there is nothing to wait for any more. */
  wait(entry: FilterEntry): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(entry, [...(this.#waiting.get(entry) ?? []), resolve]);
    });
  }

  /** It is gone, or wanted again. */
  settle(entry: FilterEntry): void {
    const waiting = this.#waiting.get(entry);
    if (waiting === undefined) return;
    this.#waiting.delete(entry);
    for (const resolve of waiting) resolve();
  }

  /** There is no connection that could confirm anything. */
  settleAll(): void {
    for (const entry of [...this.#waiting.keys()]) this.settle(entry);
  }
}
