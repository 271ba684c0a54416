import { type Observable, type Subscriber, takeUntil } from 'rxjs';
import { stoppedBy } from './stopped-by.js';

/** What an operator does with its source. Errors pass through. */
export interface SourceHandlers<T> {
  /** What it throws errors the result. */
  next(value: T): void;
  complete(): void;
}

/**
 * Subscribes an operator to its source so that also a source that emits while it is being subscribed stops as soon as the
 * result is done with.
 */
export function linkSource<T>(
  source: Observable<T>,
  subscriber: Subscriber<unknown>,
  handlers: SourceHandlers<T>,
  stopped$ = stoppedBy(subscriber),
): void {
  // What was done with before could not be told to stop any more.
  if (subscriber.closed) return;
  source.pipe(takeUntil(stopped$)).subscribe({
    next: (value) => {
      try {
        handlers.next(value);
      } catch (error) {
        subscriber.error(error);
      }
    },
    error: (error: unknown) => {
      subscriber.error(error);
    },
    complete: () => {
      if (!subscriber.closed) handlers.complete();
    },
  });
}
