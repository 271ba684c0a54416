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
  readonly #isForNow: (message: OutgoingMessage) => boolean;

  /** @param isForNow whether a message is not to be sent later than on the connection that it was taken for. */
  constructor(
    outbox: Outbox,
    admission: Admission,
    inFlight: InFlight,
    outcomes: Outcomes,
    isForNow: (message: OutgoingMessage) => boolean,
  ) {
    this.#outbox = outbox;
    this.#admission = admission;
    this.#inFlight = inFlight;
    this.#outcomes = outcomes;
    this.#isForNow = isForNow;
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

  /** Withdraws what was for the connection that is lost, and was never sent; the answer is whether there was any. */
  withdrawUnsent(): boolean {
    const waiting = [...this.#inFlight.unwritten(), ...this.#outbox, ...this.#admission];
    const unsent = waiting.filter((message) => this.#isUnsent(message));
    for (const message of unsent) this.withdraw(message, new OfflineError(message.topic));
    return unsent.length > 0;
  }

  /** Settles a message at the end of the connection. The store keeps it, unless it is not to be sent later. */
  end(message: OutgoingMessage, error: (message: OutgoingMessage) => MqttError): void {
    this.remove(message);
    if (this.#isUnsent(message)) this.#outcomes.forget(message);
    this.#outcomes.fail(message, error(message));
  }

  /** Settles everything. */
  endAll(error: (message: OutgoingMessage) => MqttError): void {
    for (const message of this.#inFlight.takeAll()) this.end(message, error);
    for (const message of [...this.#outbox, ...this.#admission]) this.end(message, error);
  }

  /** What was sent, on an earlier connection too, is in doubt. */
  #isUnsent(message: OutgoingMessage): boolean {
    return !message.wasSent && this.#isForNow(message);
  }
}
