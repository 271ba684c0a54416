import { ExpiredError, OfflineError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Admission } from './admission.js';
import type { InFlight } from './in-flight.js';
import type { Outbox } from './outbox.js';
import type { Outcomes } from './outcomes.js';
import type { OutgoingMessage } from './outgoing-message.js';

/**
 * Takes messages out, wherever they are, and settles them before the server has. In one place, since what is to be done depends
 * on how far a message has come: it waits, or its sender does, or it is on its way.
 */
export class Withdrawal {
  readonly #outbox: Outbox;
  readonly #admission: Admission;
  readonly #inFlight: InFlight;
  readonly #outcomes: Outcomes;

  constructor(outbox: Outbox, admission: Admission, inFlight: InFlight, outcomes: Outcomes) {
    this.#outbox = outbox;
    this.#admission = admission;
    this.#inFlight = inFlight;
    this.#outcomes = outcomes;
  }

  /** Takes a message out, wherever it waits; `false` when it is on its way. */
  remove(message: OutgoingMessage): boolean {
    if (message.phase === 'queued') this.#outbox.remove(message);
    else if (message.phase === 'blocked') this.#admission.remove(message);
    else return message.phase === 'sent' && !message.isWritten && this.#inFlight.withdraw(message);
    return true;
  }

  /** Settles a message early. One that waits is gone; one in flight goes on, but nobody waits for it any more. */
  withdraw(message: OutgoingMessage, error: MqttError): void {
    // What is on its way stays in the store until the server has answered.
    if (this.remove(message)) this.#outcomes.giveUp(message, error);
    else this.#outcomes.fail(message, error);
  }

  /** Withdraws what has waited too long; the answer is when the next message will have. */
  withdrawStale(now: number): number {
    let next = Infinity;
    for (const message of [...this.#outbox, ...this.#admission]) {
      if (message.staleAt <= now) this.withdraw(message, new ExpiredError(message.topic));
      else next = Math.min(next, message.staleAt);
    }
    return next;
  }

  /** Withdraws what is unwanted without a connection and was never sent; the answer is whether there was any. */
  withdrawUnsent(isUnwanted: (message: OutgoingMessage) => boolean): boolean {
    // What was sent, on an earlier connection, is in doubt.
    const unwanted = [...this.#outbox, ...this.#admission].filter((each) => !each.wasSent && isUnwanted(each));
    for (const message of unwanted) this.withdraw(message, new OfflineError(message.topic));
    return unwanted.length > 0;
  }

  /** Settles a message that the store may keep. */
  end(message: OutgoingMessage, error: MqttError): void {
    this.remove(message);
    this.#outcomes.fail(message, error);
  }

  /** Settles everything. What is in the store stays there. */
  endAll(error: (message: OutgoingMessage) => MqttError): void {
    for (const message of this.#inFlight.takeAll()) this.#outcomes.fail(message, error(message));
    for (const message of [...this.#outbox, ...this.#admission]) this.end(message, error(message));
  }
}
