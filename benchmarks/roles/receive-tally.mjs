import { Stopwatch } from './stopwatch.mjs';

/** Counts what a receiver gets. The watch runs from the last message of the warm-up to the last one at all. */
export class ReceiveTally {
  /** Messages received, warm-up included. */
  count = 0;
  /** The lengths of topics and payloads, summed up so that no contestant can leave them out. */
  units = 0;
  watch;
  finished;
  #warmup;
  #next;
  #finish;

  constructor({ warmup, messages }, watch = new Stopwatch()) {
    this.watch = watch;
    this.#warmup = warmup;
    this.#next = warmup;
    this.total = warmup + messages;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** One message, with the length of its topic plus that of its payload. */
  take(units) {
    this.units += units;
    if (++this.count === this.#next) this.#mark();
  }

  #mark() {
    if (this.count === this.#warmup) {
      this.#next = this.total;
      this.watch.start();
    } else {
      this.watch.stop();
      this.#finish();
    }
  }
}
