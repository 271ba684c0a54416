import { NetworkError } from '../errors/connection-errors.js';
import type { Failure } from './backoff.js';

/**
 * Milliseconds to wait, at least, when a server has hung up twice in a row without a reason, soon after it had accepted: most
 * likely another client uses the same identifier, and comes back just as fast. (Mosquitto sends no 0x8E.)
 */
const QUARREL_DELAY = 5_000;

/** Finds out that another client fights for our identifier, where the server does not say so. */
export class Quarrel {
  /** Connections in a row that the server ended soon, without a reason. */
  #rounds = 0;

  /** Takes a failure into account, and gives the milliseconds to wait at least. */
  floor(failure: Failure, resetAfter: number): number {
    // Both sides wait for the floor, so each of their connections lasts about that long: that is no peace yet.
    const soon = this.#rounds > 1 ? Math.max(resetAfter, 2 * QUARREL_DELAY) : resetAfter;
    const { error, lasted, by } = failure;
    const suspected = lasted !== undefined && lasted < soon && by === 'server' && error instanceof NetworkError;
    this.#rounds = suspected ? this.#rounds + 1 : 0;
    return this.#rounds > 1 ? QUARREL_DELAY : 0;
  }
}
