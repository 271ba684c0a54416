import type { Clock } from '../internal/clock.js';

/** Milliseconds that one turn of the event loop may take. */
const LIMIT = 5;
/** What comes in bits leaves turns anyway: so much of it is read without a look at the clock. */
const FREE_CHUNKS = 16;
const FREE_BYTES = 64 * 1024;

/**
 * Bounds the work of one turn: sockets are read 32 times in a row as long as there is something, and what listeners do with
 * that may take seconds, in which no timer, no ping and no other connection gets a turn.
 */
export class TurnBudget {
  readonly #clock: Clock;
  readonly #renewed: () => void;
  #chunks = 0;
  #bytes = 0;
  /** When this turn began to count. */
  #since: number | undefined;
  #spent = false;

  /** @param renewed told when the next turn has come, after `spend` has said that this one is over. */
  constructor(clock: Clock, renewed: () => void) {
    this.#clock = clock;
    this.#renewed = renewed;
  }

  /** A chunk of so many bytes was handled; the answer is whether nothing more is to be read in this turn. */
  spend(bytes: number): boolean {
    if (this.#since !== undefined) {
      this.#spent ||= this.#clock.now() - this.#since >= LIMIT;
      return this.#spent;
    }
    this.#bytes += bytes;
    if (++this.#chunks < FREE_CHUNKS && this.#bytes < FREE_BYTES) return false;
    this.#since = this.#clock.now();
    this.#clock.nextTurn(this.#renew);
    return false;
  }

  readonly #renew = (): void => {
    const wasSpent = this.#spent;
    this.#chunks = 0;
    this.#bytes = 0;
    this.#since = undefined;
    this.#spent = false;
    if (wasSpent) this.#renewed();
  };
}
