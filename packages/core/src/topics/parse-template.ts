import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { quoteText } from '../errors/quote-text.js';
import { ParsedTemplate } from './parsed-template.js';
import { parseTemplateLevel, type TemplateLevel } from './template-level.js';
import type { TemplateParams } from './template-params.js';
import { textFault } from './text-fault.js';
import { topicFilterFault } from './topic-filter.js';
import type { TopicTemplate } from './topic-template.js';

/**
 * Reads a topic template such as `site/{site}/dev/{id}/temp`. `{name}` is one level, `{name#}` at the end is the rest of
 * the topic; a literal brace is doubled. The other levels are those of a topic filter: a plain filter is a template
 * without parameters, and the two may be mixed. The types of the parameters come from the literal.
 *
 * @throws InvalidTopicError with `kind: 'template'` when a brace is single, a parameter is not a whole level, has no name
 * or the name of another, or when the filter that results is invalid.
 */
export function parseTemplate<const Template extends string>(
  template: Template,
): TopicTemplate<TemplateParams<Template>> {
  const fault = textFault(template);
  if (fault !== undefined) throw new InvalidTopicError('template', template, fault);
  const levels = template.split('/').map((level) => parseTemplateLevel(level, template));
  const filter = levels.map((level) => level.filter).join('/');
  const conflict = duplicateFault(levels) ?? filterFault(filter);
  if (conflict !== undefined) throw new InvalidTopicError('template', template, conflict);
  return new ParsedTemplate(template, filter, levels);
}

function duplicateFault(levels: readonly TemplateLevel[]): string | undefined {
  const names = new Set<string>();
  for (const { name } of levels) {
    if (name === undefined) continue;
    if (names.has(name)) return `has the parameter ${quoteText(name)} twice: give each its own name`;
    names.add(name);
  }
  return undefined;
}

function filterFault(filter: string): string | undefined {
  const fault = topicFilterFault(filter);
  return fault === undefined ? undefined : `makes the filter ${quoteText(filter)}, which ${fault}`;
}
