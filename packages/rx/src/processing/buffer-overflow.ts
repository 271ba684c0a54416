import { Observable, type ObservableInput, type OperatorFunction, from, takeUntil } from 'rxjs';
import type { BufferOptions, DropOptions } from '../internal/buffer-options.js';
import { BUFFER_RULES, Buffer } from '../internal/buffer.js';
import { linkSource } from '../internal/link-source.js';
import { check, count, fields, func, oneOf } from '../internal/rules.js';
import { stoppedBy } from '../internal/stopped-by.js';

/** Options of {@link bufferOverflow}. */
export interface BufferOverflowOptions<T> extends BufferOptions, DropOptions<T> {
  /** How many values may wait, while others are worked on. */
  readonly capacity: number;
  readonly overflow: NonNullable<BufferOptions['overflow']>;
  /** Whether the value goes next that waits longest, or the one that came last. Defaults to `'fifo'`. */
  readonly order?: 'fifo' | 'lifo';
  /** Values of a higher priority go first, and are dropped last. Defaults to 0 for all. */
  readonly priority?: (value: T) => number;
  /** How many values are worked on at once. Defaults to 1. */
  readonly concurrency?: number;
}

const OPTIONS = fields<BufferOverflowOptions<never>>(
  { ...BUFFER_RULES, order: oneOf(['fifo', 'lifo']), priority: func, concurrency: count },
  ['capacity', 'overflow'],
);

/**
 * Works on values one after another, as `concatMap` does, but in front of it no more than `capacity` values wait. RxJS has
 * no demand: a buffer before `concatMap` never fills, because `concatMap` takes everything in. So this operator has both.
 *
 * Cold · completes when the source has completed and all work is done · errors with the source, with the work, with what
 * a callback throws, and with OverflowError by policy, each time at once · a reconnect changes nothing · unsubscribing ends
 * the work under way, and forgets what waits.
 *
 * @throws InvalidOptionsError at once.
 *
 * @example
 * ```ts
 * mqtt
 *   .observe('camera/+/frame')
 *   .pipe(bufferOverflow({ capacity: 8, overflow: 'latest', mqtt }, (frame) => analyse(frame.payload)))
 *   .subscribe(show);
 * ```
 */
export function bufferOverflow<T, R>(
  options: BufferOverflowOptions<T>,
  project: (value: T, index: number) => ObservableInput<R>,
): OperatorFunction<T, R> {
  check(['', options, OPTIONS], ['project', project, func]);
  const { capacity, overflow, order = 'fifo', priority, concurrency = 1, onDrop, mqtt } = options;
  return (source) =>
    new Observable((subscriber) => {
      const buffer = new Buffer<T>({ operator: 'bufferOverflow', capacity, overflow, order, priority, onDrop, mqtt });
      const stopped$ = stoppedBy(subscriber);
      let active = 0;
      let index = 0;
      let sourceDone = false;
      let running = false;

      const work = (value: T): void => {
        active++;
        const results$ = project(value, index++);
        // What most work is; an Observable made of it would cost more than all the rest.
        if (results$ instanceof Promise) void results$.then(settled, observer.error);
        else from(results$).pipe(takeUntil(stopped$)).subscribe(observer);
      };
      const observer = {
        next: (result: R): void => {
          subscriber.next(result);
        },
        error: (error: unknown): void => {
          subscriber.error(error);
        },
        complete: (): void => {
          active--;
          run();
        },
      };
      const settled = (result: R): void => {
        observer.next(result);
        observer.complete();
      };
      /** One loop for all, so that work that ends at once does not deepen the stack. */
      const run = (): void => {
        if (running) return;
        running = true;
        try {
          while (active < concurrency && buffer.size > 0 && !subscriber.closed) work(buffer.next() as T);
        } catch (error) {
          subscriber.error(error);
        }
        running = false;
        if (sourceDone && active === 0 && buffer.size === 0) subscriber.complete();
      };

      subscriber.add(() => {
        buffer.clear();
      });
      const next = (value: T): void => {
        if (active < concurrency && !running) work(value);
        else buffer.push(value);
      };
      const complete = (): void => {
        sourceDone = true;
        run();
      };
      linkSource(source, subscriber, { next, complete });
    });
}
