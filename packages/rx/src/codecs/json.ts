import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Codec } from './codec.js';
import { validated } from './validated.js';

/**
 * Payloads as JSON.
 * @param check makes sure that a decoded value is what it should be, and gives it its type: a schema that follows Standard
 * Schema (Zod, Valibot, ArkType …), or a function that returns the value or throws. What fails makes the payload
 * undecodable. Without it the type is a promise of the sender that nobody checks.
 * @throws InvalidOptionsError at once when `check` is neither.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/{line}/temp', { codec: json(z.object({ celsius: z.number() })) });
 * ```
 */
export function json<Schema extends StandardSchemaV1>(check: Schema): Codec<StandardSchemaV1.InferOutput<Schema>>;
export function json<T = unknown>(check?: (value: unknown) => T): Codec<T>;
export function json<T>(check?: StandardSchemaV1<unknown, T> | ((value: unknown) => T)): Codec<T> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const plain: Codec<unknown> = {
    name: 'JSON',
    properties: { payloadFormatIndicator: 1, contentType: 'application/json' },
    decode: (payload): unknown => JSON.parse(decoder.decode(payload)),
    encode: (value) => {
      const encoded = JSON.stringify(value) as string | undefined;
      if (encoded === undefined) throw new TypeError('the value has no JSON form');
      return encoded;
    },
  };
  return check === undefined ? (plain as Codec<T>) : validated(plain, check as (value: unknown) => T);
}
