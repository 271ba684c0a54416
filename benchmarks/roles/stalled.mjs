const TICK_MS = 250;
const PATIENCE_TICKS = 20;

/**
 * Fulfils when a count has not moved for 20 ticks. Ticks and not seconds: a contestant that blocks its own event loop for long
 * is slow, not stalled.
 */
export function stalled(count) {
  return new Promise((resolve) => {
    let last = count();
    let quiet = 0;
    const timer = setInterval(() => {
      const now = count();
      quiet = now === last ? quiet + 1 : 0;
      last = now;
      if (quiet >= PATIENCE_TICKS) {
        clearInterval(timer);
        resolve();
      }
    }, TICK_MS);
    timer.unref();
  });
}
