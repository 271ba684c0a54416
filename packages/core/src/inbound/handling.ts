import type { Acknowledger } from '../message/inbound-message.js';
import type { Wire } from '../wire/wire.js';

/**
 * The handling of one message by all its observers. It is done when the delivery itself and every hold have ended; a
 * negative acknowledgement of any of them wins.
 */
export class Handling {
  readonly canRefuse: boolean;
  /** The connection on which the message came. */
  readonly wire: Wire | undefined;
  readonly #onDone: (reasonCode: number) => void;
  /** How often the message was offered again, to observers that left it. */
  offers = 0;
  #open = 1;
  #reasonCode = 0;

  constructor(wire: Wire | undefined, canRefuse: boolean, onDone: (reasonCode: number) => void) {
    this.wire = wire;
    this.canRefuse = canRefuse;
    this.#onDone = onDone;
  }

  /** One more observer that will say when it is done. */
  hold(): Acknowledger {
    this.#open++;
    let held = true;
    return {
      canRefuse: this.canRefuse,
      get isSettled() {
        return !held;
      },
      settle: (reasonCode) => {
        if (!held) return;
        held = false;
        this.end(reasonCode);
      },
    };
  }

  /** The delivery, or one hold, has ended. */
  end(reasonCode: number): void {
    if (reasonCode !== 0) this.#reasonCode ||= reasonCode;
    if (--this.#open === 0) this.#onDone(this.#reasonCode);
  }
}
