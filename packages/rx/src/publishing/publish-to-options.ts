import type { MqttError, Payload, PublishOptions, PublishResult } from '@rxmqtt/core';
import type { Codec } from '../codecs/codec.js';

/** How {@link publishTo} publishes. Fields of an input win over these. */
export interface PublishToOptions<T = Payload> extends Omit<PublishOptions, 'signal'> {
  /** Where inputs go that name no topic. */
  readonly topic?: string;
  /** Encodes inputs' payloads. Without it they are text or bytes, and sent as they are. */
  readonly codec?: Codec<T>;
  /**
   * How many publications may be on their way at once, counting those that are done but whose status waits for an earlier one.
   * Defaults to 64.
   */
  readonly window?: number;
  /** How many inputs may wait for the window. One more is refused with OverflowError. Defaults to 1,000. */
  readonly capacity?: number;
}

/** One input of {@link publishTo}. */
export interface PublishInput<T = Payload> extends Omit<PublishOptions, 'signal'> {
  /** Where it goes. Defaults to the `topic` of the options. */
  readonly topic?: string;
  /** What is sent. */
  readonly payload: T;
}

/** What became of one input. */
export type PublishStatus<I> =
  | { readonly status: 'published'; readonly index: number; readonly input: I; readonly result: PublishResult }
  | { readonly status: 'failed'; readonly index: number; readonly input: I; readonly error: MqttError };
