import type { Publication } from './publish-options.js';
import type { DropEvent } from '../connection/connection.js';
import type { OfflinePolicy, OverflowPolicy } from './publish-options.js';

/** Limits of what is on its way out, all set. */
export interface OutboundOptions {
  /** `undefined`: as fits the protocol version. */
  readonly window: number | undefined;
  readonly capacity: number;
  readonly maxBytes: number;
  readonly overflow: OverflowPolicy;
  readonly maxAge: number;
  readonly onSessionLost: 'republish' | 'fail';
  readonly offline: OfflinePolicy;
}

/** What happens to messages on their way out. */
export interface OutboundEvents {
  drop(event: DropEvent): void;
  /** Whether a listener of `drop` is running: what it publishes must not drop anything in turn, or that would never end. */
  isTellingDrop(): boolean;
  warn(error: unknown, what: string): void;
  congestion(congested: boolean): void;
  /** Messages of an earlier process are on their way again. */
  restored(publications: readonly Publication[]): void;
  /** Nothing is waiting or unacknowledged any more. */
  idle(): void;
}
