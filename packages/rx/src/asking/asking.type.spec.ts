import { expectTypeOf } from 'expect-type';
import { type Observable, of } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';
import type { Reply, Until } from './ask-options.js';
import { RemoteError } from './remote-error.js';
import { request } from './request.js';
import { respond } from './respond.js';
import type { RespondStatus } from './respond-options.js';

// Checked by the compiler only.
interface Question {
  readonly a: number;
}
interface Answer {
  readonly sum: number;
}

declare const mqtt: Mqtt;

expectTypeOf(mqtt.request('a', 'x')).toEqualTypeOf<Observable<Reply>>();
expectTypeOf(mqtt.request('a', { a: 1 }, { codec: json<Question>(), replyCodec: json<Answer>() })).toEqualTypeOf<
  Observable<Reply<Answer>>
>();
expectTypeOf(request(mqtt, 'a', 7, { codec: number(), timeout: 5 })).toEqualTypeOf<Observable<Reply>>();
expectTypeOf(mqtt.requestMany('a', '', { until: { count: 3, stall: 5 }, replyCodec: number() })).toEqualTypeOf<
  Observable<Reply<number>>
>();
void mqtt.requestMany('a', '', { until: { sentinel: ({ value }) => value === 0 }, replyCodec: number() });

// Params come from the template, values from the codec; replies go through theirs.
expectTypeOf(
  mqtt.respond(
    'plant/{line}/add',
    ({ params, value }) => {
      expectTypeOf(params.line).toEqualTypeOf<string>();
      expectTypeOf(value).toEqualTypeOf<Question>();
      return { sum: value.a };
    },
    { codec: json<Question>(), replyCodec: json<Answer>() },
  ),
).toEqualTypeOf<Observable<RespondStatus<'plant/{line}/add', Question>>>();
void mqtt.respond('a', ({ payload }) => payload);
void respond(mqtt, 'a', () => Promise.resolve('x'));
void mqtt.respond('a', () => of(1, 2), { replyCodec: number() });
void mqtt.respond(
  'a',
  async function* () {
    yield await Promise.resolve('x');
  },
  { replyCodec: text() },
);
void mqtt.respond('a', () => '', { describeError: (error) => new RemoteError('BUSY', String(error)) });
expectTypeOf(new RemoteError('BUSY', '').code).toEqualTypeOf<'ERR_MQTT_REMOTE'>();

declare const status: RespondStatus;
if (status.status === 'ignored')
  expectTypeOf(status.reason).toEqualTypeOf<'noReplyTopic' | 'replyTopicRefused' | 'retained'>();
if (status.status === 'answered') expectTypeOf(status.replies).toEqualTypeOf<number>();

// Wrong uses.
// @ts-expect-error -- without a codec a payload is text or bytes
void mqtt.request('a', { a: 1 });
// @ts-expect-error -- the codec encodes something else
void mqtt.request('a', { b: 1 }, { codec: json<Question>() });
// @ts-expect-error -- a request is never retained
void mqtt.request('a', '', { retain: true });
// @ts-expect-error -- what would end it?
void mqtt.requestMany('a', '', {});
// @ts-expect-error -- nothing would end it
void mqtt.requestMany('a', '', { until: {} });
// @ts-expect-error -- no such condition
void mqtt.requestMany('a', '', { until: { max: 3 } });
// @ts-expect-error -- one reply is what request() is for
void mqtt.request('a', '', { until: { count: 1 } });
// @ts-expect-error -- without a codec a reply is text or bytes
void mqtt.respond('a', () => ({ sum: 1 }));
// @ts-expect-error -- the codec encodes something else
void mqtt.respond('a', () => 'x', { replyCodec: number() });
void mqtt.respond('plant/{line}', ({ params }) => {
  expectTypeOf(params).not.toHaveProperty('machine');
  return '';
});
const nothing = {};
// @ts-expect-error -- at least one condition must end it
const until: Until = nothing;
expectTypeOf(until).toExtend<object>();
