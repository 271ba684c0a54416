import type { Codec } from './codec.js';

/**
 * Payloads as UTF-8 text. What is not UTF-8 does not decode.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/{line}/alarm', { codec: text() }).subscribe(({ params, value }) => console.log(params.line, 'says', value));
 * ```
 */
export function text(): Codec<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    name: 'UTF-8 text',
    properties: { payloadFormatIndicator: 1, contentType: 'text/plain' },
    decode: (payload) => decoder.decode(payload),
    encode: (value) => value,
  };
}
