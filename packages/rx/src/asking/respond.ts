import {
  DecodeError,
  type MqttMessage,
  type OptionProblem,
  type Payload,
  type SubscribeOptions,
  type TemplateParams,
  parseTemplate,
  subscriptionProblems,
} from '@rxmqtt/core';
import { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { openOnUse } from '../internal/open-on-use.js';
import { type Rules, any, check, client, codec as codecRule, fields, func, qos as qosRule } from '../internal/rules.js';
import { type AddressedRequest, readRequest, replyTopicGuard } from './received-request.js';
import { RemoteError } from './remote-error.js';
import { Replier } from './replier.js';
import type { HandlerResult, ReceivedRequest, RespondOptions, RespondStatus } from './respond-options.js';

const RULES: Rules<RespondOptions<never, never>> = {
  // Those of the subscription are looked at together.
  ...{ qos: any, group: any, concurrency: any },
  replyQos: qosRule,
  codec: codecRule,
  replyCodec: codecRule,
  allow: (value) => {
    const filters: unknown = typeof value === 'string' ? [value] : value;
    return Array.isArray(filters) && filters.length > 0
      ? undefined
      : 'must be a filter or a list of them, and not empty';
  },
  describeError: func,
};

/**
 * Answers requests to a filter or template. The handler answers with a value, a promise, or any number of values as an Observable
 * or async iterable, after the last of which the requester is told so. What it throws crosses as a RemoteError.
 *
 * `concurrency` requests are handled at once. Each is acknowledged after its replies were, so that one whose responder dies is
 * sent again, if its session lives; a handler should bear being asked twice. Requests without a reply topic, with one that is
 * not allowed, and retained ones are ignored, with a status.
 *
 * Cold: subscribing subscribes at the broker and opens the connection · emits what became of each request · completes when the
 * connection is closed · errors with SubscribeRejectedError, or what the connection has failed with; never with what a handler
 * throws · goes on through reconnects · unsubscribing ends the subscription, and Observables and iterables that still answer: who asked is
 * told that the answer is not complete, by a RemoteError with the code `STOPPED`; what a handler still says when its `signal` is
 * aborted changes nothing of that.
 *
 * @throws InvalidTopicError at once, when the template, the group or a filter of `allow` is invalid; InvalidOptionsError for
 * everything else that is wrong with the arguments.
 *
 * @example
 * ```ts
 * respond(mqtt, 'plant/{line}/add', ({ params, value }) => ({ line: params.line, sum: value.a + value.b }), {
 *   codec: json<{ a: number; b: number }>(),
 *   replyCodec: json(),
 *   allow: 'rxmqtt/reply/+',
 * }).subscribe((status) => { if (status.status === 'failed') console.warn(status.error); });
 * ```
 */
export function respond<const Template extends string, T = Uint8Array, R = Payload>(
  mqtt: Pick<Mqtt, 'connection'>,
  filter: Template,
  handler: (request: ReceivedRequest<Template, T>) => HandlerResult<NoInfer<R>>,
  options: RespondOptions<T, R> = {},
): Observable<RespondStatus<Template, T>> {
  const template = parseTemplate(filter);
  const together = ({ qos, group, concurrency }: RespondOptions<never, never>): readonly OptionProblem[] =>
    subscriptionProblems(template.filter, { qos, group, concurrency } as SubscribeOptions);
  check(['mqtt', mqtt, client], ['handler', handler, func], ['', options, fields(RULES, [], together)]);
  const { connection } = mqtt;
  const isServed = replyTopicGuard(options.allow);
  const { qos = 1, group, concurrency = 64, codec } = options;
  return new Observable((subscriber) => {
    if (connection.state.type === 'failed') {
      subscriber.error(connection.state.cause);
      return;
    }
    const stopped = new AbortController();
    const replier = new Replier(connection, options);
    const tell = (status: RespondStatus<Template, T>): void => {
      subscriber.next(status);
    };
    const receive = (
      { payload, properties, address }: AddressedRequest,
      { topic, dup }: MqttMessage,
    ): ReceivedRequest<Template, T> => ({
      topic,
      dup,
      payload,
      properties,
      replyTo: address.topic,
      params: template.extract(topic) ?? ({} as TemplateParams<Template>),
      value: codec === undefined ? (payload as T) : codec.decode(payload, { topic, properties }),
      signal: stopped.signal,
    });
    /** Never rejects: the request is acknowledged when this is done. */
    const answer = async (asked: AddressedRequest, message: MqttMessage): Promise<void> => {
      const { topic } = message;
      let request: ReceivedRequest<Template, T>;
      try {
        request = receive(asked, message);
      } catch (cause) {
        const error = new DecodeError(topic, asked.payload, codec?.name ?? 'bytes', { cause });
        await replier.refuse(asked.address, new RemoteError('BAD_REQUEST', error.message));
        tell({ status: 'failed', topic, request: undefined, error });
        return;
      }
      try {
        const replies = await replier.answer(asked.address, () => handler(request));
        tell({ status: 'answered', request, replies });
      } catch (error) {
        tell({ status: 'failed', topic, request, error });
      }
    };
    const subscription = connection.subscribe(
      template.filter,
      { qos, concurrency, ...(group === undefined ? {} : { group }) },
      {
        message: (message) => {
          const { topic } = message;
          const asked = readRequest(message);
          if (asked === undefined) tell({ status: 'ignored', topic, reason: 'noReplyTopic' });
          else if (message.retain) tell({ status: 'ignored', topic, reason: 'retained' });
          else if (isServed(asked.address.topic)) return answer(asked, message);
          else tell({ status: 'ignored', topic, reason: 'replyTopicRefused' });
          return undefined;
        },
        error: (error) => {
          subscriber.error(error);
        },
        end: () => {
          subscriber.complete();
        },
      },
    );
    openOnUse(connection);
    return () => {
      replier.stop();
      stopped.abort();
      void subscription.unsubscribe();
    };
  });
}
