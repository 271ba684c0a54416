import { Fifo } from '../internal/fifo.js';

/** Who waits for which PINGRESP: the server answers each ping, in order. */
export class Pongs {
  readonly #waiting = new Fifo<(() => void) | undefined>();

  /** A ping was sent; perhaps somebody wants to know when it is answered. */
  asked(answered?: () => void): void {
    this.#waiting.push(answered);
  }

  /** The oldest ping is answered. One that nobody asked for answers nothing. */
  came(): void {
    this.#waiting.shift()?.();
  }
}
