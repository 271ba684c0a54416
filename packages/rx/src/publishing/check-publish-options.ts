import { InvalidOptionsError, type OptionProblem } from '@rxmqtt/core';
import type { PublishManyOptions, PublishToOptions, SinkOverflow } from './publish-to-options.js';

const DEFAULT_WINDOW = 64;
const DEFAULT_CAPACITY = 1_000;
const DEFAULT_MAX_BYTES = 16 << 20;
const OVERFLOWS: readonly SinkOverflow[] = ['error', 'dropNewest', 'dropOldest', 'latest'];

/** The bounds of a sink, all set. */
export interface SinkBounds {
  readonly window: number;
  readonly capacity: number;
  readonly maxBytes: number;
  readonly overflow: SinkOverflow;
}

/** Checks the options of a sink. Throws InvalidOptionsError with all problems. */
export function checkSinkOptions({
  window = DEFAULT_WINDOW,
  capacity = DEFAULT_CAPACITY,
  maxBytes = DEFAULT_MAX_BYTES,
  overflow = 'error',
  onError,
}: Pick<PublishToOptions<never>, 'window' | 'capacity' | 'maxBytes' | 'overflow' | 'onError'>): SinkBounds {
  refuse([
    ...wholeNumber('window', window),
    ...wholeNumber('capacity', capacity),
    ...wholeNumber('maxBytes', maxBytes),
    ...(OVERFLOWS.includes(overflow)
      ? []
      : [{ path: 'overflow', reason: `must be one of ${OVERFLOWS.map((each) => JSON.stringify(each)).join(', ')}` }]),
    ...errorPolicy(onError),
  ]);
  return { window, capacity, maxBytes, overflow };
}

/** Checks what a pulled source is published with; the answer is the window. Throws InvalidOptionsError with all problems. */
export function checkWindow({
  window = DEFAULT_WINDOW,
  onError,
}: Pick<PublishManyOptions<never, never>, 'window' | 'onError'>): number {
  refuse([...wholeNumber('window', window), ...errorPolicy(onError)]);
  return window;
}

function refuse(problems: readonly OptionProblem[]): void {
  if (problems.length > 0) throw new InvalidOptionsError(problems);
}

function wholeNumber(path: string, value: unknown): OptionProblem[] {
  if (Number.isInteger(value) && (value as number) > 0) return [];
  return [{ path, reason: 'must be a whole number above 0' }];
}

function errorPolicy(value: unknown): OptionProblem[] {
  if (value === undefined || value === 'status' || value === 'error' || typeof value === 'function') return [];
  return [{ path: 'onError', reason: "must be 'status', 'error' or a function" }];
}
