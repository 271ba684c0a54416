import {
  type Connection,
  type MqttMessage,
  type Negotiated,
  type Publication,
  type PublishOptions,
  type UserProperty,
  isMqttError,
} from '@rxmqtt/core';
import type { DeadLetter } from './dead-letter.js';
import { toBase64 } from './to-base64.js';

/** Longer reasons are cut: a user property is no place for a document. */
const LONGEST_REASON = 1_000;

/** What happened to a message. */
export interface DeadLetterCause {
  readonly error: unknown;
  /** How often it was tried. */
  readonly attempts: number;
}

/**
 * Publishes the dead letter of a message; whoever asks gives the message up when it is acknowledged. Throws what the user's
 * topic function throws.
 * @param connection of `deadLetter.mqtt`, or that of the message where it names none.
 * @param negotiated what it has agreed on: how a dead letter looks depends on the version.
 */
export function publishDeadLetter(
  connection: Connection,
  { protocolVersion }: Pick<Negotiated, 'protocolVersion'>,
  { topic, qos, retain }: DeadLetter,
  message: MqttMessage,
  { error, attempts }: DeadLetterCause,
): Publication {
  const to = typeof topic === 'function' ? topic(message) : topic;
  const reason = plainText(describe(error).slice(0, LONGEST_REASON));
  const code = isMqttError(error) ? error.code : undefined;
  const options: PublishOptions = { qos, retain };
  if (protocolVersion < 5) {
    const { topic: from, payload } = message;
    return connection.publish(
      to,
      JSON.stringify({ topic: from, reason, code, attempts, payload: toBase64(payload) }),
      options,
    );
  }
  const { contentType, userProperties = [] } = message.properties;
  const story: readonly UserProperty[] = [
    ['dead-letter-topic', message.topic],
    ['dead-letter-reason', reason],
    ...(code === undefined ? [] : [['dead-letter-code', code] as const]),
    ['dead-letter-attempts', String(attempts)],
  ];
  return connection.publish(to, message.payload, {
    ...options,
    properties: {
      ...(contentType === undefined ? {} : { contentType }),
      userProperties: [...userProperties, ...story],
    },
  });
}

/** What was thrown, in words; some objects have none. */
function describe(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'something without a text was thrown';
  }
}

/** Text that MQTT can carry: no half surrogate pairs, no control characters. [MQTT-1.5.4-1], [MQTT-1.5.4-2] */
function plainText(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text)).replace(/\p{Cc}+/gu, ' ');
}
