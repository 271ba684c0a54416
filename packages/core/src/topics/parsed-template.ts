import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { quoteText } from '../errors/quote-text.js';
import { captureLevels } from './captures.js';
import { filterStart } from './filter-start.js';
import { parameterFault } from './parameter-fault.js';
import type { TemplateLevel } from './template-level.js';
import { validateTopicFilter } from './topic-filter.js';
import { isTopicName, validateTopicName } from './topic-name.js';
import type { TopicTemplate } from './topic-template.js';

// The levels `$share` and the group.
const GROUP_LEVELS = 2;

/** The one implementation of {@link TopicTemplate}; `parseTemplate` checks what goes in. */
export class ParsedTemplate<P> implements TopicTemplate<P> {
  readonly template: string;
  readonly filter: string;
  readonly params: readonly (keyof P & string)[];
  readonly #group: string;
  readonly #levels: readonly TemplateLevel[];
  readonly #filterLevels: readonly string[];
  readonly #wildcardNames: readonly (string | undefined)[];

  constructor(template: string, filter: string, levels: readonly TemplateLevel[]) {
    this.template = template;
    this.filter = filter;
    const start = filterStart(filter);
    this.#group = filter.slice(0, start);
    this.#levels = start === 0 ? levels : levels.slice(GROUP_LEVELS);
    this.#filterLevels = this.#levels.map((level) => level.filter);
    this.#wildcardNames = this.#levels.filter(isWildcard).map((level) => level.name);
    this.params = this.#wildcardNames.filter((name) => name !== undefined) as (keyof P & string)[];
  }

  build(params: P): string {
    if (this.#wildcardNames.includes(undefined)) {
      throw new InvalidTopicError(
        'template',
        this.template,
        'has a wildcard without a name, which no value fills: name it',
      );
    }
    const topic = this.#levels
      .map((level, index) => {
        if (level.name === undefined) return level.filter;
        if (hasOwn(params, level.name)) return this.#valueFor(level, index, params);
        const reason = `is missing for the template ${quoteText(this.template)}: give it a text`;
        throw new InvalidTopicError('parameter', level.name, reason);
      })
      .join('/');
    validateTopicName(topic);
    return topic;
  }

  buildFilter(params: Partial<P>): string {
    const levels = this.#levels.map((level, index) => {
      return hasOwn(params, level.name) ? this.#valueFor(level, index, params) : level.filter;
    });
    const filter = this.#group + levels.join('/');
    validateTopicFilter(filter);
    return filter;
  }

  extract(topic: string): P | undefined {
    const values = this.#capture(topic);
    if (values === undefined) return undefined;
    const params: Record<string, string> = {};
    for (let i = 0; i < values.length; i++) {
      const name = this.#wildcardNames[i];
      if (name !== undefined) setOwn(params, name, values[i] as string);
    }
    return params as P;
  }

  captures(topic: string): readonly string[] | undefined {
    return this.#capture(topic)?.filter((_, index) => this.#wildcardNames[index] === undefined);
  }

  #capture(topic: string): string[] | undefined {
    return isTopicName(topic) ? captureLevels(this.#filterLevels, topic) : undefined;
  }

  #valueFor(level: TemplateLevel, index: number, params: Readonly<Record<string, unknown>>): string {
    const name = level.name as string;
    const value = params[name];
    const fault = parameterFault(value, { isFirst: index === 0, isRest: level.filter === '#' });
    if (fault === undefined) return value as string;
    const shown = typeof value === 'string' ? value : value === null ? 'null' : typeof value;
    throw new InvalidTopicError(
      'parameter',
      shown,
      `given for ${quoteText(name)} of ${quoteText(this.template)} ${fault}`,
    );
  }
}

function isWildcard(level: TemplateLevel): boolean {
  return level.filter === '+' || level.filter === '#';
}

function hasOwn(params: unknown, name: string | undefined): params is Readonly<Record<string, unknown>> {
  return name !== undefined && typeof params === 'object' && params !== null && Object.hasOwn(params, name);
}

function setOwn(params: Record<string, string>, name: string, value: string): void {
  // An assignment to `__proto__` would go to the prototype.
  if (name === '__proto__') {
    Object.defineProperty(params, name, { value, configurable: true, enumerable: true, writable: true });
  } else params[name] = value;
}
