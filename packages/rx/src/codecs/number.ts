import type { Codec } from './codec.js';

/** Other notations that `Number()` reads. */
const NOT_DECIMAL = /^0[box]/i;

/**
 * Payloads as decimal numbers in text, such as `21.5`. Only finite numbers decode and encode.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/{line}/temp', { codec: number() }).subscribe(({ params, value }) => console.log(params.line, value + 1));
 * ```
 */
export function number(): Codec<number> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return {
    name: 'a number',
    properties: { payloadFormatIndicator: 1, contentType: 'text/plain' },
    decode: (payload) => {
      const written = decoder.decode(payload).trim();
      return finite(written === '' || NOT_DECIMAL.test(written) ? NaN : Number(written));
    },
    encode: (value) => String(finite(value)),
  };
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new RangeError('not a finite number');
}
