/** Those of the machine, whatever a test puts in their place later. */
const { setTimeout, clearTimeout } = globalThis;
/** No wait for an event is given up sooner than this, however long it takes on a calm machine. */
const PATIENCE = 10;
/** Longer than that nobody looks at a test that hangs, unless the test itself asks for more. */
const LONGEST = 60_000;

/**
 * The limit, in milliseconds, for what takes at most `usual` on a calm machine. A machine that is busy with other tests is
 * several times slower, and stalls; a deadline is there to end a test that hangs, not to measure. What has to be fast is
 * counted (round trips, turns, packets), told by `LivedTime`, or measured in `benchmarks`.
 */
export function patient(usual: number): number {
  return Math.max(usual, Math.min(PATIENCE * usual, LONGEST));
}

/** The promise's value, or an error that says what did not happen. `usual` is what it may take on a calm machine. */
export async function within<T>(promise: PromiseLike<T>, usual: number, what: string): Promise<T> {
  const deadline = patient(usual);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not within ${String(deadline)} ms: ${what}`));
    }, deadline);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Lets `duration` milliseconds pass. Only to show that something does *not* happen: whoever waits for an event waits for
 * the event.
 */
export function observeFor(duration: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, duration);
  });
}

/** Lets everything that is ready run: timers that are due, reads and callbacks. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
