import type { MqttError } from '../errors/mqtt-error.js';
import type { MqttMessage, QoS } from '../message/mqtt-message.js';

/** How messages of a subscription are acknowledged: by the library, or by `message.ack()`. */
export type AckMode = 'auto' | 'manual';

/** How a filter is subscribed. */
export interface SubscribeOptions {
  /** The highest quality of service wanted. When several subscriptions share a filter, the highest wins. Defaults to 0. */
  readonly qos?: QoS;
  /**
   * `auto`: QoS 1 and 2 are acknowledged when every listener has returned, and the promises they returned have settled.
   * `manual`: when `message.ack()` was called. Defaults to `auto`.
   */
  readonly ack?: AckMode;
  /** Do not receive what this connection publishes itself (MQTT 5). Defaults to `false`. */
  readonly noLocal?: boolean;
  /** Keep the retain flag of the publisher (MQTT 5). Defaults to `false`. */
  readonly retainAsPublished?: boolean;
  /**
   * Whether retained messages are sent: at each subscribe, only when the subscription is new, or never (MQTT 5; 3.x always
   * sends them). Defaults to `'send'`.
   */
  readonly retainHandling?: 'send' | 'sendIfNew' | 'ignore';
  /**
   * How many messages may be with the listener at once, counted by the promises it returns; further ones wait. A listener
   * that returns none is done when it returns. Defaults to 64.
   */
  readonly concurrency?: number;
  /** How many messages of QoS 0 may wait for the listener. (QoS 1 and 2 are bounded by Receive Maximum.) Defaults to 1,000. */
  readonly capacity?: number;
  /** What happens to messages of QoS 0 that find `capacity` messages waiting. Defaults to `'dropOldest'`. */
  readonly overflow?: ReceiveOverflowPolicy;
  /** Joins the consumer group of this name: each message goes to one member (`$share/<group>/<filter>`). */
  readonly group?: string;
}

/**
 * What happens to messages of QoS 0 that come faster than a listener takes them; each that is dropped is a `drop` event:
 * - `dropOldest`, `dropNewest`: the one that waits longest goes, or the one that came;
 * - `latest`: a waiting message gives way to a newer one for the same topic; if there is none, as `dropOldest`;
 * - `pause`: the socket is not read while `capacity` messages wait, so that the broker keeps them; all other subscriptions
 *   of the connection wait too. While acknowledgements are due to us it is read nevertheless, and the surplus is dropped.
 *   Not in browsers, whose WebSockets cannot be paused;
 * - `error`: the subscription ends with OverflowError.
 */
export type ReceiveOverflowPolicy = 'dropOldest' | 'dropNewest' | 'latest' | 'pause' | 'error';

/** Called for each message. A returned promise delays the acknowledgement, not the next message. */
export type MessageListener = (message: MqttMessage) => void | PromiseLike<void>;

/** The callbacks of a subscription; each is called synchronously with the event behind it. */
export interface SubscriptionObserver {
  /** A message came. */
  readonly message: MessageListener;
  /** The server has granted all filters: the first time, and whenever they had to be subscribed again. */
  readonly ready?: (grants: readonly Grant[]) => void;
  /** The server refused a filter, or the connection has failed for good: nothing more will come. */
  readonly error?: (error: MqttError) => void;
  /** The connection was closed by the user: nothing more will come. */
  readonly end?: () => void;
}

/** What the server granted. */
export interface Grant {
  /** The filter as it was subscribed, with its group. */
  readonly filter: string;
  /** The quality of service granted, which may be lower than wanted. */
  readonly qos: QoS;
}

/** A wish to receive, kept up by the connection through every reconnect until it is withdrawn. */
export interface Subscription {
  /** The filters, with their group. */
  readonly filters: readonly string[];
  /** What the server granted: fulfils at the first SUBACK, rejects with SubscribeRejectedError or ClosedError. */
  readonly ready: Promise<readonly Grant[]>;
  /**
   * Withdraws the wish: no message is delivered after this call. Fulfils when the server has confirmed, when another
   * subscription still needs the filter, or when there is no connection. Never rejects; idempotent.
   */
  unsubscribe(): Promise<void>;
}
