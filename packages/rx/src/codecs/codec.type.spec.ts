import { type } from 'arktype';
import { expectTypeOf } from 'expect-type';
import * as v from 'valibot';
import { z } from 'zod';
import { byContentType } from './by-content-type.js';
import { bytes } from './bytes.js';
import type { Codec } from './codec.js';
import { json } from './json.js';
import { number } from './number.js';
import { text } from './text.js';
import { validated } from './validated.js';

// Checked by the compiler only.
interface Reading {
  readonly celsius: number;
}
declare function toReading(value: unknown): Reading;

expectTypeOf(bytes()).toEqualTypeOf<Codec<Uint8Array>>();
expectTypeOf(text()).toEqualTypeOf<Codec<string>>();
expectTypeOf(number()).toEqualTypeOf<Codec<number>>();
expectTypeOf(json()).toEqualTypeOf<Codec<unknown>>();
expectTypeOf(json<Reading>()).toEqualTypeOf<Codec<Reading>>();
expectTypeOf(json(toReading)).toEqualTypeOf<Codec<Reading>>();
expectTypeOf(json((value) => value === true)).toEqualTypeOf<Codec<boolean>>();

expectTypeOf(json(z.object({ celsius: z.number() }))).toEqualTypeOf<Codec<{ celsius: number }>>();
expectTypeOf(json(v.object({ celsius: v.number() }))).toEqualTypeOf<Codec<{ celsius: number }>>();
expectTypeOf(json(type({ celsius: 'number' }))).toEqualTypeOf<Codec<{ celsius: number }>>();
expectTypeOf(json(z.object({ at: z.coerce.date() }))).toEqualTypeOf<Codec<{ at: Date }>>();
expectTypeOf(validated(number(), z.number().min(0))).toEqualTypeOf<Codec<number>>();
expectTypeOf(validated(text(), z.coerce.date())).toEqualTypeOf<Codec<Date>>();
expectTypeOf(validated(text(), (value) => value.length)).toEqualTypeOf<Codec<number>>();
expectTypeOf(byContentType({ 'text/plain': number(), 'application/json': json<number>() })).toEqualTypeOf<
  Codec<number>
>();

// @ts-expect-error -- a schema of texts does not check numbers
validated(number(), z.string());
// @ts-expect-error -- all codecs give the same type
byContentType<number>({ 'text/plain': text() });
// @ts-expect-error -- a validation returns the value that it has checked
json<Reading>(() => 'x');
// @ts-expect-error -- what comes off the network is unknown
json((value: Reading) => value);
// @ts-expect-error -- of another type
number().encode('1');
// @ts-expect-error -- of another type
json(toReading).encode({ kelvin: 1 });
// @ts-expect-error -- only what says what a payload is
({ ...text(), properties: { responseTopic: 'a' } }) satisfies Codec<string>;
