/**
 * The parameters of a topic template, read from its literal type:
 * `TemplateParams<'site/{site}/dev/{id}/temp'>` is `{ readonly site: string; readonly id: string }`.
 *
 * `{name#}` gives `name`; doubled braces and the wildcards `+` and `#` give nothing. Where the text is not known to the
 * compiler (`string`, or a literal with a hole in it), any parameter may be there: `Readonly<Record<string, string>>`.
 */
export type TemplateParams<Template extends string> = Template extends unknown
  ? IsKnown<Template> extends true
    ? Readonly<Record<LevelParams<Template>, string>>
    : Readonly<Record<string, string>>
  : never;

/** Whether the compiler knows the whole text. */
// As key of a record a literal can be required; `string` and `a/${string}` make an index signature, which cannot.
export type IsKnown<Text extends string> = Partial<Record<Text, unknown>> extends Record<Text, unknown> ? false : true;

// The second parameter makes it tail-recursive: the compiler follows 1,000 levels instead of 50.
type LevelParams<Text extends string, Found extends string = never> = Text extends `${infer Level}/${infer Rest}`
  ? LevelParams<Rest, Found | LevelParam<Level>>
  : Found | LevelParam<Text>;

type LevelParam<Level extends string> = Level extends `{${infer Name}}` ? ParamName<Name> : never;

// Braces within are doubled ones, as in `{{name}}`, or a mistake that `parseTemplate` refuses.
type ParamName<Text extends string> = Text extends '' | '#' | `${string}${'{' | '}'}${string}`
  ? never
  : Text extends `${infer Name}#`
    ? Name
    : Text;
