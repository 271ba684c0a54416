import type { QoS } from '../message/mqtt-message.js';
import type { ConnectionOptions } from '../options/connection-options.js';
import type { Payload, PublishOptions } from '../outbound/publish-options.js';

/** What both one-shots take: everything about the connection, and their bound. */
export interface OneShotOptions extends ConnectionOptions {
  /** Milliseconds for all of it, from connecting to the last message. Defaults to 30,000. */
  readonly timeout?: number;
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

/** One message of {@link publishOnce}. */
export interface OneShotMessage extends Pick<PublishOptions, 'qos' | 'retain' | 'properties'> {
  readonly topic: string;
  /** Defaults to nothing, which with `retain` clears the topic. */
  readonly payload?: Payload;
}

/** Options of {@link subscribeOnce}. */
export interface SubscribeOnceOptions extends OneShotOptions {
  /** How many messages to wait for. Defaults to 1. */
  readonly count?: number;
  /** The quality of service asked for. Defaults to 0. */
  readonly qos?: QoS;
  /** Whether retained messages count: `true`, `false` for new messages only, `'only'` for retained ones only. Defaults to `true`. */
  readonly retained?: boolean | 'only';
}
