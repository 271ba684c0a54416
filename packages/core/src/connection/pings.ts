import { TimeoutError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock, Timer } from '../internal/clock.js';
import type { Wire } from '../wire/wire.js';

interface Ping {
  readonly timer: Timer;
  readonly reject: (error: MqttError) => void;
}

/** Pings that users asked for, until they are answered. */
export class Pings {
  readonly #clock: Clock;
  readonly #timeout: number;
  readonly #waiting = new Set<Ping>();

  /** @param timeout milliseconds for an answer. */
  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  /** Milliseconds until the server's answer. */
  ping(wire: Wire): Promise<number> {
    const clock = this.#clock;
    const start = clock.now();
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        this.#waiting.delete(ping);
        reject(new TimeoutError('the ping', this.#timeout));
      }, this.#timeout);
      const ping: Ping = { timer, reject };
      this.#waiting.add(ping);
      wire.ping(() => {
        clock.clearTimeout(timer);
        this.#waiting.delete(ping);
        resolve(clock.now() - start);
      });
    });
  }

  /** The connection is gone, and nothing answers any more. */
  lost(error: MqttError): void {
    for (const { timer, reject } of this.#waiting) {
      this.#clock.clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}
