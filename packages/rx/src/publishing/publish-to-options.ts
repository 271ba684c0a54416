import type { MqttError, Payload, PublishOptions, PublishResult } from '@rxmqtt/core';
import type { Codec } from '../codecs/codec.js';

/** One message to publish. */
export interface PublishInput<T = Payload> extends Omit<PublishOptions, 'signal' | 'overflow'> {
  /** Where it goes. Defaults to the `topic` of the options. */
  readonly topic?: string;
  /** What is sent. */
  readonly payload: T;
}

/**
 * What happens to an input that finds no room, when as many wait as may:
 * - `error`, `dropNewest`: it fails with OverflowError;
 * - `dropOldest`: the one that waits longest fails with OverflowError, and the new one is taken;
 * - `latest`: a waiting one for the same topic gives way to it, and it takes its place, even if there is room; if there is
 *   none, as `dropOldest`.
 *
 * Only inputs of the same sink give way. With `dropOldest` and `latest` inputs wait in the sink while there is no
 * connection or the socket does not drain, so that what is sent afterwards is what is newest.
 */
export type SinkOverflow = 'error' | 'dropNewest' | 'dropOldest' | 'latest';

/** An input that was published. */
export interface PublishedStatus<I> {
  readonly status: 'published';
  /** The place of the input among all of them, from 0. */
  readonly index: number;
  /** The input. */
  readonly input: I;
  /** What the server answered. */
  readonly result: PublishResult;
}

/** An input that was not published, as far as is known. */
export interface FailedStatus<I> {
  readonly status: 'failed';
  /** The place of the input among all of them, from 0. */
  readonly index: number;
  /** The input. */
  readonly input: I;
  /** Why. OverflowError when it was given up for want of room. */
  readonly error: MqttError;
}

/** What became of one input. */
export type PublishStatus<I> = PublishedStatus<I> | FailedStatus<I>;

/**
 * What happens besides the status when an input fails: nothing; the stream ends with its error; or a function is called
 * (which may throw to end the stream).
 */
export type PublishErrorPolicy<I> = 'status' | 'error' | ((failure: FailedStatus<I>) => void);

/** What all ways to publish many messages share. Fields of an input win over these, these over `publishDefaults`. */
export interface PublishManyOptions<T = Payload, I = PublishInput<T>>
  extends Omit<PublishOptions, 'signal' | 'overflow'> {
  /** Where inputs go that name no topic. */
  readonly topic?: string;
  /** Encodes inputs' payloads. Without it they are text or bytes, and sent as they are. */
  readonly codec?: Codec<T>;
  /**
   * How many publications may be on their way at once, counting those that are done but whose status waits for an earlier one.
   * They wait in the outbox of the connection, where a durable store keeps them. Defaults to 64.
   */
  readonly window?: number;
  /**
   * What happens when an input fails, besides its status: `'status'`, nothing; `'error'`, the stream ends with its error;
   * or a function that is called with it. Defaults to `'status'`.
   */
  readonly onError?: PublishErrorPolicy<I>;
}

/** How {@link publishTo} publishes. */
export interface PublishToOptions<T = Payload> extends PublishManyOptions<T> {
  /** How many inputs may wait for the window. Defaults to 1,000. */
  readonly capacity?: number;
  /** How much payload and topic may wait for the window, in bytes (of text: characters). Defaults to 16 MiB. */
  readonly maxBytes?: number;
  /** What happens to an input that finds no room. Defaults to `'error'`: it fails with OverflowError. */
  readonly overflow?: SinkOverflow;
}
