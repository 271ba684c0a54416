/** The promise's value, or an error that says what did not happen in time. */
export async function within<T>(promise: PromiseLike<T>, deadline: number, what: string): Promise<T> {
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
