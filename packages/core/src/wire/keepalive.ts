import type { Clock, Timer } from '../internal/clock.js';
import { UploadProgress } from './upload-progress.js';

/** A timer that fires later than this was held up by a blocked event loop, not by the server. */
const LATE = 50;

/** Milliseconds between looks at a queue that waits to leave. One that is gone sooner is no obstacle for a ping. */
const LOOK = 50;

/** What keepalive does to the wire, and sees of it. */
export interface KeepaliveTarget {
  ping(): void;
  /** Nothing has come since the ping, for half a keepalive, and nothing has left that shows life. */
  dead(): void;
  /** Bytes written so far, and how many of them have not left yet. */
  readonly written: number;
  readonly unsent: number;
}

/**
 * Pings every `keepalive` seconds, whatever else is sent, and declares the server dead when nothing at all has come within
 * half a keepalive after a ping: at most 1.5 x keepalive after it fell silent. [MQTT-3.1.2-22]
 *
 * A ping that waits behind a long upload cannot be answered yet. There the server lives as long as it makes room for the
 * upload: it has 1.5 x keepalive from the last time that it did.
 *
 * Time during which we did not look never counts: when the event loop was blocked, what waits in the socket is read first.
 */
export class Keepalive {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #target: KeepaliveTarget;
  readonly #progress = new UploadProgress();
  #timer: Timer;
  #heard = false;
  #lookedAt = -Infinity;
  /** When the server had surely not made room yet for what has left since. */
  #roomAt = -Infinity;

  /** @param keepalive seconds; 0 never pings. */
  constructor(clock: Clock, keepalive: number, target: KeepaliveTarget) {
    this.#clock = clock;
    this.#interval = keepalive * 1000;
    this.#target = target;
    if (keepalive > 0) this.#wait(this.#interval, this.#ping);
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
    this.#wait(this.#interval / 2, this.#check);
  };

  readonly #check = (late: number): void => {
    const room = this.#room;
    if (this.#heard) this.#wait(this.#interval / 2, this.#ping);
    else if (room > 0) this.#wait(Math.min(room, this.#interval / 8), this.#check);
    else if (late > LATE) {
      this.#wait(late, () => {
        this.#check(0);
      });
    } else {
      // Timers run before sockets are read: some more turns for what is waiting there.
      this.#wait(Math.min(LATE, this.#interval / 2), () => {
        if (this.#heard || this.#room > 0) this.#check(0);
        else this.#target.dead();
      });
    }
  };

  /** Milliseconds that a server has left which makes room for an upload. */
  get #room(): number {
    return this.#roomAt + this.#interval * 1.5 - this.#clock.now();
  }

  /** Waits, looking at the queue meanwhile; `then` learns by how much it is late, half an interval at most. */
  #wait(delay: number, then: (late: number) => void): void {
    const due = this.#clock.now() + delay;
    const step = (): void => {
      const rest = due - this.#clock.now();
      if (rest <= 0) then(Math.min(-rest, this.#interval / 2));
      else {
        const pause = this.#target.unsent > 0 ? Math.min(LOOK, this.#interval / 8) : this.#interval / 8;
        this.#timer = this.#clock.setTimeout(look, Math.min(rest, pause));
      }
    };
    const look = (): void => {
      if (this.#progress.look(this.#target.written, this.#target.unsent)) this.#roomAt = this.#lookedAt;
      this.#lookedAt = this.#clock.now();
      step();
    };
    step();
  }
}
