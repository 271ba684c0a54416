import type { Wire } from '../wire/wire.js';

/**
 * Whether the socket is read. It is not while a subscription with the policy `pause` has as much waiting as may, unless the
 * server owes us answers: one may be behind what we do not read, and what we wait for may be what makes room.
 */
export class Pressure {
  readonly #answersDue: () => boolean;
  #wire: Wire | undefined;
  #high = 0;
  #paused = false;

  constructor(answersDue: () => boolean) {
    this.#answersDue = answersDue;
  }

  /** Whether nothing is read now. */
  get isPaused(): boolean {
    return this.#paused;
  }

  connected(wire: Wire): void {
    this.#wire = wire;
    this.update();
  }

  disconnected(): void {
    this.#wire = undefined;
    this.#paused = false;
  }

  /** One subscription more, or less, has as much waiting as may. */
  change(high: boolean): void {
    this.#high += high ? 1 : -1;
    this.update();
  }

  /** Something has changed that may decide. */
  update(): void {
    const pause = this.#high > 0 && this.#wire !== undefined && !this.#answersDue();
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#wire?.pause();
    else this.#wire?.resume();
  }
}
