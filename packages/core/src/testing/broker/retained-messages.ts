import type { QoS } from '../../message/mqtt-message.js';
import { matchTopic } from '../../topics/match-topic.js';
import type { SubscribeFilter } from '../../wire/codec/subscribe-encoder.js';
import type { BrokerMessage } from './broker-message.js';
import type { Delivery } from './broker-session.js';

/** The retained messages of a test broker, one per topic. */
export class RetainedMessages {
  readonly #messages = new Map<string, BrokerMessage>();

  /** Keeps a message, or forgets the one of its topic when it is empty. [MQTT-3.3.1-6] */
  store(message: BrokerMessage): void {
    if (message.payload.length === 0) this.#messages.delete(message.topic);
    else this.#messages.set(message.topic, message);
  }

  /** What a subscription is sent: those that match its filter and have not expired, in the order in which they were stored. */
  replay({ filter, qos }: SubscribeFilter, subscriptionId: number, now: number): Delivery[] {
    const subscriptionIds = subscriptionId > 0 ? [subscriptionId] : [];
    return [...this.#messages.values()]
      .filter(({ topic, expiresAt }) => expiresAt > now && matchTopic(filter, topic))
      .map((message) => ({
        message,
        qos: Math.min(message.qos, qos) as QoS,
        retain: true,
        subscriptionIds,
        shared: undefined,
      }));
  }

  /** All of them, by topic. */
  get all(): ReadonlyMap<string, BrokerMessage> {
    return this.#messages;
  }
}
