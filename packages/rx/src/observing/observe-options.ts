import type { FilterSet, MqttMessage, SubscribeOptions, TemplateCaptures, TemplateParams } from '@rxmqtt/core';
import type { Observable } from 'rxjs';
import type { Codec } from '../codecs/codec.js';
import type { DecodeErrorPolicy } from '../decoding/decode-options.js';

/**
 * How filters are observed. An observer is done with a message when its `next` returns, so there is nothing to queue or to
 * overflow here.
 */
export interface ObserveOptions<T = Uint8Array>
  extends Omit<SubscribeOptions, 'concurrency' | 'capacity' | 'overflow'> {
  /** Decodes payloads into `value`. Defaults to `bytes`: the payload itself. */
  readonly codec?: Codec<T>;
  /**
   * What becomes of a message that the codec cannot decode: `'skip'`, `'error'` or a `deadLetter(…)`; see
   * {@link DecodeErrorPolicy}. Defaults to `'skip'`: one bad message does not end the stream.
   */
  readonly onDecodeError?: DecodeErrorPolicy;
  /**
   * What becomes of the stream when a connection that had been made is lost: `'keep'` goes on with the next one, `'error'` ends
   * with what it was lost by, `'complete'` ends without an error. Defaults to `'keep'`.
   */
  readonly onDisconnect?: 'keep' | 'error' | 'complete';
}

/** Several filters or templates: a list, or a set with options for each. */
export type FilterCollection = readonly string[] | FilterSet;

/** What can be observed: a filter or a template, several of them, or a stream that says which, from time to time. */
export type FilterInput = string | FilterCollection | Observable<string | FilterCollection>;

/** The filters and templates of a {@link FilterInput}, as far as the compiler knows them. */
export type TemplatesOf<Input> = Input extends string
  ? Input
  : Input extends Observable<infer Filters>
    ? TemplatesOf<Filters>
    : Input extends readonly (infer Filter)[]
      ? Extract<Filter, string>
      : Extract<keyof Input, string>;

/** A message with its decoded value, and the levels that the template names. */
export interface ObservedMessage<Template extends string, T> extends MqttMessage {
  /** The decoded payload. */
  readonly value: T;
  /** The values of the `{name}` levels of the template. */
  readonly params: TemplateParams<Template>;
  /** What the wildcards that have no name stand for, one text for each `+` and `#`, in their order. Computed when read. */
  readonly captures: TemplateCaptures<Template>;
  /** The filter or template that it was observed by; of several that match, the first. */
  readonly template: Template;
}

/** A message of one of several templates; `template` tells which, and so which `params` it has. */
export type ObservedOneOf<Template extends string, T> = Template extends unknown ? ObservedMessage<Template, T> : never;
