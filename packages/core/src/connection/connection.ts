/// <reference lib="esnext.disposable" preserve="true" />
import type { MqttError } from '../errors/mqtt-error.js';
import type { QoS } from '../message/mqtt-message.js';
import type { Payload, Publication, PublishOptions, TopicDefaults } from '../outbound/publish-options.js';
import type {
  FilterSet,
  MessageListener,
  SubscribeOptions,
  Subscription,
  SubscriptionObserver,
} from '../subscriptions/subscribe-options.js';
import type { ConnectionStats } from '../observability/connection-stats.js';
import type { PacketInfo } from '../plugins/packet-info.js';
import type { ConnectionState, EndedBy } from './connection-state.js';
import type { Negotiated } from './negotiated.js';

/** How a connection has ended. */
export interface ConnectionEnd {
  /** `closed` by the user, or `failed`. */
  readonly type: 'closed' | 'failed';
  /** Who ended it. */
  readonly by: EndedBy;
  /** What went wrong, if anything. */
  readonly cause: MqttError | undefined;
}

/** How a connection says goodbye. */
export interface CloseOptions {
  /**
   * Seconds that the server keeps the session from now on (MQTT 5): 0 ends it, and what is made up of `clientId` ends by itself.
   * Closing does not fail where that cannot be had, but a `warning` with its reason tells so: UnsupportedError on MQTT 3.x, and
   * where `session.expiry` is 0, which the protocol does not let anybody raise at the end [MQTT 5, 3.14.2.2.2];
   * NotConnectedError where there is no connection to say it on. Defaults to what `session.expiry` has said.
   */
  readonly sessionExpiry?: number;
  /**
   * Whether the server publishes the will, as if the connection were lost: with DISCONNECT 0x04 (MQTT 5), and on MQTT 3.x
   * without a DISCONNECT. It waits for `will.delay`, or until the session ends, which is at once with a session expiry of 0.
   * Defaults to `false`.
   */
  readonly withWill?: boolean;
}

/** How a connection ends in good order. */
export interface DrainOptions extends CloseOptions {
  /** Milliseconds after which it closes anyway. Defaults to 10,000. */
  readonly deadline?: number;
}

/** What `drain()` had to leave behind. */
export interface DrainReport {
  /** Publications that were not acknowledged in time; each has settled with ClosedError. */
  readonly unsettled: number;
  /** Messages received but not acknowledged in time; at QoS 0, not handled. */
  readonly unacknowledged: number;
}

/** The events of a connection. */
export interface ConnectionEvents {
  /** The state has changed. */
  readonly state: ConnectionState;
  /** One attempt to connect has failed; more may follow. */
  readonly attemptFailed: { readonly attempt: number; readonly error: MqttError; readonly by: EndedBy };
  /** A connection that had been made was lost; another attempt may follow. */
  readonly lost: { readonly error: MqttError; readonly by: EndedBy };
  /**
   * A message was given up, in either direction. What a listener of this event publishes gives up nothing in turn: where it
   * cannot be taken, its publication fails, without another event.
   */
  readonly drop: DropEvent;
  /**
   * The session's store had messages of an earlier process, which go out before all others. Each publication tells how its
   * message ends, since whoever published it is gone; one that fails shows as a `drop` event too.
   */
  readonly restored: { readonly publications: readonly Publication[] };
  /** The socket does not drain: what is published waits in the outbox (`true`), or flows again (`false`). */
  readonly congestion: { readonly congested: boolean };
  /** A packet was sent or received. Packets are not even described while nobody looks. */
  readonly packet: PacketInfo;
  /** Something went wrong that ends nothing, such as a listener that threw. */
  readonly warning: { readonly error: unknown; readonly what: string };
}

/** A message that was given up. */
export interface DropEvent {
  /** On its way out, or in. */
  readonly direction: 'out' | 'in';
  /** Its topic. */
  readonly topic: string;
  /** Its quality of service. */
  readonly qos: QoS;
  /** Why; for messages on their way out also the reason its publication failed with. */
  readonly reason:
    | 'refused'
    | 'expired'
    | 'overflow'
    | 'offline'
    | 'closed'
    | 'aborted'
    | 'unknown'
    | 'store'
    | 'unobserved'
    | 'undecodable';
  /** The error its publication failed with. */
  readonly error: MqttError | undefined;
}

