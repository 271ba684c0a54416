import type { DecodeError } from '@rxmqtt/core';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import type { ObservedMessage } from '../observing/observe-options.js';

/**
 * What becomes of a message whose payload does not decode. But for `error`, the stream goes on.
 * - `skip`: it is given up, and acknowledged: trying again would not change it. It shows on `Mqtt.drops$` with the reason
 *   `undecodable`, and on `Mqtt.errors$` as a DecodeError, which has the bytes and the cause;
 * - `error`: the stream errors with a DecodeError, and the message is not acknowledged by this;
 * - a {@link DeadLetter}: it is published to a topic of its own, and acknowledged when that was. Without a connection it waits
 *   for one: how a dead letter looks depends on the version. If it fails, that shows on the `Mqtt.errors$` of the client that
 *   the message came from; the message stays unacknowledged with `ack: 'manual'`, and otherwise shows on `Mqtt.drops$` as well.
 *   Of QoS 0 no more than 1,000 wait, further ones fail.
 */
export type DecodeErrorPolicy = 'skip' | 'error' | DeadLetter;

/** What {@link decode} does with payloads that do not decode. */
export interface DecodeOptions<OnError extends DecodeErrorPolicy | 'pass' = DecodeErrorPolicy | 'pass'> {
  /**
   * See {@link DecodeErrorPolicy}; or `'pass'`: the message is emitted as {@link UndecodedMessage}, with the reason in `error`,
   * and whoever gets it acknowledges it. Defaults to `'skip'`.
   */
  readonly onError?: OnError;
}

/** A message that was decoded; `error` tells it apart from an {@link UndecodedMessage}. */
export type DecodedMessage<Template extends string, T> = ObservedMessage<Template, T> & { readonly error?: undefined };

/** A message whose payload did not decode. */
export interface UndecodedMessage<Template extends string> extends ObservedMessage<Template, undefined> {
  /** What went wrong; the `cause` is what the codec threw. */
  readonly error: DecodeError;
}
