import {
  ClosedError,
  type Connection,
  type MqttMessage,
  type Negotiated,
  type PublishResult,
  isMqttError,
} from '@rxmqtt/core';
import { Observable, concatMap, defer, filter, map, take, throwIfEmpty } from 'rxjs';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import { type DeadLetterCause, publishDeadLetter } from '../dead-letters/publish-dead-letter.js';
import { openOnUse } from '../internal/open-on-use.js';
import { stateOf } from '../lifecycle/state.js';
import { retryBackoff } from '../reconnecting/retry-backoff.js';

/**
 * Publishes a dead letter. Emits the result when it was acknowledged; until then it is tried again and again, unless the
 * error says that this is of no use, as what a topic function throws.
 * @param connection the one of the client that publishes it.
 */
export function sendDeadLetter(
  connection: Connection,
  deadLetter: DeadLetter,
  message: MqttMessage,
  cause: DeadLetterCause,
): Observable<PublishResult> {
  const attempt$ = new Observable<PublishResult>((subscriber) => {
    publishDeadLetter(connection, deadLetter, message, cause).onSettled((outcome) => {
      if (outcome.status === 'failed') subscriber.error(outcome.error);
      else {
        subscriber.next(outcome.result);
        subscriber.complete();
      }
    });
  });
  return defer(() => negotiatedOf(connection)).pipe(
    concatMap(() => attempt$),
    retryBackoff({ shouldRetry: (error) => isMqttError(error) && error.retryable }),
  );
}

/** Emits as soon as client and server have agreed: how a dead letter looks depends on the version. */
function negotiatedOf(connection: Connection): Observable<Negotiated> {
  openOnUse(connection);
  return stateOf(connection).pipe(
    map((state) => ('negotiated' in state ? state.negotiated : undefined)),
    filter((negotiated) => negotiated !== undefined),
    take(1),
    throwIfEmpty(() => new ClosedError('the connection ended before a dead letter could be published')),
  );
}
