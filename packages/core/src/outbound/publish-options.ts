import type { MqttError } from '../errors/mqtt-error.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties, UserProperty } from '../message/publish-properties.js';

/** What can be published: bytes, or text that is sent as UTF-8. */
export type Payload = string | Uint8Array;

/** How one message is published. */
export interface PublishOptions {
  /** Quality of service. Defaults to 0. */
  readonly qos?: QoS;
  /** Whether the server keeps the message for later subscribers. Defaults to `false`. */
  readonly retain?: boolean;
  /** MQTT 5 properties. Not sent on MQTT 3.x. */
  readonly properties?: PublishProperties;
  /** What happens while there is no connection. Defaults to the connection's `publish.offline`. */
  readonly offline?: OfflinePolicy;
  /** What happens when the outbox is full. Defaults to the connection's `publish.overflow`. */
  readonly overflow?: OverflowPolicy;
  /** Ends the wait; a message not yet sent is taken back. */
  readonly signal?: AbortSignal;
  /** Ends the wait after so many milliseconds; a message not yet sent is taken back. Defaults to no limit. */
  readonly timeout?: number;
}

/** How messages of some topics are published unless they say otherwise. */
export type TopicDefaults = Pick<PublishOptions, 'qos' | 'retain' | 'properties' | 'offline' | 'overflow' | 'timeout'>;

/**
 * What happens to a message while there is no connection:
 * - `queue`: it waits in the outbox;
 * - `drop`: it is given up, and fails with OfflineError (nobody is meant to be told more than a `drop` event). So is one that
 *   was taken, and is still waiting to be sent when the connection is lost: nothing is sent later than it was meant to be. For the same reason a
 *   session store has it only from when it is sent, and `stored` fulfils then;
 * - `error`: it is refused, and fails with OfflineError. What was taken while there was a connection waits for the next one.
 */
export type OfflinePolicy = 'queue' | 'drop' | 'error';

/**
 * What happens to a message that finds the outbox full:
 * - `error`, `dropNewest`: it fails with OverflowError (with `dropNewest` nobody meant to be told more than a `drop` event);
 * - `dropOldest`: the messages that wait longest fail with OverflowError, and it is taken;
 * - `latest`: as `dropOldest`, and it takes the place of a waiting message for the same topic even if there is room: of those
 *   with this policy no more than one for a topic waits. One that was on its way, and would wait again since its session was
 *   lost, gives way to a newer one as well: with UnknownOutcomeError if it had left, for it may have been delivered, and
 *   otherwise with OverflowError;
 * - `block`: it waits for room, in order; as many senders as the outbox has room for may wait. Await `stored` to wait with it.
 */
export type OverflowPolicy = 'error' | 'dropNewest' | 'dropOldest' | 'latest' | 'block';

/** How a publish ended well. */
export interface PublishResult {
  /** The topic it went to. */
  readonly topic: string;
  /** The quality of service it was sent with. */
  readonly qos: QoS;
  /** The server's reason code: 0, or 0x10. Always 0 for QoS 0 and MQTT 3.x. */
  readonly reasonCode: number;
  /** Whether the server said that nobody is subscribed (0x10, MQTT 5). */
  readonly noMatchingSubscribers: boolean;
  /** The text that the server sent with its acknowledgement. */
  readonly reasonString: string | undefined;
  /** The user properties that the server sent with its acknowledgement. */
  readonly userProperties: readonly UserProperty[];
}

/** How a publish ended. */
export type PublishOutcome =
  | { readonly status: 'acknowledged'; readonly result: PublishResult }
  | { readonly status: 'failed'; readonly error: MqttError };

/**
 * One message on its way out. It can be awaited, and makes a promise only then: publishing without looking back costs no
 * promise and raises no unhandled rejection (a failure still shows as a `drop` event of the connection).
 *
 * Fulfils when the server has acknowledged (QoS 0: when the message was handed to the socket), and rejects with one of
 * InvalidTopicError, InvalidMessageError, LimitExceededError, OverflowError, OfflineError, PublishRefusedError, ExpiredError,
 * TimeoutError, AbortedError, UnknownOutcomeError, StoreError or ClosedError. It settles exactly once.
 */
export interface Publication extends PromiseLike<PublishResult> {
  /** The topic it goes to. */
  readonly topic: string;
  /** How it ended, or `undefined` while it is on its way. */
  readonly outcome: PublishOutcome | undefined;
  /**
   * Fulfils when the message is accepted: there was room for it. With a session store, and QoS 1 or 2, when it is in the
   * store: however the process ends, the message goes out. Never later than the publication; rejects as that does, if that
   * fails before.
   */
  readonly stored: Promise<void>;
  /**
   * Calls back once, synchronously with the event that settles it, or at once if it is settled already. For code that
   * must not wait for a promise.
   */
  onSettled(listener: (outcome: PublishOutcome) => void): void;
}
