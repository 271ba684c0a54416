import { type Connection, type Payload, type PublishOptions, type PublishResult, publishProblems } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import { openOnUse } from '../internal/open-on-use.js';
import { any, check, fields } from '../internal/rules.js';
import { emitOutcome } from './emit-outcome.js';
import { MESSAGE_RULES } from './publish-rules.js';

const OPTIONS = /* @__PURE__ */ fields<Omit<PublishOptions, 'signal'>>(
  { ...MESSAGE_RULES, retain: any, timeout: any, overflow: any },
  [],
  publishProblems,
);

/** Publishes one message at each subscription; see `Mqtt.publish`. Throws InvalidOptionsError at once. */
export function publish(
  connection: Connection,
  topic: string,
  payload: Payload,
  options: Omit<PublishOptions, 'signal'>,
): Observable<PublishResult> {
  check(['', options, OPTIONS]);
  return publishOnce(connection, topic, payload, options);
}

/** {@link publish}, of what was checked or comes as it may: then it errors. */
export function publishOnce(
  connection: Connection,
  topic: string,
  payload: Payload,
  options: Omit<PublishOptions, 'signal'>,
): Observable<PublishResult> {
  return new Observable((subscriber) => {
    const abort = new AbortController();
    const publication = connection.publish(topic, payload, { ...options, signal: abort.signal });
    openOnUse(connection);
    emitOutcome(publication, subscriber);
    return () => {
      // An abort that nobody needs any more is not free: it makes a DOMException with a stack.
      if (publication.outcome === undefined) abort.abort();
    };
  });
}
