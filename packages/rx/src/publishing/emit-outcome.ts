import type { Publication, PublishResult } from '@rxmqtt/core';
import type { Subscriber } from 'rxjs';

/** Emits the result of a publication when it has one, and completes; or errors with what it failed with. */
export function emitOutcome(publication: Publication, subscriber: Subscriber<PublishResult>): void {
  publication.onSettled((outcome) => {
    if (outcome.status === 'failed') subscriber.error(outcome.error);
    else {
      subscriber.next(outcome.result);
      subscriber.complete();
    }
  });
}
