import { ExpiredError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock } from '../internal/clock.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** How long messages may wait: by their own expiry interval, and by `publish.maxAge`. */
export class MessageAge {
  readonly #clock: Clock;
  readonly #maxAge: number;

  constructor(clock: Clock, maxAge: number) {
    this.#clock = clock;
    this.#maxAge = maxAge;
  }

  /** Sets until when a message may wait, that was published so many milliseconds ago. */
  limit(message: OutgoingMessage, age = 0): void {
    const expiry = message.properties?.messageExpiryInterval;
    if (expiry === undefined && this.#maxAge === Infinity) return;
    const since = this.#clock.now() - age;
    if (expiry !== undefined) message.expiresAt = since + expiry * 1000;
    message.staleAt = Math.min(message.expiresAt, since + this.#maxAge);
  }

  /** Milliseconds since it was published, where that matters. */
  age({ expiresAt, staleAt, properties }: OutgoingMessage): number {
    const expiry = properties?.messageExpiryInterval;
    if (expiry !== undefined) return this.#clock.now() - (expiresAt - expiry * 1000);
    return staleAt === Infinity ? 0 : this.#clock.now() - (staleAt - this.#maxAge);
  }

  /** The error of a message that has waited too long. */
  expired({ staleAt, topic }: OutgoingMessage): MqttError | undefined {
    if (staleAt === Infinity || this.#clock.now() < staleAt) return undefined;
    return new ExpiredError(topic);
  }

  /** What is left of the message expiry interval, in whole seconds. [MQTT-3.3.2-6] */
  remaining({ expiresAt }: OutgoingMessage): number | undefined {
    if (expiresAt === Infinity) return undefined;
    return Math.max(0, Math.ceil((expiresAt - this.#clock.now()) / 1000));
  }
}
