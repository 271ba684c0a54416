import type { ConnectionEnd, ConnectionEvents } from '../connection/connection.js';
import type { ConnectionState } from '../connection/connection-state.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties, UserProperty } from '../message/publish-properties.js';
import type { Log } from '../observability/logger.js';
import type { Credentials, Will } from '../options/connection-options.js';
import type { Payload } from '../outbound/publish-options.js';
import type { PacketInfo } from './packet-info.js';

/**
 * Something that looks at what a connection does, or changes it: compresses, encrypts, traces, records. One plugin may serve
 * many connections; what it remembers of one belongs into the closure of `setup`.
 *
 * On the way out (`connect`, `messageOut`, packets sent) plugins are called in the order of the option `plugins`, on the way
 * in (`messageIn`, `deliver`, packets received) in the reverse order, so that what is done last is undone first.
 */
export interface Plugin {
  /** For warnings and log lines. */
  readonly name: string;
  /**
   * What happens when a hook throws, rejects or returns something that cannot be used. It is always told as a `warning` with a
   * PluginError. `'bypass'`: the plugin counts as not there for this once, so the message goes on unchanged. `'refuse'`: what
   * it was called for fails, which is right for encryption: an attempt or a publication fails with the PluginError; a message
   * that came is not delivered but dropped (`drop` event `refused`) and refused with 0x83, on MQTT 3.x acknowledged. Defaults
   * to `'bypass'`.
   */
  readonly onError?: 'bypass' | 'refuse';
  /** Called once per connection, when it is created; gives the hooks that this connection shall have. */
  setup(context: PluginContext): PluginHooks;
}

/** What a plugin gets to know of its connection. It holds no secrets. */
export interface PluginContext {
  /** Writes to the connection's `logger`, with the plugin's name; `undefined` when it has none. */
  readonly log: Log | undefined;
  /** Adds a listener for an event of the connection; the function returned takes it away again. */
  readonly on: <Name extends keyof ConnectionEvents>(
    name: Name,
    listener: (event: ConnectionEvents[Name]) => void,
  ) => () => void;
}

/** What a plugin does. Each hook is optional, and one that no plugin has costs nothing. All but `connect` are synchronous. */
export interface PluginHooks {
  /** Before each attempt, behind the credentials: may change what CONNECT says. The only hook that may take time. */
  connect?(attempt: ConnectAttempt): ConnectPatch | undefined | PromiseLike<ConnectPatch | undefined>;
  /** A packet was sent or received. To look at, not to change. */
  packet?(packet: PacketInfo): void;
  /** A valid message is about to be sent: before its size is checked and before it waits. What is returned is checked again. */
  messageOut?(message: PluginMessage): MessagePatch | undefined;
  /** A message has come: before anybody gets it. One that the server sends again passes again. */
  messageIn?(message: PluginMessage): MessagePatch | undefined;
  /** Around the delivery of a message to its observers: call `next` once, synchronously. For contexts, such as that of a trace. */
  deliver?(message: PluginMessage, next: () => void): void;
  /** The state has changed. */
  state?(state: ConnectionState): void;
  /** The connection has ended for good. Nobody waits for it; in the reverse order. */
  close?(end: ConnectionEnd): void | PromiseLike<void>;
}

/** One attempt to connect, as plugins see it: without user name, password, will and headers. */
export interface ConnectAttempt {
  /** The number of the attempt since the last stable connection, from 1. */
  readonly attempt: number;
  /** The server: scheme, host and port. */
  readonly endpoint: string;
  /** Whether only another server has named this one: credentials and a will that a plugin gives are not for it. */
  readonly foreign: boolean;
  /** 5, 4 (3.1.1) or 3 (3.1). */
  readonly protocolVersion: 5 | 4 | 3;
  /** The client identifier; empty when the server shall assign one. */
  readonly clientId: string;
  /** Whether the session begins anew. */
  readonly clean: boolean;
  /** Seconds. */
  readonly keepalive: number;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/** What a plugin changes about CONNECT. */
export interface ConnectPatch {
  /** Replaces user name and password. */
  readonly credentials?: Credentials;
  /** Added to the user properties of CONNECT (MQTT 5). */
  readonly userProperties?: readonly UserProperty[];
  /** Replaces the will. */
  readonly will?: Will;
}

/** A message on its way, in or out, as plugins see it. */
export interface PluginMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: PublishProperties;
}

/** What a plugin changes about a message; what is left out stays. */
export interface MessagePatch {
  readonly topic?: string;
  readonly payload?: Payload;
  /** Replaces all properties. On MQTT 3.x properties are not sent. */
  readonly properties?: PublishProperties;
}
