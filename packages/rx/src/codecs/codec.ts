import type { MqttMessage, PublishProperties } from '@rxmqtt/core';

/** What a codec may look at besides the payload. Looking at `properties` decodes them; who does not look pays nothing. */
export type Encoded = Pick<MqttMessage, 'topic' | 'properties'>;

/**
 * Turns payloads into values and back. A codec has no state.
 * @typeParam T the type of the values.
 */
export interface Codec<T> {
  /** What the payload should have been, for the message of a DecodeError: `JSON`, `a number`. */
  readonly name: string;
  /** Sent with every message that this codec encodes, unless the message says otherwise (MQTT 5). */
  readonly properties?: Pick<PublishProperties, 'contentType' | 'payloadFormatIndicator'>;
  /**
   * The value of a payload. Throws what it likes when there is none; it becomes the cause of a DecodeError.
   * @param message the message that it came with, for codecs that go by its content type.
   */
  decode(payload: Uint8Array, message?: Encoded): T;
  /** The payload of a value. */
  encode(value: T): string | Uint8Array;
}
