import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties, UserProperty } from '../message/publish-properties.js';
import type { Plugin } from '../plugins/plugin.js';
import type { Logger } from '../observability/logger.js';
import type { OfflinePolicy, OverflowPolicy, Payload, TopicDefaults } from '../outbound/publish-options.js';
import type { SessionStore } from '../session/session-store.js';
import type { Authentication } from './authentication.js';
import type { Endpoint } from './endpoint.js';
import type {
  AttemptContext,
  ProxyOption,
  SocketOptions,
  TlsOptions,
  TransportProvider,
  WebSocketOptions,
} from './network-options.js';
import type { ReconnectOptions } from './reconnect-options.js';
import type { RedirectPolicy, ServerOption } from './server-options.js';

/**
 * How a connection is made and kept. Durations are milliseconds, except what the protocol itself counts in seconds
 * (`keepalive`, `session.expiry`, `will.delay`), which keeps the protocol's name and unit.
 */
export interface ConnectionOptions {
  /**
   * The client identifier. Defaults to a random one, whose session ends with `close()`, since nobody comes back to it; closed
   * while there is no connection to say that on, it stays for `session.expiry`. `''` asks the server to assign one, which is
   * then kept for every later attempt.
   */
  readonly clientId?: string;
  /**
   * `5`, `4` (3.1.1), `3` (3.1), or `'auto'`: 5, and 3.1.1 at once when the server refuses version 5. Where an older version is
   * asked for, options that only MQTT 5 knows have no effect, with a `warning`. Defaults to `'auto'`.
   */
  readonly protocolVersion?: 'auto' | 5 | 4 | 3;
  /** User name and password, or a function that fetches them anew for each attempt. */
  readonly credentials?: Credentials | CredentialsProvider;
  /**
   * Enhanced authentication (MQTT 5), besides `credentials` or instead of them. With it the server must speak MQTT 5:
   * `protocolVersion: 'auto'` does not fall back. Defaults to none.
   */
  readonly authentication?: Authentication;
  /** What the server keeps between connections. */
  readonly session?: SessionOptions;
  /** When and how often a lost connection is made again; `false` for never. */
  readonly reconnect?: ReconnectOptions | false;
  /**
   * Seconds between pings; 0 for none. Defaults to 60. The server may impose its own value (MQTT 5). One that is silent for
   * 1.5 times as long is given up (`KeepaliveTimeoutError`), unless it visibly goes on taking a long upload.
   */
  readonly keepalive?: number;
  /** Milliseconds for one attempt, from the first byte to CONNACK. Defaults to 10,000. */
  readonly connectTimeout?: number;
  /**
   * How many QoS 1 and 2 messages the server may send ahead of our acknowledgements (MQTT 5). The first time that it sends
   * more, the connection is ended and made again; after that `receive.maxBytes` is the limit. Defaults to 1,000.
   */
  readonly receiveMaximum?: number;
  /** The largest packet accepted from the server, in bytes. Defaults to 16 MiB. */
  readonly maximumPacketSize?: number;
  /**
   * What the server publishes when this connection ends without a goodbye, or with `close({ withWill: true })`; or a function
   * that makes it anew for each attempt. It goes to the hosts that these options name: see `redirect`. Defaults to none.
   */
  readonly will?: Will | WillProvider;
  /** User properties of CONNECT (MQTT 5). */
  readonly userProperties?: readonly UserProperty[];
  /**
   * Further servers, in order of preference behind the first argument. All are tried in turn, without a wait between them,
   * before the reconnect policy waits; after a loss it begins with the first again. Defaults to none.
   */
  readonly endpoints?: readonly ServerOption[];
  /**
   * Whether to go where the server says that another one is to be used (MQTT 5). Never from TLS to plain text. User name,
   * password, the will and the headers and signed URL of the WebSocket go to hosts that these options name, and to others only
   * with `'followWithCredentials'`. Defaults to `'ignore'`: the refusal is an error like another.
   */
  readonly redirect?: RedirectPolicy;
  /** TLS, for `mqtts` and `wss`. Node only: in browsers the browser decides. */
  readonly tls?: TlsOptions;
  /** WebSocket, for `ws` and `wss`. */
  readonly webSocket?: WebSocketOptions;
  /**
   * A SOCKS or HTTP proxy for TCP, TLS and WebSocket, such as `socks5h://user:password@proxy:1080`; or `'env'`: the one that
   * the environment names in `mqtt_proxy` or else `all_proxy`, unless `no_proxy` excepts the host (upper case works too).
   * Node only. Defaults to none.
   */
  readonly proxy?: ProxyOption;
  /** The TCP socket. Node only. */
  readonly socket?: SocketOptions;
  /**
   * Opens the byte stream by itself: serial lines, QUIC, in-memory pairs, sockets with special wishes. MQTT is spoken on it as it
   * is, so what TLS or WebSocket it needs is its own business; the URL then only says what stands in errors and events.
   */
  readonly transport?: TransportProvider;
  /** Limits of the outbox and the in-flight window. */
  readonly publish?: OutboxOptions;
  /**
   * How messages are published that leave it open, by topic filter: `{ '#': { qos: 1 }, 'plant/+/state': { retain: true } }`.
   * Of several filters that match, each field comes from the most specific one that has it: at the first level in which
   * they differ a text beats `+`, and `+` beats `#`. What a message says itself wins, also 0 and `false`. Properties are
   * taken one by one. Defaults to none.
   */
  readonly publishDefaults?: Readonly<Record<string, TopicDefaults>>;
  /** What happens to messages that came and are not acknowledged. */
  readonly receive?: ReceiveOptions;
  /**
   * Where a line goes for everything that happens to the connection: `console`, a pino logger, `debug('…')`, or anything alike.
   * Lines hold no secrets and no payloads, and topics in them are escaped. Defaults to none.
   */
  readonly logger?: Logger;
  /** What looks at, or changes, attempts, packets and messages; in order on the way out, in reverse order on the way in. */
  readonly plugins?: readonly Plugin[];
}

