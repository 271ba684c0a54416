import type { Clock, Timer } from '../internal/clock.js';

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on; nothing it runs takes real time. */
export class VirtualClock implements Clock {
  #now = 0;
  /** What {@link date} says when the clock stands at 0. */
  epoch = 1_767_225_600_000;
  #order = 0;
  #entries: Entry[] = [];

  now(): number {
    return this.#now;
  }

  date(): number {
    return this.epoch + this.#now;
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delay), order: this.#order++, callback };
    this.#entries.push(entry);
    return entry;
  }

  clearTimeout(timer: Timer): void {
    this.#entries = this.#entries.filter((entry) => entry !== timer);
  }

  defer(callback: () => void): void {
    this.setTimeout(callback, 0);
  }

  nextTurn(callback: () => void): void {
    this.setTimeout(callback, 0);
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#entries.length;
  }

  /** Lets time pass, and runs what becomes due, in its order. 0 runs only what is due now. */
  advance(milliseconds = 0): void {
    const until = this.#now + milliseconds;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#entries = this.#entries.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = until;
  }

  #next(until: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.at > until) continue;
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order))
        first = entry;
    }
    return first;
  }
}