/**
 * A connection to an MQTT broker that is kept up by itself: made again after every loss as the reconnect policy says, with
 * subscriptions restored and unacknowledged messages sent again. Create one with {@link createConnection}.
 */
export interface Connection {
  /** Where it stands. */
  readonly state: ConnectionState;
  /** What client and server agreed on, while connected. */
  readonly negotiated: Negotiated | undefined;
  /** Fulfils, and never rejects, when the connection has ended for good. */
  readonly closed: Promise<ConnectionEnd>;

  /**
   * Starts connecting, or joins a running attempt, and fulfils at the first CONNACK that accepts. Attempts go on in the
   * background as the reconnect policy says; an error that no retry would mend rejects, with `reconnect.retryInitial: false` the
   * first one.
   * @param options `signal` ends the wait (and closes a connection that was never made, unless somebody else waits for it).
   * @throws ClosedError after `close()`; otherwise the error that ended the connection.
   */
  open(options?: { readonly signal?: AbortSignal }): Promise<Negotiated>;

  /**
   * Publishes a message. Never throws and never blocks: whatever goes wrong is the outcome of the publication. While there
   * is no connection, messages wait in the outbox.
   */
  publish(topic: string, payload: Payload, options?: PublishOptions): Publication;

  /**
   * How a message for a topic is published that says nothing of it itself: what `publishDefaults` of the options says for it, and
   * what `publish` says of overflow and of being offline.
   */
  publishDefaults(topic: string): TopicDefaults;

  /**
   * Subscribes to one filter or several, or to a set of filters with options of their own, now if there is a connection and
   * whenever there is one, until withdrawn. A message that matches several of the filters is delivered once.
   * @throws InvalidTopicError, InvalidOptionsError or ClosedError at once.
   */
  subscribe(
    filters: string | readonly string[] | FilterSet,
    options: SubscribeOptions,
    observer: MessageListener | SubscriptionObserver,
  ): Subscription;

  /** What was counted since the connection was created, and what waits where. Costs nothing until it is called. */
  stats(): ConnectionStats;

  /** Adds a listener for an event; the function returned takes it away again. */
  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void;

  /**
   * Makes the next attempt now, if one is waited for: whatever is left of the delay, and also while `reconnect.pauseWhile`
   * puts it off. At any other time it does nothing.
   */
  reconnectNow(): void;

  /**
   * Measures the round trip to the server, in milliseconds, by a ping of its own.
   * @throws NotConnectedError while there is no connection, TimeoutError without an answer within `connectTimeout`; otherwise
   * the error that ended the connection.
   */
  ping(): Promise<number>;

  /**
   * Shows the server anew who we are, without giving up the connection (MQTT 5, with the option `authentication`). Joins a
   * renewal under way. When it fails in the middle, the connection ends as well, and the next attempt authenticates.
   * @throws UnsupportedError without the option, NotConnectedError while there is no connection, AuthenticationError when a
   * step of ours failed; otherwise the error that ended the connection.
   */
  reauthenticate(): Promise<void>;

  /**
   * Ends the connection in good order: delivers nothing new, lets listeners finish with what they publish, waits until what
   * was published is acknowledged, then disconnects. What nobody observes stays with the session. Idempotent, and possible in
   * every state and inside every listener; but a listener that awaits it makes it wait for its deadline.
   * @param options the deadline, and how to say goodbye. Of a second call the deadline is that of the first one.
   * @throws InvalidOptionsError for options that cannot be used; then nothing has happened. Otherwise it never rejects.
   */
  drain(options?: DrainOptions): Promise<DrainReport>;

  /**
   * Ends the connection now: everything pending settles with ClosedError, DISCONNECT is sent. Idempotent.
   * @param options how to say goodbye; what they leave open is as an earlier `drain()` or `close()` had it.
   * @throws InvalidOptionsError for options that cannot be used; then nothing has happened. Otherwise it never rejects.
   */
  close(options?: CloseOptions): Promise<void>;

  /** Drains, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
