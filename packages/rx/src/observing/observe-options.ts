import type { MqttMessage, SubscribeOptions, TemplateParams } from '@rxmqtt/core';
import type { Codec } from '../codecs/codec.js';
import type { DecodeErrorPolicy } from '../decoding/decode-options.js';

/**
 * How a filter is observed. An observer is done with a message when its `next` returns, so there is nothing to queue or to
 * overflow here.
 */
export interface ObserveOptions<T = Uint8Array>
  extends Omit<SubscribeOptions, 'concurrency' | 'capacity' | 'overflow'> {
  /** Decodes payloads into `value`. Defaults to `bytes`: the payload itself. */
  readonly codec?: Codec<T>;
  /**
   * What becomes of a message that the codec cannot decode: `'skip'`, `'error'` or a `deadLetter(…)`; see
   * {@link DecodeErrorPolicy}. Defaults to `'skip'`: one bad message does not end the stream.
   */
  readonly onDecodeError?: DecodeErrorPolicy;
}

/** A message with its decoded value, and the levels that the template names. */
export interface ObservedMessage<Template extends string, T> extends MqttMessage {
  /** The decoded payload. */
  readonly value: T;
  /** The values of the `{name}` levels of the template. */
  readonly params: TemplateParams<Template>;
}
