import type { Clock, Timer } from '../internal/clock.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import type { Handling } from './handling.js';

const MAX_OFFERS = 3;

/** A message that waits for an observer, unacknowledged. */
interface Held {
  readonly message: InboundMessage;
  readonly handling: Handling;
  readonly hold: Acknowledger;
  readonly until: number;
}

/** Somebody who may take held messages. */
export interface Taker {
  takes(topic: string): boolean;
  take(message: InboundMessage, handling: Handling): void;
}

/**
 * Messages of QoS 1 and 2 that nobody handles: those that a resumed session brought before anybody observed, and those of a
 * pipeline that ended without acknowledging them. They are offered to whoever observes next; after a grace time they are
 * given to `abandon`. They are part of what Receive Maximum counts, and so bounded.
 */
export class Holding {
  readonly #clock: Clock;
  readonly #graceTime: number;
  readonly #abandon: (message: InboundMessage, handling: Handling, hold: Acknowledger) => void;
  /** In the order in which their time is over. */
  readonly #held = new Set<Held>();
  #timer: Timer;
  #frozen = false;
  #closed = false;

  constructor(
    clock: Clock,
    graceTime: number,
    abandon: (message: InboundMessage, handling: Handling, hold: Acknowledger) => void,
  ) {
    this.#clock = clock;
    this.#graceTime = graceTime;
    this.#abandon = abandon;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Keeps a message; `hold` is what keeps it from being acknowledged. */
  add(message: InboundMessage, handling: Handling, hold: Acknowledger): void {
    // Whoever ends the connection may do so in the middle of leaving what it had.
    if (this.#closed) {
      hold.settle(0);
      return;
    }
    message.detach();
    this.#held.add({ message, handling, hold, until: this.#clock.now() + this.#graceTime });
    if (this.#held.size === 1) this.#schedule();
  }

  /** Somebody new observes. */
  offer(taker: Taker): void {
    for (const held of [...this.#held]) {
      const { message, handling, hold } = held;
      // Whoever left it may have acknowledged it after all.
      if (hold.isSettled) {
        this.#held.delete(held);
        continue;
      }
      // One that every observer leaves is offered a few times only: a pipeline that fails on it and subscribes again at once
      // would never come to an end. And whoever took the one before may have left with it, or ended the connection.
      if (handling.offers >= MAX_OFFERS || !this.#held.has(held) || !taker.takes(message.topic)) continue;
      this.#held.delete(held);
      handling.offers++;
      taker.take(message.again(), handling);
      hold.settle(0);
    }
    this.#schedule();
  }

  /**
   * The connection is gone. Messages of QoS 1 come again, if the server still has them; those of QoS 2 do not while the
   * session lives, since their identifiers are known here.
   */
  clear(sessionLives: boolean): void {
    const gone = [...this.#held].filter(({ message }) => message.qos === 1 || !sessionLives);
    for (const held of gone) this.#held.delete(held);
    this.#schedule();
    // They cannot be acknowledged any more: this only ends their handling.
    for (const { hold } of gone) hold.settle(0);
  }

  /** Nobody will take anything any more, and nothing is abandoned: all stays unacknowledged, for whoever resumes the session. */
  freeze(): void {
    this.#frozen = true;
    this.#schedule();
  }

  /** It is over: nothing is kept any more. */
  close(): void {
    this.#closed = true;
    this.clear(false);
  }

  #schedule(): void {
    this.#clock.clearTimeout(this.#timer);
    const [first] = this.#held;
    if (first === undefined || this.#frozen || this.#closed) return;
    this.#timer = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      const over = [...this.#held].filter(({ until }) => until <= now);
      for (const held of over) this.#held.delete(held);
      this.#schedule();
      for (const { message, handling, hold } of over) if (!hold.isSettled) this.#abandon(message, handling, hold);
    }, first.until - this.#clock.now());
  }
}
