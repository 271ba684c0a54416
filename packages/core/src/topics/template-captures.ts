import type { IsKnown } from './template-params.js';

/**
 * The values of the wildcards of a filter or a template, read from its literal type: one text for each `+` and `#` that is
 * written as such. `TemplateCaptures<'a/+/{name}/#'>` is `readonly [string, string]`.
 *
 * Where the text is not known to the compiler (`string`, or a literal with a hole in it): `readonly string[]`.
 */
export type TemplateCaptures<Template extends string> = Template extends unknown
  ? IsKnown<Template> extends true
    ? WildcardValues<Template>
    : readonly string[]
  : never;

// The second parameter makes it tail-recursive, as in TemplateParams.
type WildcardValues<
  Text extends string,
  Found extends readonly string[] = readonly [],
> = Text extends `${infer Level}/${infer Rest}`
  ? WildcardValues<Rest, WithLevel<Level, Found>>
  : WithLevel<Text, Found>;

type WithLevel<Level extends string, Found extends readonly string[]> = Level extends '+' | '#'
  ? readonly [...Found, string]
  : Found;
