import type { MqttMessage } from '@rxmqtt/core';
import { EXTEND, copyWith } from '../observing/with-properties.js';

/** One acknowledgement for a message and its duplicates. */
export class SharedAck {
  /** Stands for all of them. It awaits its acknowledgement until it has it, on whichever connection they came. */
  readonly message: MqttMessage;
  #others: MqttMessage[];
  #settle: ((message: MqttMessage) => void) | undefined;

  constructor(message: MqttMessage) {
    this.#others = [message];
    this.message = new Proxy(message, {
      get: (target, name) => {
        if (name === 'awaitsAck') return this.#settle === undefined;
        if (name === 'ack') return this.#ack;
        if (name === 'nack') return this.#nack;
        if (name === EXTEND) return (more: object) => extended(this.message, more);
        // The original itself asks its private fields.
        return Reflect.get(target, name, target) as unknown;
      },
    });
  }

  /** A duplicate: it is acknowledged with the others, or as they were. */
  join(message: MqttMessage): void {
    if (this.#settle !== undefined) this.#settle(message);
    else {
      // Of earlier connections nothing is awaited any more.
      this.#others = this.#others.filter((each) => each.awaitsAck);
      this.#others.push(message);
    }
  }

  readonly #ack = (): void => {
    this.#end((message) => {
      message.ack();
    });
  };

  readonly #nack = (reasonCode?: number): void => {
    this.#end((message) => {
      message.nack(reasonCode);
    });
  };

  #end(settle: (message: MqttMessage) => void): void {
    if (this.#settle !== undefined) return;
    // What nack() throws is thrown before anything has changed.
    for (const message of this.#others) settle(message);
    this.#settle = settle;
    this.#others = [];
  }
}

/** The stand-in with more properties. A copy of it would be one of the original, and acknowledge that alone. */
function extended(message: MqttMessage, more: object): object {
  return new Proxy(copyWith(message, more), {
    get: (_, name) => {
      if (name === EXTEND) return (next: object) => extended(message, { ...more, ...next });
      return Reflect.get(name in more ? more : message, name) as unknown;
    },
  });
}
