import type { Codec } from './codec.js';

/** Payloads as they are. */
export function bytes(): Codec<Uint8Array> {
  return { name: 'bytes', decode: (payload) => payload, encode: (value) => value };
}
