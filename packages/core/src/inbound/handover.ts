import type { DropEvent } from '../connection/connection.js';
import type { InboundMessage } from '../message/inbound-message.js';
import type { Wire } from '../wire/wire.js';
import type { Delivery } from './delivery.js';
import { Handling } from './handling.js';
import type { Holding } from './holding.js';

/** What comes of handing messages over. */
export interface HandoverEvents {
  drop(event: DropEvent): void;
  /** Nobody is at work any more, and all acknowledgements that may go have gone. */
  idle(): void;
}

/** Hands messages to whoever observes them, whatever their QoS, and so knows how many are at work. What nobody takes is held, or dropped. */
export class Handover {
  readonly #delivery: Delivery;
  readonly #holding: Holding;
  readonly #events: HandoverEvents;
  #wire: Wire | undefined;
  #modern = false;
  #unhandled = 0;
  /** How many messages are being given to observers: they may end the intake, and publish what comes of the message. */
  delivering = 0;

  constructor(delivery: Delivery, holding: Holding, events: HandoverEvents) {
    this.#delivery = delivery;
    this.#holding = holding;
    this.#events = events;
  }

  /** How many messages observers have not done with. */
  get unhandled(): number {
    return this.#unhandled;
  }

  /** Messages that observers have and are not done with. */
  get atWork(): number {
    return this.#unhandled - this.#holding.size + this.delivering;
  }

  /** Messages come on this connection; with `modern` they can be refused. */
  connected(wire: Wire, modern: boolean): void {
    this.#wire = wire;
    this.#modern = modern;
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#wire = undefined;
  }

  /** Gives a message of QoS 0 to its observers: nobody waits for it. */
  offer(message: InboundMessage): void {
    if (this.#delivery.deliver(message, undefined) !== 'delivered') this.drop(message);
  }

  /** Gives a message of QoS 1 or 2 to its observers. */
  deliver(message: InboundMessage, handling: () => Handling): void {
    const result = this.#delivery.deliver(message, handling);
    if (result === 'unwanted') this.drop(message);
    if (result === 'unobserved') this.#holding.add(message, handling(), handling().hold());
  }

  /** The handling of one more message. */
  begin(onDone: (reasonCode: number) => void): Handling {
    this.#unhandled++;
    return new Handling(this.#wire, this.#modern, (reasonCode) => {
      this.#unhandled--;
      onDone(reasonCode);
      this.tellIdle();
    });
  }

  /** Nobody may be at work any more. */
  tellIdle(): void {
    if (this.atWork === 0) this.#events.idle();
  }

  /** Nobody gets this message. */
  drop({ topic, qos }: InboundMessage): void {
    this.#events.drop({ direction: 'in', topic, qos, reason: 'unobserved', error: undefined });
  }
}
