import type { MqttMessage, Payload, PublishProperties } from '@rxmqtt/core';
import { correlationKey } from './correlation.js';
import { readEnvelope, writeEnvelope } from './envelope.js';

/** The user properties that say on MQTT 5 what a payload cannot. */
const ERROR_CODE = 'rxmqtt-error';
const ERROR_MESSAGE = 'rxmqtt-error-message';
const END = 'rxmqtt-end';

/** What a responder says. */
export type ReplyContent =
  | { readonly type: 'reply'; readonly payload: Payload; readonly properties: PublishProperties }
  | { readonly type: 'error'; readonly code: string; readonly message: string }
  | { readonly type: 'end' };

/** Where a request wants its replies, and how they are told from others. */
export interface ReplyAddress {
  readonly topic: string;
  /** `undefined`: the request came without any. */
  readonly correlation: Uint8Array | string | undefined;
  /** `properties`: those of MQTT 5. `envelope`: a JSON text around the payload. */
  readonly convention: 'properties' | 'envelope';
}

/** A reply as it is published. */
export function writeReply(
  { correlation, convention }: ReplyAddress,
  content: ReplyContent,
): { payload: Payload; properties: PublishProperties } {
  if (convention === 'envelope') {
    const id = String(correlation);
    const payload =
      content.type === 'reply'
        ? writeEnvelope({ type: 'reply', id, payload: content.payload, contentType: content.properties.contentType })
        : writeEnvelope({ id, ...content });
    return { payload, properties: {} };
  }
  const correlationData = correlation instanceof Uint8Array ? { correlationData: correlation } : {};
  switch (content.type) {
    case 'reply':
      return { payload: content.payload, properties: { ...content.properties, ...correlationData } };
    case 'error': {
      const { code, message } = content;
      return {
        payload: '',
        properties: {
          ...correlationData,
          userProperties: [
            [ERROR_CODE, code],
            [ERROR_MESSAGE, message],
          ],
        },
      };
    }
    default:
      return { payload: '', properties: { ...correlationData, userProperties: [[END, '']] } };
  }
}

/** A reply as it came: whose it is, and what it says. `undefined` for what is no reply to anything. */
export function readReply(message: MqttMessage): { readonly key: string; readonly content: ReplyContent } | undefined {
  const { payload, properties } = message;
  if (properties.correlationData !== undefined) {
    return { key: correlationKey(properties.correlationData), content: contentOf(payload, properties) };
  }
  const envelope = readEnvelope(payload);
  if (envelope === undefined || envelope.type === 'request') return undefined;
  const { id: key } = envelope;
  if (envelope.type !== 'reply') return { key, content: envelope };
  const contentType = envelope.contentType === undefined ? {} : { contentType: envelope.contentType };
  return { key, content: { type: 'reply', payload: envelope.payload, properties: contentType } };
}

function contentOf(payload: Uint8Array, properties: PublishProperties): ReplyContent {
  let code: string | undefined;
  let message = '';
  for (const [name, value] of properties.userProperties ?? []) {
    if (name === END) return { type: 'end' };
    if (name === ERROR_CODE) code = value;
    if (name === ERROR_MESSAGE) message = value;
  }
  return code === undefined ? { type: 'reply', payload, properties } : { type: 'error', code, message };
}
