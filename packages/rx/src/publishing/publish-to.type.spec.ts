import { expectTypeOf } from 'expect-type';
import { type Observable, type OperatorFunction, type Subject, filter, map } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';
import type { MqttError, Payload, PublishResult } from '@rxmqtt/core';
import type { PublishInput, PublishStatus, PublishToOptions } from './publish-to-options.js';
import { publishTo } from './publish-to.js';

// Checked by the compiler only.
interface Reading {
  readonly machine: string;
  readonly celsius: number;
}

declare const mqtt: Mqtt;
declare const readings$: Observable<Reading>;

// An input is whatever comes out of the operator before, extra fields and all; its status carries it.
expectTypeOf(
  readings$.pipe(
    map((reading) => ({ topic: `plant/${reading.machine}`, payload: String(reading.celsius) })),
    publishTo(mqtt, { qos: 1 }),
  ),
).toEqualTypeOf<Observable<PublishStatus<{ topic: string; payload: string }>>>();
expectTypeOf(
  readings$.pipe(
    map((reading) => ({ topic: `plant/${reading.machine}`, payload: reading })),
    publishTo(mqtt, { codec: json() }),
  ),
).toEqualTypeOf<Observable<PublishStatus<{ topic: string; payload: Reading }>>>();
expectTypeOf(
  readings$.pipe(
    map((payload) => ({ payload, id: 7 })),
    publishTo(mqtt, { topic: 'plant', codec: json<Reading>() }),
    filter((status) => status.status === 'failed'),
    map(({ input }) => input.id),
  ),
).toEqualTypeOf<Observable<number>>();
expectTypeOf(
  readings$.pipe(
    map(({ celsius }) => (celsius > 80 ? { payload: 'hot', retain: true } : { payload: new Uint8Array() })),
    publishTo(mqtt, { topic: 'plant' }),
    map(({ input }) => input.payload),
  ),
).toEqualTypeOf<Observable<string | Uint8Array<ArrayBuffer>>>();
expectTypeOf(
  readings$.pipe(
    map(({ celsius }) => ({ topic: 'a', payload: celsius })),
    publishTo(mqtt, { codec: number() }),
  ),
).toEqualTypeOf<Observable<PublishStatus<{ topic: string; payload: number }>>>();
// The first operator of a pipe, and a Subject of the type itself.
declare const inputs$: Subject<PublishInput>;
expectTypeOf(inputs$.pipe(publishTo(mqtt))).toEqualTypeOf<Observable<PublishStatus<PublishInput>>>();
// What observe() gives, changed a little.
expectTypeOf(
  mqtt.observe('plant/{line}/temp', { codec: number() }).pipe(
    map(({ params, value }) => ({ topic: `alarm/${params.line}`, payload: value, line: params.line })),
    publishTo(mqtt, { qos: 1, codec: json() }),
    map(({ input }) => input.line),
  ),
).toEqualTypeOf<Observable<string>>();

// Made ahead, it takes what its codec encodes.
expectTypeOf(publishTo(mqtt)).toEqualTypeOf<OperatorFunction<PublishInput, PublishStatus<PublishInput>>>();
expectTypeOf(publishTo(mqtt, { codec: number() })).toEqualTypeOf<
  OperatorFunction<PublishInput<number>, PublishStatus<PublishInput<number>>>
>();
const publishNumbers = publishTo(mqtt, { topic: 'a', codec: number() });
expectTypeOf(
  readings$.pipe(
    map(({ celsius }) => ({ payload: celsius })),
    publishNumbers,
  ),
).toEqualTypeOf<Observable<PublishStatus<PublishInput<number>>>>();
declare const options: PublishToOptions<Reading>;
void readings$.pipe(
  map((payload) => ({ payload })),
  publishTo(mqtt, options),
);

// A status says which of the two it is.
declare const status: PublishStatus<PublishInput>;
expectTypeOf(status.index).toEqualTypeOf<number>();
expectTypeOf(status.input).toEqualTypeOf<PublishInput>();
if (status.status === 'published') expectTypeOf(status.result).toEqualTypeOf<PublishResult>();
else expectTypeOf(status.error).toEqualTypeOf<MqttError>();
expectTypeOf(status).not.toHaveProperty('result');

// Wrong uses.
declare const objects$: Observable<{ topic: string; payload: Reading }>;
declare const numbers$: Observable<{ topic: string; payload: number }>;
declare const empty$: Observable<{ topic: string }>;
declare const misplaced$: Observable<{ topic: number; payload: string }>;
// @ts-expect-error -- without a codec a payload is text or bytes
void objects$.pipe(publishTo(mqtt));
// @ts-expect-error -- the codec encodes something else
void objects$.pipe(publishTo(mqtt, { codec: number() }));
// @ts-expect-error -- the codec encodes something else
void numbers$.pipe(publishTo(mqtt, { codec: text() }));
// @ts-expect-error -- a payload is missing
void empty$.pipe(publishTo(mqtt));
// @ts-expect-error -- a topic is text
void misplaced$.pipe(publishTo(mqtt));
// @ts-expect-error -- no such quality of service
publishTo(mqtt, { qos: 3 });
// @ts-expect-error -- no such option
publishTo(mqtt, { windows: 3 });
// @ts-expect-error -- a signal ends one publication, not a stream of them
publishTo(mqtt, { signal: AbortSignal.abort() });
// @ts-expect-error -- a codec, not a function that makes one
publishTo(mqtt, { codec: json });
// @ts-expect-error -- the client comes first
publishTo({ qos: 1 });
// @ts-expect-error -- a filter of statuses cannot be published
void inputs$.pipe(publishTo(mqtt), publishTo(mqtt));
expectTypeOf<PublishInput['payload']>().toEqualTypeOf<Payload>();
