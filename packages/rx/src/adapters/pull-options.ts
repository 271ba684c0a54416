import type { BufferOptions, DropOptions } from '../internal/buffer-options.js';
import type { BufferOverflow } from '../internal/backlog.js';
import { checkBuffer } from '../internal/buffer.js';
import { OptionsCheck } from '../internal/options-check.js';

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

/** Fills in the defaults. Throws InvalidOptionsError. */
export function resolvePullOptions<T>(options: PullOptions<T>): ResolvedPullOptions<T> {
  const { capacity = 1_000, overflow = 'error', ...rest } = options;
  const check = new OptionsCheck();
  check.keys('', options, ['capacity', 'overflow', 'onDrop', 'mqtt']);
  checkBuffer(check, { capacity, overflow, onDrop: options.onDrop });
  check.done();
  return { ...rest, capacity, overflow };
}
