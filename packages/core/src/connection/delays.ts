import type { Random } from '../internal/random.js';
import type { ResolvedReconnect } from '../options/resolve-reconnect.js';

/** The numbers that say how long to wait. */
export type DelayNumbers = Pick<ResolvedReconnect, 'initialDelay' | 'maxDelay' | 'factor' | 'jitter'>;

/** The delays of failures in a row: they grow, and chance spreads them. */
export class Delays {
  readonly #numbers: DelayNumbers;
  readonly #random: Random;
  #count = 0;
  #before: number;

  constructor(numbers: DelayNumbers, random: Random) {
    this.#numbers = numbers;
    this.#random = random;
    this.#before = numbers.initialDelay;
  }

  /** Starts again from `initialDelay`. */
  reset(): void {
    this.#count = 0;
    this.#before = this.#numbers.initialDelay;
  }

  /** A failure that is not waited for makes the next delay longer, too. */
  skip(): void {
    this.#count++;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const { initialDelay, maxDelay, factor, jitter } = this.#numbers;
    // After many failures the factor is infinite, and times 0 it is no number.
    const whole = initialDelay === 0 ? 0 : Math.min(maxDelay, initialDelay * factor ** this.#count);
    this.#count++;
    switch (jitter) {
      case 'none':
        return whole;
      case 'full':
        return Math.round(this.#random() * whole);
      case 'equal':
        return Math.round(whole / 2 + (this.#random() * whole) / 2);
      case 'decorrelated':
        this.#before = Math.min(maxDelay, initialDelay + this.#random() * (this.#before * 3 - initialDelay));
        return Math.round(this.#before);
    }
  }
}
