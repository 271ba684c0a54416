import type { Codec } from './codec.js';

/**
 * Payloads as they are.
 *
 * @example
 * ```ts
 * const frames = byContentType({ 'image/jpeg': bytes(), 'image/png': bytes() });
 * mqtt.observe('camera/+/frame', { codec: frames }).subscribe(({ value }) => console.log(value.length, 'bytes'));
 * ```
 */
export function bytes(): Codec<Uint8Array> {
  return { name: 'bytes', decode: (payload) => payload, encode: (value) => value };
}
