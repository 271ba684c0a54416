import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Stopwatch } from './stopwatch.mjs';

const RESOLUTION_MS = 1;

/**
 * A stopwatch that also watches how late the event loop is. Node's histogram holds the times from one firing of a timer to the
 * next one, which are the timer's interval (the resolution) when nothing delays it; that is taken off.
 */
export class LoopWatch extends Stopwatch {
  #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start() {
    this.#histogram.enable();
    super.start();
  }

  /** Ends the watch over the event loop. Not with the clock: what delays the loop at the end shows in its next turn. */
  stopLoop() {
    this.#histogram.disable();
  }

  /** How often the event loop was looked at. */
  get looks() {
    return this.#histogram.count;
  }

  /** The delay in milliseconds that a part of all looks (0 to 1) did not exceed. */
  delay(part) {
    return Math.max(0, this.#histogram.percentile(part * 100) / 1e6 - RESOLUTION_MS);
  }
}
