const LOOK_MS = 20;
const MEGABYTE = 1 << 20;

/** How much the memory of this process has grown since this was made. Needs `--expose-gc`. */
export class MemoryWatch {
  #before = collected();
  #peak = 0;
  #timer = setInterval(() => {
    this.#look();
  }, LOOK_MS);

  /** What it took at most, and what is left of it after everything is collected that can be. In MB. */
  stop() {
    this.#look();
    clearInterval(this.#timer);
    const after = collected();
    const used = ({ heapUsed, external }) => heapUsed + external;
    return {
      peak: (this.#peak - this.#before.rss) / MEGABYTE,
      resident: (after.rss - this.#before.rss) / MEGABYTE,
      kept: (used(after) - used(this.#before)) / MEGABYTE,
    };
  }

  #look() {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss());
  }
}

function collected() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage();
}
