import { type Connection, DecodeError, type MqttMessage } from '@rxmqtt/core';
import type { Subscriber } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
import type { DecodeErrorPolicy } from '../decoding/decode-options.js';
import { giveUp } from '../decoding/give-up.js';
import { Observed } from './observed.js';
import type { TopicReader } from './topic-reader.js';

/**
 * Emits a message with its value, or does what else is to be done with it; a promise is waited for before the message is
 * acknowledged. How is chosen once, not for each message.
 */
export type Emit<T> = (
  connection: Connection,
  to: Subscriber<Observed<string, T>>,
  message: MqttMessage,
  reader: TopicReader,
) => Promise<void> | undefined;

/** Values are the bytes themselves. */
export function emitBytes<T>(
  connection: Connection,
  to: Subscriber<Observed<string, T>>,
  message: MqttMessage,
  reader: TopicReader,
): undefined {
  to.next(new Observed(message, message.payload as T, reader.params(message.topic), reader, connection));
}

/** Values are what a codec makes of the bytes. */
export function emitDecoded<T>(codec: Codec<T>, policy: DecodeErrorPolicy): Emit<T> {
  return (connection, to, message, reader) => {
    let value: T;
    try {
      value = codec.decode(message.payload, message);
    } catch (cause) {
      const error = new DecodeError(message.topic, message.payload, codec.name, { cause });
      if (policy !== 'error') return giveUp(connection, policy, message, error);
      to.error(error);
      return undefined;
    }
    to.next(new Observed(message, value, reader.params(message.topic), reader, connection));
    return undefined;
  };
}
