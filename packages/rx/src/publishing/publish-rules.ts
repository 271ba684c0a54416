import { type OptionProblem, type PublishOptions, publishProblems } from '@rxmqtt/core';
import { type Rules, any, bound, codec, fields, isFunction, oneOf, topicName } from '../internal/rules.js';
import type { PublishManyOptions, PublishToOptions, SinkOverflow } from './publish-to-options.js';

const DEFAULT_WINDOW = 64;
const DEFAULT_CAPACITY = 1_000;
const DEFAULT_MAX_BYTES = 16 << 20;
const OVERFLOWS: readonly SinkOverflow[] = ['error', 'dropNewest', 'dropOldest', 'latest'];

/** Of what all ways to publish have in common the core knows what it must be; see {@link messageProblems}. */
export const MESSAGE_RULES: Rules<Pick<PublishOptions, 'qos' | 'properties' | 'offline'>> = {
  qos: any,
  properties: any,
  offline: any,
};

/** What is wrong with those options that say how a message is published; of a full buffer the others have words of their own. */
export function messageProblems({ overflow: _, ...options }: PublishOptions): readonly OptionProblem[] {
  return publishProblems(options);
}

/** What the options for many messages must be. */
export const MANY_RULES: Rules<PublishManyOptions<never, never>> = {
  ...MESSAGE_RULES,
  retain: any,
  timeout: any,
  topic: topicName,
  codec,
  window: bound,
  onError: oneOf(['status', 'error'], isFunction, ' or a function'),
};

/** What the options of a sink must be. */
export const SINK_OPTIONS = /* @__PURE__ */ fields<PublishToOptions<never>>(
  { ...MANY_RULES, capacity: bound, maxBytes: bound, overflow: oneOf(OVERFLOWS) },
  [],
  messageProblems,
);

/** The bounds of a sink, all set. */
export interface SinkBounds {
  readonly window: number;
  readonly capacity: number;
  readonly maxBytes: number;
  readonly overflow: SinkOverflow;
}

/** Fills in the defaults. */
export function sinkBounds({
  window = DEFAULT_WINDOW,
  capacity = DEFAULT_CAPACITY,
  maxBytes = DEFAULT_MAX_BYTES,
  overflow = 'error',
}: Partial<SinkBounds>): SinkBounds {
  return { window, capacity, maxBytes, overflow };
}
