import { type Observable, Subject, type Subscriber } from 'rxjs';

/**
 * Emits when the subscriber is done or gone. `source.pipe(takeUntil(stoppedBy(subscriber)))` stops also a source that emits
 * while it is being subscribed: the link is there before the subscription is.
 */
export function stoppedBy(subscriber: Subscriber<unknown>): Observable<void> {
  const stopped$ = new Subject<void>();
  subscriber.add(() => {
    stopped$.next();
  });
  return stopped$;
}
