import { type TemplateCaptures, type TemplateParams, type TopicTemplate, parseTemplate } from '@rxmqtt/core';

/** Which of some readers is that of a topic. */
export interface Readers {
  /** Those that are wanted now. */
  readonly wanted: readonly TopicReader[];
  find(topic: string): TopicReader | undefined;
}

const NO_PARAMS = Object.freeze({});
const NO_CAPTURES = Object.freeze([]);

/** Reads topics as one filter or template sees them. Topics that came for the filter have its levels. */
export class TopicReader implements Readers {
  readonly template: string;
  /** What the server is asked for. */
  readonly filter: string;
  /** Made when a topic is to be read: most of many readers wait, and are to take little. */
  #parsed: TopicTemplate<TemplateParams<string>> | undefined;

  /**
   * @throws InvalidTopicError when the template is invalid.
   */
  constructor(template: string) {
    const { filter } = parseTemplate(template);
    this.template = template;
    // Not another text of the same.
    this.filter = filter === template ? template : filter;
  }

  params(topic: string): TemplateParams<string> {
    // Without a name in it the template is the filter.
    const params = this.filter === this.template ? undefined : this.read().extract(topic);
    return params ?? NO_PARAMS;
  }

  captures(topic: string): TemplateCaptures<string> {
    return this.read().captures(topic) ?? NO_CAPTURES;
  }

  get wanted(): readonly TopicReader[] {
    return [this];
  }

  /** All topics are its own. */
  find(): this {
    return this;
  }

  private read(): TopicTemplate<TemplateParams<string>> {
    return (this.#parsed ??= parseTemplate(this.template));
  }
}
