import type { MqttMessage } from '@rxmqtt/core';
import { checkBuffer } from '../internal/buffer.js';
import { OptionsCheck } from '../internal/options-check.js';
import { type ResolvedRetryPolicy, resolveRetryPolicy } from '../reconnecting/retry-policy.js';
import type { ErrorAction, ProcessOptions } from './process-options.js';

const DEFAULT_ATTEMPTS = 5;
const ACTIONS: readonly ErrorAction[] = ['retry', 'redeliver', 'deadLetter', 'nack', 'ack', 'error'];

/** The keys of {@link ProcessOptions}. */
export const PROCESS_KEYS = [
  'concurrency',
  'ordered',
  'onError',
  'retry',
  'deadLetter',
  'capacity',
  'overflow',
  'mqtt',
] as const satisfies readonly (keyof ProcessOptions)[];

/** {@link ProcessOptions}, with the defaults, checked. */
export interface ProcessSettings<M extends MqttMessage>
  extends Required<Pick<ProcessOptions<M>, 'concurrency' | 'ordered' | 'onError' | 'capacity' | 'overflow'>>,
    Pick<ProcessOptions<M>, 'deadLetter' | 'mqtt'> {
  readonly retry: ResolvedRetryPolicy;
}

/** Fills in the defaults. Throws InvalidOptionsError with all problems. */
export function resolveProcessOptions<M extends MqttMessage>(
  options: ProcessOptions<M>,
  check = new OptionsCheck(),
): ProcessSettings<M> {
  const { concurrency = 64, ordered = 'no', onError = 'retry', capacity = 1_000, overflow = 'dropOldest' } = options;
  const { deadLetter, mqtt } = options;
  check.count('concurrency', concurrency);
  check.oneOf('ordered', ordered, ['no', 'byTopic', 'all']);
  if (typeof onError !== 'function') check.oneOf('onError', onError, ACTIONS);
  checkBuffer(check, { capacity, overflow });
  const retry = resolveRetryPolicy(options.retry ?? {}, check, 'retry', DEFAULT_ATTEMPTS);
  if (deadLetter === undefined) {
    if (onError === 'deadLetter') check.problem('deadLetter', 'is missing: where do dead letters go?');
  } else if (mqtt === undefined) check.problem('mqtt', 'is missing: who publishes dead letters?');
  check.done();
  return {
    concurrency: ordered === 'all' ? 1 : concurrency,
    ordered,
    onError,
    capacity,
    overflow,
    retry,
    ...(deadLetter === undefined ? {} : { deadLetter }),
    ...(mqtt === undefined ? {} : { mqtt }),
  };
}
