import { type Connection, type MqttMessage, type PublishResult, isMqttError } from '@rxmqtt/core';
import { Observable, concatMap, defer, of } from 'rxjs';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import { type DeadLetterCause, publishDeadLetter } from '../dead-letters/publish-dead-letter.js';
import { hasEnded } from '../internal/has-ended.js';
import { emitOutcome } from '../publishing/emit-outcome.js';
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
  // How a dead letter looks depends on the version.
  const agreed$ = defer(() => {
    const { negotiated } = connection;
    return negotiated === undefined ? connection.open() : of(negotiated);
  });
  return agreed$.pipe(
    concatMap(
      (negotiated) =>
        new Observable<PublishResult>((subscriber) => {
          emitOutcome(publishDeadLetter(connection, negotiated, deadLetter, message, cause), subscriber);
        }),
    ),
    retryBackoff({
      shouldRetry: (error) => isMqttError(error) && error.retryable && !hasEnded(connection.state),
    }),
  );
}
