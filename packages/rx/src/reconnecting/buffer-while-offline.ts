import { ClosedError } from '@rxmqtt/core';
import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import type { BufferOptions, DropOptions } from '../internal/buffer-options.js';
import type { BufferOverflow } from '../internal/backlog.js';
import { BUFFER_RULES, Buffer } from '../internal/buffer.js';
import { linkSource } from '../internal/link-source.js';
import { openOnUse } from '../internal/open-on-use.js';
import { check, client, fields } from '../internal/rules.js';
import { connectedOf } from '../lifecycle/state.js';

/** Options of {@link bufferWhileOffline}. */
export interface BufferWhileOfflineOptions<T> extends BufferOptions, Pick<DropOptions<T>, 'onDrop'> {
  /** Defaults to 1,000. */
  readonly capacity?: number;
  /** Defaults to `'dropOldest'`. */
  readonly overflow?: BufferOverflow;
}

const { mqtt: _, ...RULES } = BUFFER_RULES;
const OPTIONS = fields<BufferWhileOfflineOptions<never>>(RULES);

/**
 * Lets values through while there is a connection, and keeps them while there is none; they leave in their order when it is
 * there again. For what is to be decided late, such as what of it is still worth sending; the connection's own outbox
 * keeps what was published.
 *
 * Cold · opens the connection when it is subscribed · completes when the source has completed and all has left, and when the
 * connection has ended for good: what waits then is dropped · errors with the source, at once, and with OverflowError by
 * policy · what is dropped shows on `mqtt.drops$` · unsubscribing forgets what waits.
 *
 * @throws InvalidOptionsError at once.
 *
 * @example
 * ```ts
 * readings$
 *   .pipe(bufferWhileOffline(mqtt, { capacity: 100, overflow: 'latest' }), publishTo(mqtt, { offline: 'error' }))
 *   .subscribe();
 * ```
 */
export function bufferWhileOffline<T>(
  mqtt: Pick<Mqtt, 'connection'>,
  options: BufferWhileOfflineOptions<T> = {},
): MonoTypeOperatorFunction<T> {
  check(['mqtt', mqtt, client], ['', options, OPTIONS]);
  const { capacity = 1_000, overflow = 'dropOldest', onDrop } = options;
  return (source) =>
    new Observable((subscriber) => {
      const buffer = new Buffer<T>({ operator: 'bufferWhileOffline', capacity, overflow, onDrop, mqtt });
      // Asked, not remembered: a consumer may break the connection while values leave.
      const isOnline = (): boolean => mqtt.connection.negotiated !== undefined;
      let sourceDone = false;
      let flushing = false;

      /** One loop for all, so that what comes while it runs keeps its place. */
      const flush = (): void => {
        if (flushing) return;
        flushing = true;
        while (isOnline() && buffer.size > 0 && !subscriber.closed) subscriber.next(buffer.next() as T);
        flushing = false;
        if (sourceDone && buffer.size === 0) subscriber.complete();
      };

      subscriber.add(() => {
        buffer.clear();
      });
      openOnUse(mqtt.connection);
      const connection = connectedOf(mqtt.connection).subscribe({
        next: flush,
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          try {
            buffer.drop(new ClosedError('the connection has ended, and what waited in bufferWhileOffline is lost'));
            subscriber.complete();
          } catch (error) {
            subscriber.error(error);
          }
        },
      });
      subscriber.add(connection);
      const next = (value: T): void => {
        if (isOnline() && !flushing) subscriber.next(value);
        else buffer.push(value);
      };
      const complete = (): void => {
        sourceDone = true;
        flush();
      };
      linkSource(source, subscriber, { next, complete });
    });
}
