/** Milliseconds between looks at the clock. */
const STEP = 10;

/** Milliseconds in which this process could run: of a time in which the machine did not let it, one step counts. */
export class LivedTime {
  #lived = 0;
  #last = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  /** `onStep` is called with each step. */
  constructor(onStep: () => void = () => undefined) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lived += Math.min(now - this.#last, 2 * STEP);
      this.#last = now;
      onStep();
    }, STEP);
  }

  /** Milliseconds since it was made, as far as they count. */
  get passed(): number {
    return this.#lived;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** As `within`, for what promises to be over after some milliseconds, on a machine of any speed. */
export async function inTime<T>(promise: PromiseLike<T>, limit: number, what: string): Promise<T> {
  let lived: LivedTime | undefined;
  const late = new Promise<never>((_, reject) => {
    lived = new LivedTime(() => {
      if (lived!.passed > limit)
        reject(new Error(`not in ${String(limit)} ms, those aside in which the machine stood still: ${what}`));
    });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    lived?.stop();
  }
}
