import type { Mqtt } from '../client/mqtt.js';
import type { BufferOverflow } from './backlog.js';

/** How many values may wait, and what becomes of one too many. */
export interface BufferOptions {
  /**
   * How many values may wait. Messages that wait for their acknowledgement do not count, and are never dropped: Receive
   * Maximum bounds them.
   */
  readonly capacity?: number;
  /**
   * What becomes of values that find `capacity` values waiting:
   * - `dropOldest`, `dropNewest`: the one that waits longest goes, or the one that came;
   * - `latest`: a waiting value gives way to a newer one with the same `topic`, even if there is room; if there is none, as
   *   `dropOldest`;
   * - `error`: the stream ends with OverflowError.
   */
  readonly overflow?: BufferOverflow;
}

/** Where dropped values show. */
export interface DropOptions<T> {
  /** Called with each value that is dropped. What it throws errors the stream. */
  readonly onDrop?: (value: T) => void;
  /** The client on whose `drops$` they show. */
  readonly mqtt?: Pick<Mqtt, 'connection'>;
}
