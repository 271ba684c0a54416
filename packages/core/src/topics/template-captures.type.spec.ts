import { expectTypeOf } from 'expect-type';
import type { TemplateCaptures } from './template-captures.js';

// Checked by the compiler only.
expectTypeOf<TemplateCaptures<'a/+/b/#'>>().toEqualTypeOf<readonly [string, string]>();
expectTypeOf<TemplateCaptures<'+'>>().toEqualTypeOf<readonly [string]>();
expectTypeOf<TemplateCaptures<'#'>>().toEqualTypeOf<readonly [string]>();
expectTypeOf<TemplateCaptures<'+/+/+'>>().toEqualTypeOf<readonly [string, string, string]>();
expectTypeOf<TemplateCaptures<'$share/g/a/+'>>().toEqualTypeOf<readonly [string]>();
// What has a name is a parameter.
expectTypeOf<TemplateCaptures<'a/{x}/+/{rest#}'>>().toEqualTypeOf<readonly [string]>();
expectTypeOf<TemplateCaptures<'a/{x}'>>().toEqualTypeOf<readonly []>();
expectTypeOf<TemplateCaptures<'a'>>().toEqualTypeOf<readonly []>();
expectTypeOf<TemplateCaptures<''>>().toEqualTypeOf<readonly []>();
// The compiler does not know the text.
expectTypeOf<TemplateCaptures<string>>().toEqualTypeOf<readonly string[]>();
expectTypeOf<TemplateCaptures<`a/${string}/+`>>().toEqualTypeOf<readonly string[]>();
// One of several.
expectTypeOf<TemplateCaptures<'a/+' | 'b'>>().toEqualTypeOf<readonly [string] | readonly []>();
// As many levels as anyone writes.
type Ten<T extends string> = `${T}/${T}/${T}/${T}/${T}/${T}/${T}/${T}/${T}/${T}`;
expectTypeOf<TemplateCaptures<`${Ten<Ten<'a'>>}/+`>>().toEqualTypeOf<readonly [string]>();
