import type { TemplateCaptures } from '@rxmqtt/core';

/** What operators need of a message at least: the messages of `observe` have it, and so may yours. */
export interface TopicMessage {
  /** The topic it was published to. */
  readonly topic: string;
}

/** A message with what the wildcards of a filter stand for. */
export type WithCaptures<M, Filter extends string> = M extends unknown
  ? Omit<M, 'captures'> & { readonly captures: TemplateCaptures<Filter> }
  : never;
