import type { MqttError } from '../errors/mqtt-error.js';
import type { MqttMessage, QoS } from '../message/mqtt-message.js';

/** How messages of a subscription are acknowledged: by the library, or by `message.ack()`. */
export type AckMode = 'auto' | 'manual';

/** How one filter is subscribed. */
export interface FilterOptions {
  /** The highest quality of service wanted. When several subscriptions share a filter, the highest wins. Defaults to 0. */
  readonly qos?: QoS;
  /**
   * Do not receive what this connection publishes itself (MQTT 5). When several subscriptions share a filter, it holds if all
   * of them say so: what one of them wants to see, the server has to send. Defaults to `false`.
   */
  readonly noLocal?: boolean;
  /**
   * Keep the retain flag of the publisher (MQTT 5). When several subscriptions share a filter, it holds for all as soon as one
   * of them says so. Defaults to `false`.
   */
  readonly retainAsPublished?: boolean;
  /**
   * Whether retained messages are sent: at each subscribe, only when the subscription is new, or never. The server is told on
   * MQTT 5; `'ignore'` is kept on 3.x as well, and when another subscription wants them. Defaults to `'send'`.
   */
  readonly retainHandling?: 'send' | 'sendIfNew' | 'ignore';
  /**
   * What a subscription gets that comes when its filter is subscribed already, by another one of this connection:
   * - by default nothing: the server has sent the retained messages before;
   * - `'replay'`: the retained message of each topic. The filter is subscribed once more, and what that brings goes to nobody
   *   else. Without subscription identifiers (MQTT 3.x) what comes with the retain flag after that SUBSCRIBE is taken for it;
   * - `'live'`: never a retained message, however early it comes; the same as `retainHandling: 'ignore'`.
   *
   * Consumer groups get no retained messages. [MQTT-3.8.4-4]
   */
  readonly retained?: 'replay' | 'live';
}

/**
 * Filters with options of their own, such as `{ 'a/+': { qos: 1 }, 'b/#': {} }`. What one leaves out is taken from the options
 * of the subscription.
 */
export type FilterSet = Readonly<Record<string, FilterOptions>>;

/** How filters are subscribed. */
export interface SubscribeOptions extends FilterOptions {
  /**
   * `auto`: QoS 1 and 2 are acknowledged when every listener has returned, and the promises they returned have settled.
   * `manual`: when `message.ack()` was called. Defaults to `auto`.
   */
  readonly ack?: AckMode;
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
  /**
   * Milliseconds that a filter stays subscribed when its last subscription is withdrawn: one that comes meanwhile costs no
   * packet. What the server sends meanwhile is dropped, or kept for the next one where acknowledgement is manual. Defaults to 0.
   */
  readonly linger?: number;
  /**
   * Milliseconds to wait for the answer to a SUBSCRIBE, counted from when it is sent. When several subscriptions share a
   * filter, the shortest counts. Defaults to 10,000; `Infinity` for no limit.
   */
  readonly timeout?: number;
  /**
   * What happens when no answer has come within `timeout`. `'retry'`: a `warning`, and it is sent again, with twice the
   * patience each time. `'error'`: the subscription ends with TimeoutError. Defaults to `'retry'`.
   */
  readonly onTimeout?: 'retry' | 'error';
}

/**
 * What happens to messages of QoS 0 that come faster than a listener takes them; each that is dropped is a `drop` event:
 * - `dropOldest`, `dropNewest`: the one that waits longest goes, or the one that came;
 * - `latest`: a waiting message gives way to a newer one for the same topic; if there is none, as `dropOldest`;
 * - `pause`: the socket is not read while `capacity` messages wait, so that the broker keeps them; all other subscriptions
 *   of the connection wait too. While acknowledgements are due to us, and a little with each ping, it is read nevertheless, and
 *   the surplus is dropped. Not in browsers, whose WebSockets cannot be paused;
 * - `error`: the subscription ends with OverflowError.
 */
export type ReceiveOverflowPolicy = 'dropOldest' | 'dropNewest' | 'latest' | 'pause' | 'error';

/** Called for each message. A returned promise delays the acknowledgement, not the next message. */
export type MessageListener = (message: MqttMessage) => void | PromiseLike<void>;

/** The callbacks of a subscription; each is called synchronously with the event behind it. */
export interface SubscriptionObserver {
  /** A message came. */
  readonly message: MessageListener;
  /** The server has granted all filters: the first time, and whenever they were subscribed again. */
  readonly ready?: (grants: readonly Grant[]) => void;
  /** The server refused a filter or did not answer, or the connection has failed for good: nothing more will come. */
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
  /** The filters, with their group; those that were given last. */
  readonly filters: readonly string[];
  /**
   * What the server granted: fulfils when it has granted all filters for the first time, rejects with SubscribeRejectedError,
   * TimeoutError, UnsupportedError or ClosedError.
   */
  readonly ready: Promise<readonly Grant[]>;
  /**
   * Takes other filters instead. Only the differences are sent, and the new filters are granted before the old ones are given
   * up: nothing that both cover is missed, and nothing is delivered twice. `ready` of the observer is called when all are granted.
   *
   * One exception, with a server that has subscription identifiers and sends a copy for each filter: a message that was published
   * before it knew the new filter, and that it sends only after the grant since as many as may are unacknowledged, comes for
   * the old filter alone. Nothing tells it from the copy of a message that comes for the new one as well, so it is given up,
   * and a `drop` event with the reason `unobserved` tells so. Where every message counts, `update` while few are unacknowledged.
   * @throws InvalidTopicError or InvalidOptionsError at once, with nothing changed.
   */
  update(filters: string | readonly string[] | FilterSet): void;
  /**
   * Withdraws the wish: no message is delivered after this call. Fulfils when the server has confirmed (after `linger`) or has
   * not answered in time, when another subscription still needs the filter, or when there is no connection. Never rejects;
   * idempotent.
   */
  unsubscribe(): Promise<void>;
}
