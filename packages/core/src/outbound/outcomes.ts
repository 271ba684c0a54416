import { PublishRefusedError } from '../errors/delivery-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { OutgoingLedger } from '../session/outgoing-ledger.js';
import type { Ack } from '../wire/codec/ack-codec.js';
import { dropReason, truthful } from './drop-reason.js';
import type { OutboundEvents } from './outbound-options.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** How messages end: once each, with an event where they fail, and out of the store where they are done with. */
export class Outcomes {
  readonly #events: OutboundEvents;
  readonly #ledger: OutgoingLedger<OutgoingMessage> | undefined;

  constructor(events: OutboundEvents, ledger: OutgoingLedger<OutgoingMessage> | undefined) {
    this.#events = events;
    this.#ledger = ledger;
  }

  /** The server has answered. */
  answered(message: OutgoingMessage, { reasonCode, properties }: Ack): void {
    this.#ledger?.finished(message);
    if (reasonCode < 0x80) message.acknowledge({ reasonCode, properties });
    else this.fail(message, new PublishRefusedError(message.topic, reasonCode, properties?.reasonString));
  }

  /** The message was not even taken. A listener of `drop` that publishes is told by the outcome alone. */
  refuse(message: OutgoingMessage, error: MqttError): OutgoingMessage {
    if (this.#events.isTellingDrop()) message.fail(error);
    else this.fail(message, error);
    return message;
  }

  /** The store keeps it no longer. */
  forget(message: OutgoingMessage): void {
    this.#ledger?.finished(message);
  }

  /** The message fails for good. */
  giveUp(message: OutgoingMessage, error: MqttError): void {
    this.forget(message);
    this.fail(message, error);
  }

  /** Its sender waits no longer; the store may keep it. */
  fail(message: OutgoingMessage, reason: MqttError): void {
    const error = truthful(message, reason);
    if (!message.fail(error)) return;
    this.#events.drop({ direction: 'out', topic: message.topic, qos: message.qos, reason: dropReason(error), error });
  }
}
