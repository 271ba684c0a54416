import { expectTypeOf } from 'expect-type';
import { bytes } from './bytes.js';
import type { Codec } from './codec.js';
import { json } from './json.js';
import { number } from './number.js';
import { text } from './text.js';

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
