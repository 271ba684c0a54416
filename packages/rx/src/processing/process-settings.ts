import type { MqttMessage, OptionProblem } from '@rxmqtt/core';
import { isDeadLetter } from '../dead-letters/is-dead-letter.js';
import { BUFFER_RULES } from '../internal/buffer.js';
import { type Rules, client, count, fields, isFunction, oneOf } from '../internal/rules.js';
import {
  RETRY_RULES,
  type ResolvedRetryPolicy,
  resolveRetryPolicy,
  retryProblems,
} from '../reconnecting/retry-policy.js';
import type { ErrorAction, ProcessOptions } from './process-options.js';

const DEFAULT_ATTEMPTS = 5;
const ACTIONS: readonly ErrorAction[] = ['retry', 'redeliver', 'deadLetter', 'nack', 'ack', 'error'];

/** What {@link ProcessOptions} must be. */
export const PROCESS_RULES: Rules<ProcessOptions> = {
  concurrency: count,
  ordered: oneOf(['no', 'byTopic', 'all']),
  onError: oneOf(ACTIONS, isFunction, ' or a function'),
  retry: fields(RETRY_RULES, [], retryProblems),
  deadLetter: (value) => (isDeadLetter(value) ? undefined : 'must be a deadLetter(…)'),
  capacity: BUFFER_RULES.capacity,
  overflow: BUFFER_RULES.overflow,
  mqtt: client,
};

/** What of the options must fit together: dead letters need a place, and somebody who publishes them. */
export function processProblems({ onError, deadLetter, mqtt }: ProcessOptions): readonly OptionProblem[] {
  if (deadLetter === undefined) {
    return onError === 'deadLetter' ? [{ path: 'deadLetter', reason: 'is missing: where do dead letters go?' }] : [];
  }
  // What is no dead letter is told by the rules already.
  if (!isDeadLetter(deadLetter) || (mqtt ?? deadLetter.mqtt) !== undefined) return [];
  return [{ path: 'mqtt', reason: 'is missing: who publishes dead letters?' }];
}

/** {@link ProcessOptions}, with the defaults, checked. */
export interface ProcessSettings<M extends MqttMessage>
  extends Required<Pick<ProcessOptions<M>, 'concurrency' | 'ordered' | 'onError' | 'capacity' | 'overflow'>>,
    Pick<ProcessOptions<M>, 'deadLetter' | 'mqtt'> {
  readonly retry: ResolvedRetryPolicy;
}

/** Fills in the defaults. */
export function resolveProcessOptions<M extends MqttMessage>(options: ProcessOptions<M>): ProcessSettings<M> {
  const { concurrency = 64, ordered = 'no', onError = 'retry', capacity = 1_000, overflow = 'dropOldest' } = options;
  const { deadLetter, mqtt } = options;
  return {
    concurrency: ordered === 'all' ? 1 : concurrency,
    ordered,
    onError,
    capacity,
    overflow,
    retry: resolveRetryPolicy(options.retry ?? {}, DEFAULT_ATTEMPTS),
    ...(deadLetter === undefined ? {} : { deadLetter }),
    ...(mqtt === undefined ? {} : { mqtt }),
  };
}
