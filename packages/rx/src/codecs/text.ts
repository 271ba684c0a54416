import type { Codec } from './codec.js';

/** Payloads as UTF-8 text. What is not UTF-8 does not decode. */
export function text(): Codec<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    name: 'UTF-8 text',
    properties: { payloadFormatIndicator: 1, contentType: 'text/plain' },
    decode: (payload) => decoder.decode(payload),
    encode: (value) => value,
  };
}
