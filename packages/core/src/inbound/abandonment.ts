import { UnacknowledgedError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { quoteText } from '../errors/quote-text.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import { UNSPECIFIED_ERROR } from '../wire/codec/packet-type.js';
import type { AckQueue, AckSlot } from './ack-queue.js';
import type { ExactlyOnceFlow, ExactlyOnceFlows } from './exactly-once-flows.js';

/** What happens to messages that nobody acknowledges. */
export interface AbandonmentOptions {
  readonly ackTimeout: number;
  readonly abandoned: 'redeliver' | 'ack' | 'nack';
}

/** What abandoning a message does. */
export interface AbandonmentEvents {
  warn(error: unknown, what: string): void;
  /** A message of QoS 2 is done with, as far as the server is concerned. */
  handled(packetId: number, flow: ExactlyOnceFlow, reasonCode: number): void;
  /** Ends the connection, so that the server sends again what is not acknowledged; `false` where it would not. */
  cycle(error: MqttError): boolean;
  /** A message is given up that nobody has seen. */
  drop(message: InboundMessage): void;
}

/**
 * Lets go of messages that stay unacknowledged. With `redeliver` the connection is made anew for the sake of each, once: a
 * message that is not acknowledged then either is given up, or the connection would be made anew for ever.
 */
export class Abandonment {
  readonly #options: AbandonmentOptions;
  readonly #flows: ExactlyOnceFlows;
  readonly #events: AbandonmentEvents;
  /**
   * Messages for whose sake the connection was made anew, by packet identifier, until they are acknowledged: of QoS 1 because
   * its observer was `late`, or because it was `unobserved`.
   */
  readonly #repeated = new Map<number, 'late' | 'unobserved'>();
  /** Whether the server understands a refusal. */
  modern = false;

  constructor(options: AbandonmentOptions, flows: ExactlyOnceFlows, events: AbandonmentEvents) {
    this.#options = options;
    this.#flows = flows;
    this.#events = events;
  }

  /**
   * The observer of this message has not acknowledged it in time, and holds up all others.
   * @param all what has waited about as long: it comes again together with it.
   */
  late(queue: AckQueue, slot: AckSlot, all: readonly AckSlot[]): void {
    const seconds = String(this.#options.ackTimeout / 1000);
    const error = new UnacknowledgedError(`a message was not acknowledged for ${seconds} s (receive.ackTimeout)`);
    this.#events.warn(error, error.message);
    if (!this.#cycles(error, slot.packetId)) {
      const flow = this.#flows.get(slot.packetId);
      slot.since = Infinity;
      if (flow?.slots.includes(slot) === true) this.#events.handled(slot.packetId, flow, this.#reasonCode);
      else queue.settle(slot, this.#reasonCode);
      return;
    }
    for (const { packetId } of all) {
      const flow = this.#flows.get(packetId);
      // QoS 2 is not delivered again: only its PUBREC is missing.
      if (flow === undefined) this.#repeated.set(packetId, 'late');
      else this.#events.handled(packetId, flow, 0);
    }
  }

  /** Nobody has taken this message in time. */
  unobserved(message: InboundMessage, hold: Acknowledger): void {
    const { packetId, qos, topic } = message;
    const what = `nobody observed the message on ${quoteText(topic)} within the grace time (receive.graceTime)`;
    if (this.#cycles(new UnacknowledgedError(what), packetId)) {
      this.#repeated.set(packetId, 'unobserved');
      // It comes again as what nobody has seen. Here nothing is due any more: this only ends its handling.
      if (qos === 2) this.#flows.end(packetId);
      hold.settle(0);
    } else {
      this.#events.drop(message);
      hold.settle(this.#reasonCode);
    }
  }

  /** Whether a message has come again for an observer that was late: it gets it, but is not waited for a second time. */
  isLate({ packetId, dup }: InboundMessage): boolean {
    return dup && this.#repeated.size > 0 && this.#repeated.get(packetId) === 'late';
  }

  /** A message is acknowledged: its identifier may be given to another one. */
  acknowledged(packetId: number): void {
    if (this.#repeated.size > 0) this.#repeated.delete(packetId);
  }

  /** The server has forgotten the session. */
  clear(): void {
    this.#repeated.clear();
  }

  #cycles(error: MqttError, packetId: number): boolean {
    return this.#options.abandoned === 'redeliver' && !this.#repeated.has(packetId) && this.#events.cycle(error);
  }

  get #reasonCode(): number {
    return this.#options.abandoned === 'nack' && this.modern ? UNSPECIFIED_ERROR : 0;
  }
}
