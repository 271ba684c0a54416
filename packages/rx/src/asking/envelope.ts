import type { Payload } from '@rxmqtt/core';
import { toBase64 } from '../dead-letters/to-base64.js';
import { fromBase64 } from './from-base64.js';

/**
 * What MQTT 5 says in properties, and MQTT 3.x cannot: one JSON text around the payload. Bytes stand in it as base64.
 *
 * A request: `{"rxmqtt":"request","id":"…","replyTo":"…","text":"…"}`. Its replies: `{"rxmqtt":"reply","id":"…","text":"…"}`,
 * with `"data"` instead of `"text"` for bytes; `{"rxmqtt":"error","id":"…","code":"…","message":"…"}`; and
 * `{"rxmqtt":"end","id":"…"}` after the last of several.
 */
export type Envelope =
  | {
      readonly type: 'request';
      readonly id: string;
      readonly replyTo: string;
      readonly payload: Payload;
      readonly contentType: string | undefined;
    }
  | { readonly type: 'reply'; readonly id: string; readonly payload: Payload; readonly contentType: string | undefined }
  | { readonly type: 'error'; readonly id: string; readonly code: string; readonly message: string }
  | { readonly type: 'end'; readonly id: string };

/** How every envelope begins, so that other payloads need not be parsed. */
const START = '{"rxmqtt":"';

/** The text of an envelope. */
export function writeEnvelope(envelope: Envelope): string {
  const { type, id, ...rest } = envelope;
  if (!('payload' in rest)) return JSON.stringify({ rxmqtt: type, id, ...rest });
  const { payload, ...others } = rest;
  const body = typeof payload === 'string' ? { text: payload } : { data: toBase64(payload) };
  return JSON.stringify({ rxmqtt: type, id, ...others, ...body });
}

/** The envelope that a payload is, if it is one. Never throws. */
export function readEnvelope(payload: Uint8Array): Envelope | undefined {
  for (let i = 0; i < START.length; i++) if (payload[i] !== START.charCodeAt(i)) return undefined;
  try {
    return parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

function parse(fields: Record<string, unknown>): Envelope | undefined {
  const { rxmqtt: type, id, replyTo, code, message, contentType } = fields;
  if (typeof id !== 'string') return undefined;
  switch (type) {
    case 'request':
      return typeof replyTo === 'string'
        ? { type, id, replyTo, payload: body(fields), contentType: textOrNothing(contentType) }
        : undefined;
    case 'reply':
      return { type, id, payload: body(fields), contentType: textOrNothing(contentType) };
    case 'error':
      return { type, id, code: textOrNothing(code) ?? '', message: textOrNothing(message) ?? '' };
    case 'end':
      return { type, id };
    default:
      return undefined;
  }
}

function body({ text, data }: Record<string, unknown>): Uint8Array {
  return typeof data === 'string' ? fromBase64(data) : new TextEncoder().encode(textOrNothing(text) ?? '');
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
