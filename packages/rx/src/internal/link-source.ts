import { NEVER, type Observable, type Subscriber, concat, defer, filter } from 'rxjs';

/** What an operator does with its source. What they throw errors the result, and so does an error of the source. */
export interface SourceHandlers<T> {
  next(value: T): void;
  complete(): void;
}

/**
 * Subscribes an operator to its source so that also a source that emits while it is being subscribed stops as soon as the
 * result is done with. It is an operator of RxJS that calls the handlers: an observer would be guarded once more per value.
 */
export function linkSource<T>(
  source: Observable<T>,
  subscriber: Subscriber<unknown>,
  handlers: SourceHandlers<T>,
): void {
  const taken$ = source.pipe(
    filter((value) => {
      // The source is the last to be left: what comes meanwhile is for nobody.
      if (!subscriber.closed) handlers.next(value);
      return false;
    }),
  );
  const completed$ = defer(() => {
    handlers.complete();
    return NEVER;
  });
  concat(taken$, completed$).subscribe(subscriber);
}
