import type { Payload } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import type { Reply, RequestOptions } from './ask-options.js';
import { check, client, fields } from '../internal/rules.js';
import { ASK_RULES, askProblems } from './ask-rules.js';
import { ask } from './ask.js';

const OPTIONS = fields<RequestOptions>(ASK_RULES, [], askProblems);

/**
 * Asks, and emits the reply.
 *
 * On MQTT 5 with Response Topic and Correlation Data, on 3.x with a JSON text around the payload, which `respond` understands
 * too. All requests of a client share one subscription for their replies; replies that come late, or that nobody asked for, are
 * dropped. Correlation data are random, so that nobody can answer who has not been asked.
 *
 * Cold: each subscription asks anew · opens the connection · completes with the reply · errors with RemoteError when the
 * responder says so, NoResponderError when the server knows of nobody to answer (MQTT 5), TimeoutError, AbortedError,
 * DecodeError, or what publishing or subscribing fails with · a reconnect sends an unacknowledged request again (QoS 1),
 * so that it may be answered twice, of which the first counts · unsubscribing takes the request back if it has not been
 * sent, and forgets the reply.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the options.
 *
 * @example
 * ```ts
 * request(mqtt, 'plant/7/set', { celsius: 21 }, { codec: json(), replyCodec: json<{ ok: boolean }>(), timeout: 2_000 })
 *   .subscribe(({ value }) => console.log(value.ok));
 * ```
 */
export function request<T = Uint8Array, Q = Payload>(
  mqtt: Pick<Mqtt, 'connection'>,
  topic: string,
  payload: NoInfer<Q>,
  options: RequestOptions<T, Q> = {},
): Observable<Reply<T>> {
  check(['mqtt', mqtt, client], ['', options, OPTIONS]);
  const answers$ = ask<T, Q>(mqtt.connection, topic, payload, options);
  return new Observable((subscriber) =>
    answers$.subscribe({
      next: (answer) => {
        if (answer.type === 'error') subscriber.error(answer.error);
        else if (answer.type === 'reply') {
          subscriber.next(answer.reply);
          subscriber.complete();
        }
      },
      error: (error: unknown) => {
        subscriber.error(error);
      },
    }),
  );
}
