import {
  AbortedError,
  type Connection,
  DecodeError,
  InvalidTopicError,
  type MqttError,
  type MqttMessage,
  TimeoutError,
  isMqttError,
  isTopicName,
} from '@rxmqtt/core';
import { Observable, type Subscriber } from 'rxjs';
import { after } from '../internal/after.js';
import { InputMerger, type MergedInput } from '../publishing/input-merger.js';
import type { Reply, ReplyError, RequestOptions } from './ask-options.js';
import { bytesOf } from './bytes-of.js';
import { type Correlation, newCorrelation } from './correlation.js';
import { writeEnvelope } from './envelope.js';
import { NoResponderError, RemoteError } from './remote-error.js';
import type { ReplyContent } from './reply.js';
import { inboxOf } from './reply-inbox.js';

/** What comes back to a request, before it is decided when that is enough. */
export type Answer<T> =
  | { readonly type: 'reply'; readonly reply: Reply<T> }
  | { readonly type: 'error'; readonly error: ReplyError }
  | { readonly type: 'end' };

const DEFAULT_TIMEOUT = 10_000;
const DEFAULT_LINGER = 30_000;

/**
 * Asks once at each subscription, and emits everything that comes back until it is left. Errors when the request cannot be
 * sent, when nobody is there to answer, and when time is up.
 * @param options checked.
 * @param timeout milliseconds; `Infinity` for no limit.
 */
export function ask<T, Q>(
  connection: Connection,
  topic: string,
  payload: Q,
  options: RequestOptions<T, Q>,
  timeout = options.timeout ?? DEFAULT_TIMEOUT,
): Observable<Answer<T>> {
  const { timeout: _, qos = 1, overflow = 'block', ...rest } = options;
  const merger = new InputMerger<Q>({ ...rest, qos }, overflow);
  return new Observable((subscriber) => {
    const { signal, linger = DEFAULT_LINGER } = options;
    const what = `the request to ${JSON.stringify(topic)}`;
    if (signal?.aborted === true) {
      subscriber.error(new AbortedError(what, signal.reason, false));
      return;
    }
    const message = merger.merge({ topic, payload });
    if (isMqttError(message)) {
      subscriber.error(message);
      return;
    }
    if (!isTopicName(topic)) {
      // Now, not when there is a connection.
      subscriber.error(new InvalidTopicError('name', topic, 'is none: no request can be published to it'));
      return;
    }
    const correlation = newCorrelation();
    const left = new AbortController();
    let sent = false;
    let answered = false;
    subscriber.add(() => {
      // What has its reply has been sent: there is nothing to take back.
      if (!answered) left.abort();
    });
    if (timeout !== Infinity) {
      subscriber.add(
        after(timeout, () => {
          subscriber.error(new TimeoutError(what, timeout, sent));
        }),
      );
    }
    if (signal !== undefined) {
      const onAbort = (): void => {
        subscriber.error(new AbortedError(what, signal.reason, sent));
      };
      signal.addEventListener('abort', onAbort);
      subscriber.add(() => {
        signal.removeEventListener('abort', onAbort);
      });
    }
    const leave = inboxOf(connection, options.replyTo).enter(
      correlation.key,
      {
        ready: (replyTo, version) => {
          sent = true;
          const convention = options.convention ?? (version === 5 ? 'properties' : 'envelope');
          const request = addressed(message, replyTo, correlation, convention, timeout);
          send(connection, request, left.signal, subscriber);
        },
        reply: (content, from) => {
          answered = true;
          subscriber.next(answer(content, from, topic, options));
        },
        fail: (error) => {
          subscriber.error(error);
        },
      },
      linger,
    );
    subscriber.add(leave);
  });
}

function send(
  connection: Connection,
  { topic, payload, options }: MergedInput,
  signal: AbortSignal,
  subscriber: Subscriber<never>,
): void {
  // Never retained, whatever the defaults of the connection say: it would be asked again for ever.
  const publication = connection.publish(topic, payload, { ...options, retain: false, signal });
  publication.onSettled((outcome) => {
    if (outcome.status === 'failed') subscriber.error(outcome.error satisfies MqttError);
    else if (outcome.result.noMatchingSubscribers) subscriber.error(new NoResponderError(topic));
  });
}

/** The request with the address of its replies. */
function addressed(
  { topic, payload, options }: MergedInput,
  responseTopic: string,
  { bytes, key }: Correlation,
  convention: 'properties' | 'envelope',
  timeout: number,
): MergedInput {
  // A request that nobody waits for any more is not worth delivering.
  const expiry = timeout === Infinity ? {} : { messageExpiryInterval: Math.max(1, Math.ceil(timeout / 1000)) };
  const properties = { ...expiry, ...options.properties };
  if (convention === 'properties') {
    const address = { responseTopic, correlationData: bytes };
    return { topic, payload, options: { ...options, properties: { ...properties, ...address } } };
  }
  const { contentType } = properties;
  const text = writeEnvelope({ type: 'request', id: key, replyTo: responseTopic, payload, contentType });
  return { topic, payload: text, options: { ...options, properties } };
}

function answer<T>(
  content: ReplyContent,
  from: MqttMessage,
  topic: string,
  { replyCodec }: Pick<RequestOptions<T>, 'replyCodec'>,
): Answer<T> {
  if (content.type === 'end') return content;
  if (content.type === 'error') return { type: 'error', error: new RemoteError(content.code, content.message, topic) };
  const payload = bytesOf(content.payload);
  const { properties } = content;
  if (replyCodec === undefined) return { type: 'reply', reply: { value: payload as T, payload, properties } };
  try {
    const value = replyCodec.decode(payload, { topic: from.topic, properties });
    return { type: 'reply', reply: { value, payload, properties } };
  } catch (cause) {
    return { type: 'error', error: new DecodeError(from.topic, payload, replyCodec.name, { cause }) };
  }
}
