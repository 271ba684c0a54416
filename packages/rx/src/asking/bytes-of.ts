import type { Payload } from '@rxmqtt/core';

/** What a payload is on the wire. */
export function bytesOf(payload: Payload): Uint8Array {
  return typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
}
