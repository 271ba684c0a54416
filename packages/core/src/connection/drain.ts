import { type Clock, LONGEST_DELAY, type Timer } from '../internal/clock.js';
import type { Unfinished } from './unfinished.js';

/** Milliseconds that `drain()` waits when it is not told. */
const DRAIN_DEADLINE = 10_000;
/** Milliseconds between looks at what the socket still holds while draining. */
const FLUSH_POLL = 20;

/** What draining looks at, and does. */
export interface DrainTarget {
  /** What is under way. */
  unfinished(): Unfinished;
  /** Takes no more to publish. */
  refuse(): void;
  /** What was handed to the socket and has not left yet. */
  buffered(): number;
  /** Whether it is over already. */
  hasEnded(): boolean;
  close(): void;
}

/**
 * Closes as soon as nothing is under way any more, or when the deadline has come. Listeners finish first, with what they
 * publish: an acknowledgement must not go out for work whose result was refused.
 */
export class Drain {
  readonly #clock: Clock;
  readonly #target: DrainTarget;
  readonly #deadline: Timer;
  #poll: Timer;

  /** @param deadline milliseconds; what is no such number gives the default. */
  constructor(clock: Clock, target: DrainTarget, deadline: number | undefined) {
    this.#clock = clock;
    this.#target = target;
    const limit = deadline !== undefined && deadline >= 0 ? Math.min(deadline, LONGEST_DELAY) : DRAIN_DEADLINE;
    this.#deadline = clock.setTimeout(() => {
      target.close();
    }, limit);
  }

  /** Nothing may be under way any more. */
  readonly idle = (): void => {
    this.#clock.clearTimeout(this.#poll);
    if (this.#target.unfinished().atWork === 0) this.#target.refuse();
    // Later than the event that emptied it, so that what its listeners still do is counted too.
    this.#clock.defer(() => {
      const { unsettled, atWork } = this.#target.unfinished();
      if (unsettled > 0 || atWork > 0 || this.#target.hasEnded()) return;
      if (this.#target.buffered() === 0) this.#target.close();
      // What was handed to the socket is not on its way yet.
      else this.#poll = this.#clock.setTimeout(this.idle, FLUSH_POLL);
    });
  };

  /** It is over. */
  stop(): void {
    this.#clock.clearTimeout(this.#deadline);
    this.#clock.clearTimeout(this.#poll);
  }
}
