/** A topic with named parameters, made by `parseTemplate`. `P` has a text for each of them. */
export interface TopicTemplate<P> {
  /** The template as it was given. */
  readonly template: string;
  /** The filter that matches every topic of the template: `+` for `{name}`, `#` for `{name#}`. */
  readonly filter: string;
  /** The names of the parameters, in their order. */
  readonly params: readonly (keyof P & string)[];

  /**
   * The topic for these values, without the share group if the template has one.
   *
   * @throws InvalidTopicError with `kind: 'parameter'` when a value is missing (inherited properties do not count), is
   * not a string, is empty, or contains `+`, `#`, a null character, half a surrogate pair or, for `{name}`, a `/`; also
   * when the topic would begin with its `$`. With `kind: 'template'` when the template has a wildcard without a name.
   * With `kind: 'name'` when the topic is too long.
   */
  build(params: P): string;

  /**
   * The filter for these values, with a wildcard for each parameter that is absent. One that is there but `undefined` is
   * refused: a value that got lost on its way must not subscribe to everything.
   *
   * @throws InvalidTopicError with `kind: 'parameter'` as in `build`; with `kind: 'filter'` when the filter is too long.
   */
  buildFilter(params: Partial<P>): string;

  /**
   * The values in `topic`; `undefined` when it does not match the template. Never throws.
   *
   * An empty level gives `''`, which `build` refuses. `{name#}` gives `''` also when the topic ends at the parent.
   */
  extract(topic: string): P | undefined;

  /**
   * What the wildcards that have no name stand for in `topic`, in their order (see `captures`); `undefined` when it does not
   * match. Never throws.
   */
  captures(topic: string): readonly string[] | undefined;
}
