import type { Connection, Payload, PublishOptions, PublishResult } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import { openOnUse } from '../internal/open-on-use.js';

/** Publishes one message at each subscription; see `Mqtt.publish`. */
export function publishOnce(
  connection: Connection,
  topic: string,
  payload: Payload,
  options: Omit<PublishOptions, 'signal'> = {},
): Observable<PublishResult> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    const publication = connection.publish(topic, payload, { ...options, signal: abort.signal });
    openOnUse(connection);
    let settled = false;
    publication.onSettled((outcome) => {
      settled = true;
      if (outcome.status === 'failed') subscriber.error(outcome.error);
      else {
        subscriber.next(outcome.result);
        subscriber.complete();
      }
    });
    return () => {
      // An abort that nobody needs any more is not free: it makes a DOMException with a stack.
      if (!settled) abort.abort();
    };
  });
}
