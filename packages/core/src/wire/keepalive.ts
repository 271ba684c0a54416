import type { Clock, Timer } from '../internal/clock.js';

/** A timer that fires later than this was held up by a blocked event loop, not by the server. */
const LATE = 50;

/** What keepalive does to the wire. */
export interface KeepaliveTarget {
  ping(): void;
  /** Nothing has come since the ping, for half a keepalive. */
  dead(): void;
}

/**
 * Pings every `keepalive` seconds, whatever else is sent, and declares the server dead when nothing at all has come within
 * half a keepalive after a ping: at most 1.5 x keepalive after it fell silent. [MQTT-3.1.2-22]
 *
 * Time during which we did not look never counts: when the event loop was blocked, what waits in the socket is read first.
 */
export class Keepalive {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #target: KeepaliveTarget;
  #timer: Timer;
  #heard = false;

  /** @param keepalive seconds; 0 never pings. */
  constructor(clock: Clock, keepalive: number, target: KeepaliveTarget) {
    this.#clock = clock;
    this.#interval = keepalive * 1000;
    this.#target = target;
    if (keepalive > 0) this.#schedule(this.#interval, this.#ping);
  }

  /** Bytes have come. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  readonly #ping = (): void => {
    this.#heard = false;
    this.#target.ping();
    const due = this.#clock.now() + this.#interval / 2;
    this.#schedule(this.#interval / 2, () => {
      this.#check(Math.min(this.#clock.now() - due, this.#interval / 2));
    });
  };

  #check(late: number): void {
    if (this.#heard) this.#schedule(this.#interval / 2, this.#ping);
    else if (late > LATE) {
      this.#schedule(late, () => {
        this.#check(0);
      });
    } else {
      // Timers run before sockets are read: some more turns for what is waiting there.
      this.#schedule(Math.min(LATE, this.#interval / 2), () => {
        if (this.#heard) this.#schedule(this.#interval / 2, this.#ping);
        else this.#target.dead();
      });
    }
  }

  #schedule(delay: number, callback: () => void): void {
    this.#timer = this.#clock.setTimeout(callback, delay);
  }
}
