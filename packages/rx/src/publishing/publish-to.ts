import type { Payload } from '@rxmqtt/core';
import { Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { check, client } from '../internal/rules.js';
import { InputMerger } from './input-merger.js';
import { PublishQueue } from './publish-queue.js';
import { SINK_OPTIONS, sinkBounds } from './publish-rules.js';
import type { PublishInput, PublishStatus, PublishToOptions } from './publish-to-options.js';
import { statusEmitter } from './status-emitter.js';

/**
 * Publishes what comes in, up to `window` messages at a time, and emits one status per input. Statuses leave in the order of
 * the inputs, but for what is refused (a bad message, no room) or gives way to newer inputs: they leave as soon as that is
 * known, with their `index`. An input is encoded when it comes; what becomes of its objects and buffers later changes nothing.
 *
 * An Observable cannot be told to slow down, so what comes faster than the broker takes it waits, `capacity` inputs at most;
 * then `overflow` says what is given up. A source that can be pulled is better published by {@link publishAll}. No failure of
 * a message ends the stream, unless `onError` says so.
 *
 * Cold · opens the connection when the first input comes · completes when the source has completed and every input has its
 * status · errors with the source, at once, or as `onError` says · goes on through reconnects, waiting meanwhile ·
 * unsubscribing drops what waits here, which shows in `drops$`; what was handed to the connection goes on.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * readings$
 *   .pipe(
 *     map((reading) => ({ topic: `plant/${reading.machine}/temp`, payload: String(reading.celsius) })),
 *     publishTo(mqtt, { qos: 1, window: 16, overflow: 'dropOldest' }),
 *   )
 *   .subscribe((status) => { if (status.status === 'failed') console.warn(status.error.message); });
 * ```
 */
export function publishTo<T = Payload, I extends PublishInput<T> = PublishInput<T>>(
  mqtt: Pick<Mqtt, 'connection'>,
  options: PublishToOptions<T> = {},
): OperatorFunction<I, PublishStatus<I>> {
  check(['mqtt', mqtt, client], ['', options, SINK_OPTIONS]);
  const bounds = sinkBounds(options);
  // Room in the outbox is waited for: what this sink gives up is for its own policy to say.
  const merger = new InputMerger(options, 'block');
  return (source) =>
    new Observable((subscriber) => {
      let sourceDone = false;
      const emit = statusEmitter<I>(subscriber, options.onError);
      const queue = new PublishQueue<T, I>(mqtt.connection, bounds, merger, emit, () => {
        if (sourceDone && queue.isIdle) subscriber.complete();
      });
      const stopped$ = new Subject<void>();
      subscriber.add(() => {
        queue.stop();
        stopped$.next();
      });
      source.pipe(takeUntil(stopped$)).subscribe({
        next: (input) => {
          queue.push(input);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          sourceDone = true;
          if (queue.isIdle) subscriber.complete();
        },
      });
    });
}