/** User name and password. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string | Uint8Array;
}

/** What a {@link CredentialsProvider} gets to know. */
export interface CredentialsContext {
  /** The number of this attempt since the last successful connection, from 1. */
  readonly attempt: number;
  /** Where they will be sent. */
  readonly endpoint: Endpoint;
  /** Aborted when the connection is closed meanwhile. */
  readonly signal: AbortSignal;
}

/** Fetches credentials for one attempt. If it throws or rejects, the attempt has failed and is tried again as the policy says. */
export type CredentialsProvider = (context: CredentialsContext) => Credentials | PromiseLike<Credentials>;

/** What the server keeps between connections. */
export interface SessionOptions {
  /**
   * `true`: every connection starts empty. `false`: continue what the server has kept. `'first'`: the first connection of
   * this object (with a store: of this store) starts empty, later ones continue. Defaults to `'first'` on MQTT 5, and on 3.x
   * to `'first'` with a store and to `true` without one.
   */
  readonly clean?: boolean | 'first';
  /** Seconds that the server keeps the session after a disconnect (MQTT 5); `close()` can change it. Defaults to 300. */
  readonly expiry?: number;
  /**
   * Keeps the session on this side, so that it outlives the process: `await levelStore('./outbox')` of
   * `@rxmqtt/core/store-level`, or one of your own. Messages of QoS 1 and 2 are stored before they are sent, and
   * `publication.stored` fulfils when one is; after a restart they go out again, with the same identifiers where the server
   * still has the session. QoS 0 is not stored. A client identifier that was made up or assigned is kept as well. The
   * connection closes the store when it ends. Defaults to none: the session lives as long as the connection object.
   */
  readonly store?: SessionStore;
}

/** What the server publishes when the connection ends without a goodbye. */
export interface Will {
  /** Where to. */
  readonly topic: string;
  /** What. */
  readonly payload: Payload;
  /** Defaults to 0. */
  readonly qos?: QoS;
  /** Defaults to `false`. */
  readonly retain?: boolean;
  /** Seconds that the server waits for the client to come back (MQTT 5). Defaults to 0. */
  readonly delay?: number;
  /** MQTT 5 properties of the message. */
  readonly properties?: Omit<PublishProperties, 'subscriptionIdentifiers'>;
}

/**
 * Makes the will of one attempt; `undefined` for none this time. If it throws, rejects, takes longer than `connectTimeout` or
 * gives what the option itself would not take, the attempt has failed with ProviderError and is tried again as the policy
 * says. It is not asked for a host that the options do not name.
 */
export type WillProvider = (context: AttemptContext) => Will | undefined | PromiseLike<Will | undefined>;

/** Limits of the outbox and the in-flight window. */
export interface OutboxOptions {
  /**
   * QoS 1 and 2 messages sent ahead of their acknowledgement, at most; the server's Receive Maximum may lower it. Defaults to
   * 64 on MQTT 5, and to 20 on 3.x, whose servers cannot say what they take.
   */
  readonly window?: number;
  /** Messages waiting to be sent, at most. Defaults to 10,000. */
  readonly capacity?: number;
  /** Bytes of topic, payload and properties waiting to be sent, at most. Defaults to 16 MiB. */
  readonly maxBytes?: number;
  /** What happens to a message that finds the outbox full. Defaults to `'error'`. */
  readonly overflow?: OverflowPolicy;
  /** Milliseconds that a message may wait in the outbox before it fails with ExpiredError. Defaults to no limit. */
  readonly maxAge?: number;
  /**
   * What happens to an unacknowledged QoS 1 message when the server has lost the session: it goes out as a new message, which
   * may deliver it twice, or fails with UnknownOutcomeError. Defaults to `'republish'`.
   */
  readonly onSessionLost?: 'republish' | 'fail';
  /** What happens to a message while there is no connection. Defaults to `'queue'`. */
  readonly offline?: OfflinePolicy;
}

/** What happens to messages of QoS 1 and 2 that came and are not acknowledged. */
export interface ReceiveOptions {
  /**
   * Milliseconds that one message may stay unacknowledged; as long as it does, no later one can be acknowledged either. Then
   * there is a `warning`, and `abandoned` decides. Defaults to 60,000; `Infinity` for no limit.
   */
  readonly ackTimeout?: number;
  /**
   * Milliseconds that a message waits for somebody to observe it: when a resumed session brings it before anybody does, or
   * when its observer has left it unacknowledged. Then `abandoned` decides. Defaults to 10,000.
   */
  readonly graceTime?: number;
  /**
   * `'redeliver'`: leave it unacknowledged and connect anew, so that the server sends it again, once for each message; then,
   * and where the session would not outlive that, `'ack'`. An observer that was late is not waited for a second time. `'ack'`: acknowledge and drop it. `'nack'`: refuse it (MQTT 5; elsewhere `'ack'`). Each shows as
   * an event. Defaults to `'redeliver'`.
   */
  readonly abandoned?: 'redeliver' | 'ack' | 'nack';
  /** Bytes of unacknowledged payloads, at most, on MQTT 3.x, which has no Receive Maximum, and of servers that exceed it. Defaults to 16 MiB. */
  readonly maxBytes?: number;
}
