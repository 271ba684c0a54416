import { type Observable, isObservable } from 'rxjs';
import type { BufferOptions, DropOptions } from '../internal/buffer-options.js';
import type { BufferOverflow } from '../internal/backlog.js';
import { BUFFER_RULES } from '../internal/buffer.js';
import { type Rule, check, fields } from '../internal/rules.js';

/** How an Observable is pulled from. */
export interface PullOptions<T> extends BufferOptions, DropOptions<T> {
  /** Defaults to 1,000. */
  readonly capacity?: number;
  /** Defaults to `'error'`: nothing is lost silently. */
  readonly overflow?: BufferOverflow;
}

/** Pull options, all set. */
export interface ResolvedPullOptions<T> extends DropOptions<T> {
  readonly capacity: number;
  readonly overflow: BufferOverflow;
}

const OPTIONS = fields<PullOptions<never>>(BUFFER_RULES);

const observable: Rule = (source) => (isObservable(source) ? undefined : 'must be an Observable');

/** Checks what is to be pulled from, and how, and fills in the defaults. Throws InvalidOptionsError with all problems. */
export function resolvePullOptions<T>(
  source: Observable<T>,
  options: PullOptions<T>,
  rule = OPTIONS,
): ResolvedPullOptions<T> {
  check(['source', source, observable], ['', options, rule]);
  const { capacity = 1_000, overflow = 'error', ...rest } = options;
  return { ...rest, capacity, overflow };
}
