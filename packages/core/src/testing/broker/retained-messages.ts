import { matchTopic } from '../../topics/match-topic.js';
import type { BrokerMessage } from './broker-message.js';

/** The retained messages of a test broker, one per topic. */
export class RetainedMessages {
  readonly #messages = new Map<string, BrokerMessage>();

  /** Keeps a message, or forgets the one of its topic when it is empty. [MQTT-3.3.1-6] */
  store(message: BrokerMessage): void {
    if (message.payload.length === 0) this.#messages.delete(message.topic);
    else this.#messages.set(message.topic, message);
  }

  /** Those that match a filter and have not expired, in the order in which they were stored. */
  matching(filter: string, now: number): BrokerMessage[] {
    return [...this.#messages.values()].filter(({ topic, expiresAt }) => expiresAt > now && matchTopic(filter, topic));
  }

  /** All of them, by topic. */
  get all(): ReadonlyMap<string, BrokerMessage> {
    return this.#messages;
  }
}
