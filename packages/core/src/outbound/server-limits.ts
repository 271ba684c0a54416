import { LimitExceededError } from '../errors/delivery-errors.js';
import type { Negotiated } from '../connection/negotiated.js';
import { publishSize } from '../wire/codec/publish-encoder.js';
import type { OutgoingMessage } from './outgoing-message.js';

/** Why the server would not take this message, by what it said in CONNACK; `undefined` when it would. */
export function limitExceeded(message: OutgoingMessage, negotiated: Negotiated): LimitExceededError | undefined {
  const { topic, qos, retain } = message;
  // [MQTT-3.2.2-11]
  if (qos > negotiated.maximumQoS) {
    return new LimitExceededError(
      topic,
      'qos',
      `${String(qos)} is more than the server takes (${String(negotiated.maximumQoS)})`,
    );
  }
  // [MQTT-3.2.2-14]
  if (retain && !negotiated.retainAvailable) {
    return new LimitExceededError(topic, 'retain', 'is set, but the server keeps no retained messages');
  }
  // A topic, a payload and generous headers below the limit need no exact count.
  if (message.size + 1024 <= negotiated.maximumPacketSize && message.properties === undefined) return undefined;
  const size = publishSize(message, negotiated.protocolVersion);
  // [MQTT-3.2.2-15]
  if (size > negotiated.maximumPacketSize) {
    const limit = String(negotiated.maximumPacketSize);
    return new LimitExceededError(topic, 'size', `of ${String(size)} bytes is more than the server takes (${limit})`);
  }
  return undefined;
}
