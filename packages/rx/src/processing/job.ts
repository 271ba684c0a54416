import type { MqttMessage } from '@rxmqtt/core';
import type { Backoff } from '../reconnecting/backoff.js';

/** One message on its way through `processEach`. */
export class Job<M extends MqttMessage> {
  readonly message: M;
  /** Whether the server waits for an acknowledgement: then Receive Maximum bounds it, and it must not be dropped. */
  readonly owed: boolean;
  attempts = 0;
  /** How often it was put back. */
  redeliveries = 0;
  /** Made when it fails for the first time. */
  backoff: Backoff | undefined = undefined;

  constructor(message: M) {
    this.message = message;
    this.owed = message.awaitsAck;
  }

  /** Whether an acknowledgement would reach nobody any more: the server sends the message again, as another one. */
  get isVoid(): boolean {
    return this.owed && !this.message.awaitsAck;
  }
}
