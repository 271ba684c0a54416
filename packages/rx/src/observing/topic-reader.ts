import { type TemplateCaptures, type TemplateParams, parseTemplate } from '@rxmqtt/core';

/** Reads topics as one filter or template sees them. */
export interface TopicReader<Template extends string> {
  readonly template: Template;
  /** What the server is asked for. */
  readonly filter: string;
  params(topic: string): TemplateParams<Template>;
  captures(topic: string): TemplateCaptures<Template>;
}

const NO_PARAMS = Object.freeze({});
const NO_CAPTURES = Object.freeze([]);

/**
 * @throws InvalidTopicError when the template is invalid.
 */
export function readTopics<const Template extends string>(template: Template): TopicReader<Template> {
  const parsed = parseTemplate(template);
  const noParams = NO_PARAMS as TemplateParams<Template>;
  return {
    template,
    filter: parsed.filter,
    // A topic that came for the filter has its levels.
    params: parsed.params.length === 0 ? () => noParams : (topic) => parsed.extract(topic) ?? noParams,
    captures: (topic) => (parsed.captures(topic) ?? NO_CAPTURES) as TemplateCaptures<Template>,
  };
}
