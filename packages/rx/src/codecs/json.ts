import type { Codec } from './codec.js';

/**
 * Payloads as JSON.
 * @param validate makes sure that a decoded value is what it should be, and gives it its type; what it throws makes the
 * payload undecodable. Without it the type is a promise of the sender that nobody checks.
 */
export function json<T = unknown>(validate?: (value: unknown) => T): Codec<T> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return {
    name: 'JSON',
    properties: { payloadFormatIndicator: 1, contentType: 'application/json' },
    decode: (payload) => {
      const value: unknown = JSON.parse(decoder.decode(payload));
      return validate === undefined ? (value as T) : validate(value);
    },
    encode: (value) => {
      const encoded = JSON.stringify(value) as string | undefined;
      if (encoded === undefined) throw new TypeError('the value has no JSON form');
      return encoded;
    },
  };
}
