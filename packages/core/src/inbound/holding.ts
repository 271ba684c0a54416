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
  #held: Held[] = [];
  #timer: Timer;

  constructor(clock: Clock, graceTime: number, abandon: (message: InboundMessage, handling: Handling, hold: Acknowledger) => void) {
    this.#clock = clock;
    this.#graceTime = graceTime;
    this.#abandon = abandon;
  }

  get size(): number {
    return this.#held.length;
  }

  /** Keeps a message; `hold` is what keeps it from being acknowledged. */
  add(message: InboundMessage, handling: Handling, hold: Acknowledger): void {
    this.#held.push({ message, handling, hold, until: this.#clock.now() + this.#graceTime });
    if (this.#held.length === 1) this.#schedule();
  }

  /** Somebody new observes. */
  offer(taker: Taker): void {
    // Whoever left one may have acknowledged it after all.
    this.#held = this.#held.filter(({ hold }) => !hold.isSettled);
    // One that every observer leaves is offered a few times only: a pipeline that fails on it and subscribes again at once
    // would never come to an end.
    const taken = this.#held.filter(({ message, handling }) => handling.offers < MAX_OFFERS && taker.takes(message.topic));
    if (taken.length === 0) return;
    this.#held = this.#held.filter((held) => !taken.includes(held));
    this.#schedule();
    for (const { message, handling, hold } of taken) {
      handling.offers++;
      taker.take(message.again(), handling);
      hold.settle(0);
    }
  }

  /**
   * The connection is gone. Messages of QoS 1 come again, if the server still has them; those of QoS 2 do not while the
   * session lives, since their identifiers are known here.
   */
  clear(sessionLives: boolean): void {
    const gone = this.#held.filter(({ message }) => message.qos === 1 || !sessionLives);
    this.#held = this.#held.filter((held) => !gone.includes(held));
    this.#schedule();
    // They cannot be acknowledged any more: this only ends their handling.
    for (const { hold } of gone) hold.settle(0);
  }

  #schedule(): void {
    this.#clock.clearTimeout(this.#timer);
    const first = this.#held[0];
    if (first === undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      const now = this.#clock.now();
      const over = this.#held.filter(({ until }) => until <= now);
      this.#held = this.#held.filter(({ until }) => until > now);
      this.#schedule();
      for (const { message, handling, hold } of over) if (!hold.isSettled) this.#abandon(message, handling, hold);
    }, first.until - this.#clock.now());
  }
}
