import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type Rule, check as checkArguments, codec as codecRule, isFunction, isObject } from '../internal/rules.js';
import type { Codec } from './codec.js';
import { SchemaError } from './schema-error.js';

/** Whether a schema is for what a codec gives; of `unknown`, as JSON gives it, any schema can make something. */
type Takes<Schema extends StandardSchemaV1, In> = unknown extends In
  ? unknown
  : [In] extends [StandardSchemaV1.InferInput<Schema>]
    ? unknown
    : never;

/**
 * A codec whose decoded values are checked, and may be changed, by a schema or a function. Values that are sent are not
 * checked: their type says what they are.
 *
 * @param codec what reads and writes the payloads.
 * @param check a schema of any library that follows Standard Schema (Zod, Valibot, ArkType …), which must not be
 * asynchronous, or a function that returns the value or throws. What fails makes the payload undecodable.
 * @throws InvalidOptionsError at once when `codec` is no codec, or `check` neither a schema nor a function.
 *
 * @example
 * ```ts
 * const percent = validated(number(), z.number().min(0).max(100));
 * ```
 */
export function validated<In, Schema extends StandardSchemaV1>(
  codec: Codec<In>,
  check: Schema & Takes<Schema, In>,
): Codec<StandardSchemaV1.InferOutput<Schema>>;
export function validated<In, T>(codec: Codec<In>, check: (value: In) => T): Codec<T>;
export function validated<In, T>(codec: Codec<In>, check: StandardSchemaV1<In, T> | ((value: In) => T)): Codec<T> {
  checkArguments(['codec', codec, codecRule], ['check', check, schemaOrFunction]);
  const parse = isSchema(check) ? parser(check as StandardSchemaV1<unknown, T>) : check;
  const { name, properties } = codec;
  return {
    // By name: a class does not spread its own.
    name,
    ...(properties === undefined ? {} : { properties }),
    decode: (payload, message) => parse(codec.decode(payload, message)),
    // What the schema makes of a value is written as the codec writes it.
    encode: (value) => codec.encode(value as unknown as In),
  };
}

const schemaOrFunction: Rule = (check) =>
  isFunction(check) || (isObject(check) && '~standard' in check)
    ? undefined
    : 'must be a schema that follows Standard Schema, or a function that returns the value or throws';

/** Schemas of some libraries are functions as well. */
function isSchema<In, T>(check: StandardSchemaV1<In, T> | ((value: In) => T)): check is StandardSchemaV1<In, T> {
  return '~standard' in check;
}

function parser<T>({ '~standard': schema }: StandardSchemaV1<unknown, T>): (value: unknown) => T {
  return (value) => {
    const result = schema.validate(value);
    if ('then' in result) {
      // It will settle later, when nobody listens any more.
      result.catch(() => undefined);
      throw new TypeError(
        `this ${schema.vendor} schema is asynchronous, and decoding is not: check such values in the pipeline`,
      );
    }
    if (result.issues !== undefined) throw new SchemaError(result.issues);
    return result.value;
  };
}
