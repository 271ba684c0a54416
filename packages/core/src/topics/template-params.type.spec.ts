/* eslint @typescript-eslint/no-generated-empty-object-type: off -- no parameters is what some of them have */
import { expectTypeOf } from 'expect-type';
import { parseTemplate } from './parse-template.js';
import type { TemplateParams } from './template-params.js';

// Checked by the compiler only.
type None = Readonly<Record<never, string>>;

expectTypeOf<TemplateParams<'site/{site}/dev/{id}/temp'>>().toEqualTypeOf<{
  readonly site: string;
  readonly id: string;
}>();
expectTypeOf<TemplateParams<'{id}'>>().toEqualTypeOf<{ readonly id: string }>();
expectTypeOf<TemplateParams<'{id}/'>>().toEqualTypeOf<{ readonly id: string }>();
expectTypeOf<TemplateParams<'a/{rest#}'>>().toEqualTypeOf<{ readonly rest: string }>();
expectTypeOf<TemplateParams<'a/+/{id}/#'>>().toEqualTypeOf<{ readonly id: string }>();
expectTypeOf<TemplateParams<'$share/g/{id}'>>().toEqualTypeOf<{ readonly id: string }>();
expectTypeOf<TemplateParams<'{__proto__}'>>().toEqualTypeOf<{ readonly __proto__: string }>();

// No parameter: plain text, wildcards, doubled braces, and what parseTemplate refuses.
expectTypeOf<TemplateParams<'a/+/b/#'>>().toEqualTypeOf<None>();
expectTypeOf<TemplateParams<'a/{{b}}/c'>>().toEqualTypeOf<None>();
expectTypeOf<TemplateParams<'{{/{id}/}}'>>().toEqualTypeOf<{ readonly id: string }>();
expectTypeOf<TemplateParams<'x{a}/{b}x/{c/d}/{}/{#}/{{{e}}}/{f}}/{{g}'>>().toEqualTypeOf<None>();
expectTypeOf<TemplateParams<''>>().toEqualTypeOf<None>();

// The compiler does not know the text.
expectTypeOf<TemplateParams<string>>().toEqualTypeOf<Readonly<Record<string, string>>>();
expectTypeOf<TemplateParams<`a/${string}`>>().toEqualTypeOf<Readonly<Record<string, string>>>();
expectTypeOf<TemplateParams<`{id}/${number}`>>().toEqualTypeOf<Readonly<Record<string, string>>>();

// One of several templates: the values of one of them.
expectTypeOf<TemplateParams<'a/{x}' | 'b/{y}'>>().toEqualTypeOf<{ readonly x: string } | { readonly y: string }>();

// As many levels as anyone writes.
type Ten<T extends string> = `${T}/${T}/${T}/${T}/${T}/${T}/${T}/${T}/${T}/${T}`;
expectTypeOf<TemplateParams<`${Ten<Ten<'a'>>}/{id}`>>().toEqualTypeOf<{ readonly id: string }>();

const template = parseTemplate('site/{site}/dev/{id}/temp');
expectTypeOf(template.params).toEqualTypeOf<readonly ('site' | 'id')[]>();
expectTypeOf(template.extract('')).toEqualTypeOf<{ readonly site: string; readonly id: string } | undefined>();
template.build({ site: 'a', id: 'b' });
template.buildFilter({});
template.buildFilter({ site: 'a' });
// @ts-expect-error -- `id` is missing
template.build({ site: 'a' });
// @ts-expect-error -- not a string
template.build({ site: 'a', id: 7 });
// @ts-expect-error -- no such parameter
template.buildFilter({ sit: 'a' });
// @ts-expect-error -- a value that got lost must not become a wildcard
template.buildFilter({ site: undefined });

const plain = parseTemplate('a/+/b');
expectTypeOf(plain.params).toEqualTypeOf<readonly never[]>();
plain.build({});

const text: string = ['a', '{id}'].join('/');
const unknown = parseTemplate(text);
expectTypeOf(unknown.extract('')).toEqualTypeOf<Readonly<Record<string, string>> | undefined>();
unknown.build({ id: 'x' });
