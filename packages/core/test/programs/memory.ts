/** How much memory has grown since this was made, at most. In bytes. */
export class MemoryWatch {
  readonly #before: NodeJS.MemoryUsage;
  readonly #timer: ReturnType<typeof setInterval>;
  #resident = 0;
  #external = 0;

  constructor() {
    globalThis.gc?.();
    globalThis.gc?.();
    this.#before = process.memoryUsage();
    this.#timer = setInterval(() => {
      this.look();
    }, 20);
  }

  /** Of the process as a whole. */
  get resident(): number {
    return Math.max(0, this.#resident - this.#before.rss);
  }

  /** In buffers, wherever they are held. */
  get external(): number {
    return Math.max(0, this.#external - this.#before.external);
  }

  /** Measures now; otherwise it does so every 20 ms. */
  look(): void {
    const { rss, external } = process.memoryUsage();
    this.#resident = Math.max(this.#resident, rss);
    this.#external = Math.max(this.#external, external);
  }

  stop(): void {
    this.look();
    clearInterval(this.#timer);
  }
}
