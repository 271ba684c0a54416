import { type OptionProblem, isTopicName, publishProblems } from '@rxmqtt/core';
import { LONGEST_DELAY, type Rule, type Rules, any, codec, isObject, number, oneOf } from '../internal/rules.js';
import { MESSAGE_RULES } from '../publishing/publish-rules.js';
import type { RequestOptions } from './ask-options.js';

const milliseconds = number(0, LONGEST_DELAY);

/** What the options of a request must be. */
export const ASK_RULES: Rules<RequestOptions> = {
  ...MESSAGE_RULES,
  overflow: any,
  timeout: (value) => (value === Infinity ? undefined : milliseconds(value)),
  signal: (value) =>
    isObject(value) && 'aborted' in value && 'addEventListener' in value ? undefined : 'must be an AbortSignal',
  codec,
  replyCodec: codec,
  replyTo: beginning,
  convention: oneOf(['properties', 'envelope']),
  linger: milliseconds,
};

function beginning(value: unknown): ReturnType<Rule> {
  if (isTopicName(value) && !value.startsWith('$')) return undefined;
  return 'must be the beginning of a topic name, without wildcards and $';
}

/** What is wrong with those options that say how the request is published. */
export function askProblems({ timeout: _, ...options }: RequestOptions): readonly OptionProblem[] {
  return publishProblems(options);
}
