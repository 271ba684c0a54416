import { InvalidOptionsError, type OptionProblem, isTopicName, unknownOptions } from '@rxmqtt/core';

/** The longest that timers can wait, in milliseconds. */
export const LONGEST_DELAY = 2 ** 31 - 1;

/** What is wrong with a value: a reason, or the problems of its parts, by their paths inside it. Nothing otherwise. */
export type Rule = (value: unknown) => string | readonly OptionProblem[] | undefined;

/** A rule for each of some options: to forget one does not compile. */
export type Rules<Options> = { readonly [Name in keyof Options]-?: Rule };

/**
 * Checks arguments by their paths and rules; an empty path is that of options, whose own names say enough. Throws
 * InvalidOptionsError with everything that is wrong, before anything is done.
 */
export function check(...given: readonly (readonly [path: string, value: unknown, rule: Rule])[]): void {
  const problems = given.flatMap(([path, value, rule]) => problemsOf(path, value, rule));
  if (problems.length === 0) return;
  throw new InvalidOptionsError(problems.map(({ path, reason }) => ({ path: path === '' ? 'options' : path, reason })));
}

function problemsOf(path: string, value: unknown, rule: Rule): readonly OptionProblem[] {
  const found = rule(value);
  if (typeof found === 'string') return [{ path, reason: found }];
  if (found === undefined || path === '') return found ?? [];
  return found.map((part) => ({ ...part, path: part.path === '' ? path : `${path}.${part.path}` }));
}

/**
 * An object with these options, and no others. What is left out is asked for only where it is required.
 * @param also what is to be said of several of them together.
 */
export function fields<Options extends object>(
  rules: Rules<Options>,
  required: readonly (keyof Options & string)[] = [],
  also?: (options: Options) => readonly OptionProblem[],
): Rule {
  return (value) => {
    if (!isObject(value) || Array.isArray(value)) return 'must be an object';
    const own = value as Record<string, unknown>;
    return [
      ...unknownOptions(value, Object.keys(rules)),
      ...Object.entries<Rule>(rules).flatMap(([name, rule]) =>
        own[name] !== undefined || required.includes(name as never) ? problemsOf(name, own[name], rule) : [],
      ),
      ...(also?.(value as Options) ?? []),
    ];
  };
}

/** Left out, or as the rule wants it. */
export const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value);

/** Is checked elsewhere. */
export const any: Rule = () => undefined;

export const count: Rule = (value) =>
  value === Infinity || (Number.isInteger(value) && (value as number) > 0)
    ? undefined
    : 'must be a whole number above 0';

/** As {@link count}, but not without end. */
export const bound: Rule = (value) => (value === Infinity ? count(0) : count(value));

export const number =
  (min: number, max: number): Rule =>
  (value) =>
    typeof value === 'number' && value >= min && value <= max
      ? undefined
      : `must be a number from ${String(min)} to ${String(max)}`;

/** Seconds as the protocol counts them. */
export const seconds: Rule = (value) =>
  Number.isInteger(value) ? number(0, 0xffff_ffff)(value) : 'must be a whole number of seconds';

/** So many milliseconds of a timer, and not none. */
export const duration = /* @__PURE__ */ number(1, LONGEST_DELAY);

/** One of some values; or, if it is not, what `otherwise` says of it. */
export const oneOf =
  (values: readonly unknown[], otherwise?: (value: unknown) => boolean, what = ''): Rule =>
  (value) =>
    values.includes(value) || otherwise?.(value) === true
      ? undefined
      : `must be one of ${values.map((each) => JSON.stringify(each)).join(', ')}${what}`;

export const qos = /* @__PURE__ */ oneOf([0, 1, 2]);

export const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');

export const func: Rule = (value) => (isFunction(value) ? undefined : 'must be a function');

export const topicName: Rule = (value) => (isTopicName(value) ? undefined : 'must be a topic name, without wildcards');

export const payload: Rule = (value) =>
  typeof value === 'string' || Object.prototype.toString.call(value) === '[object Uint8Array]'
    ? undefined
    : 'must be text or a Uint8Array';

/** A class may be one. The usual slips are a codec that is not made yet, and a schema: Zod's have `decode` and `encode` as well. */
export const codec: Rule = (value) =>
  has(value, 'decode') && has(value, 'encode') && !('~standard' in value)
    ? undefined
    : 'must be a codec: call what makes it, such as text() or json(schema)';

/** The usual slip is the connection itself. */
export const client: Rule = (value) => {
  const { connection } = (isObject(value) ? value : {}) as Record<string, unknown>;
  return has(connection, 'publish') ? undefined : 'must be a client, as connect() makes it, or { connection }';
};

function has(value: unknown, method: string): value is object {
  return (isObject(value) || isFunction(value)) && isFunction((value as unknown as Record<string, unknown>)[method]);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isFunction(value: unknown): value is (...values: never[]) => unknown {
  return typeof value === 'function';
}
