/** Time as the library sees it. Everything that waits goes through here, so that tests can run in virtual time. */
export interface Clock {
  /** Milliseconds that never jump, from an arbitrary origin. */
  now(): number;
  /** Milliseconds since 1970, as the machine believes; may jump. Only for what must mean the same in another process. */
  date(): number;
  /** Runs `callback` once, at least `delay` milliseconds later. */
  setTimeout(callback: () => void, delay: number): Timer;
  /** Takes a timer back; harmless when it has run. */
  clearTimeout(timer: Timer): void;
  /** Runs `callback` as soon as the current synchronous work is done. */
  defer(callback: () => void): void;
  /** Runs `callback` when timers that are due and other sockets have had their turn. */
  nextTurn(callback: () => void): void;
}

/** The longest that timers can wait, in milliseconds; a longer one would fire at once. */
export const LONGEST_DELAY = 2 ** 31 - 1;

/** What `setTimeout` gave; opaque. */
export type Timer = unknown;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  // Looked up at each call, so that fake timers of test frameworks are honoured.
  setTimeout: (callback, delay) => setTimeout(callback, delay),
  clearTimeout: (timer) => {
    clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
  defer: (callback) => {
    queueMicrotask(callback);
  },
  nextTurn: (callback) => {
    // Node has both; browsers only the slower one.
    if (typeof setImmediate === 'function') setImmediate(callback);
    else setTimeout(callback, 0);
  },
};
