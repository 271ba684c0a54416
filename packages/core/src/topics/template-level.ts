import { InvalidTopicError } from '../errors/invalid-topic-error.js';

/** One level of a topic template. */
export interface TemplateLevel {
  /** The level as a filter has it: the text without doubled braces, `+` or `#`. */
  readonly filter: string;
  /** The name of the parameter, where the level is one. */
  readonly name: string | undefined;
}

/**
 * Reads one level of a template: `{name}`, `{name#}`, or text in which a literal brace is doubled.
 *
 * @throws InvalidTopicError with `kind: 'template'`.
 */
export function parseTemplateLevel(level: string, template: string): TemplateLevel {
  if (level.startsWith('{') && level.endsWith('}')) {
    const inner = level.slice(1, -1);
    if (!inner.includes('{') && !inner.includes('}')) return parseParameter(inner, template);
  }
  return { filter: withoutDoubledBraces(level, template), name: undefined };
}

function parseParameter(inner: string, template: string): TemplateLevel {
  const isRest = inner.endsWith('#');
  const name = isRest ? inner.slice(0, -1) : inner;
  if (name === '') throw fault(template, 'has a parameter without a name: write {name}');
  if (name.includes('#') || name.includes('+')) {
    throw fault(
      template,
      'has a wildcard in the name of a parameter: write {name}, or {name#} at the end for the rest',
    );
  }
  return { filter: isRest ? '#' : '+', name };
}

function withoutDoubledBraces(level: string, template: string): string {
  let text = '';
  for (let i = 0; i < level.length; i++) {
    const char = level.charAt(i);
    text += char;
    if (char !== '{' && char !== '}') continue;
    i++;
    if (level.charAt(i) !== char) {
      throw fault(
        template,
        `has a single ${char} within a level: a parameter is a whole level, a literal brace is doubled`,
      );
    }
  }
  return text;
}

function fault(template: string, reason: string): InvalidTopicError {
  return new InvalidTopicError('template', template, reason);
}
