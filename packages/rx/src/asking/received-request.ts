import { type MqttMessage, type PublishProperties, compileFilter, isTopicName } from '@rxmqtt/core';
import { bytesOf } from './bytes-of.js';
import { readEnvelope } from './envelope.js';
import type { ReplyAddress } from './reply.js';

/** A message that wants to be answered. */
export interface AddressedRequest {
  readonly address: ReplyAddress;
  readonly payload: Uint8Array;
  readonly properties: PublishProperties;
}

/** What a message asks, and where the answer is to go; `undefined` when it says neither. */
export function readRequest(message: MqttMessage): AddressedRequest | undefined {
  const { payload, properties } = message;
  const { responseTopic, correlationData } = properties;
  if (responseTopic !== undefined) {
    return {
      address: { topic: responseTopic, correlation: correlationData, convention: 'properties' },
      payload,
      properties,
    };
  }
  const envelope = readEnvelope(payload);
  if (envelope?.type !== 'request') return undefined;
  const { replyTo, id, contentType } = envelope;
  return {
    address: { topic: replyTo, correlation: id, convention: 'envelope' },
    payload: bytesOf(envelope.payload),
    properties: { ...properties, ...(contentType === undefined ? {} : { contentType }) },
  };
}

/**
 * Tells which reply topics are served. A requester names any topic it likes, and the responder has rights that it may not
 * have: so nothing with wildcards, nothing of the server's own (`$SYS/…`), and with an allow-list nothing else.
 */
export function replyTopicGuard(allow: string | readonly string[] | undefined): (topic: string) => boolean {
  if (allow === undefined) return (topic) => isTopicName(topic) && !topic.startsWith('$');
  const filters = (typeof allow === 'string' ? [allow] : allow).map((filter) => compileFilter(filter));
  // A filter matches valid topic names only.
  return (topic) => filters.some((matches) => matches(topic));
}
