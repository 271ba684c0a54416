import type { Readable } from 'node:stream';
import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { publishAll } from './publish-all.js';
import type { PublishInput, PublishStatus } from './publish-to-options.js';

// Checked by the compiler only.
interface Reading {
  readonly machine: string;
  readonly celsius: number;
}

declare const mqtt: Mqtt;
declare const inputs: readonly PublishInput[];
declare const slow: AsyncIterable<PublishInput>;
declare const readings: AsyncIterable<Reading>;
declare const numbers: Iterable<PublishInput<number>>;
declare const web: ReadableStream<Uint8Array>;
declare const node: Readable;
declare const values$: Observable<PublishInput>;

expectTypeOf(mqtt.publishAll(inputs)).toEqualTypeOf<Observable<PublishStatus<PublishInput>>>();
expectTypeOf(publishAll(mqtt, slow, { qos: 1 })).toEqualTypeOf<Observable<PublishStatus<PublishInput>>>();
expectTypeOf(mqtt.publishAll(web, { topic: 'a' })).toEqualTypeOf<Observable<PublishStatus<Uint8Array>>>();
expectTypeOf(mqtt.publishAll(numbers, { codec: number() })).toEqualTypeOf<
  Observable<PublishStatus<PublishInput<number>>>
>();
void mqtt.publishAll(node, { topic: 'a' });
// Whatever project takes is what the statuses carry.
expectTypeOf(
  mqtt.publishAll(readings, {
    codec: json<number>(),
    project: ({ machine, celsius }) => ({ topic: machine, payload: celsius }),
  }),
).toEqualTypeOf<Observable<PublishStatus<Reading>>>();
void mqtt.publishAll(inputs, { onError: ({ input }) => input.topic });

// Wrong uses.
// @ts-expect-error -- a text is not a source
void mqtt.publishAll('abc');
// @ts-expect-error -- an Observable cannot be pulled
void mqtt.publishAll(values$);
// @ts-expect-error -- these are no messages: project says how to make them
void mqtt.publishAll(readings);
// @ts-expect-error -- the codec encodes something else
void mqtt.publishAll(readings, { codec: number(), project: ({ machine }) => ({ topic: 'a', payload: machine }) });
// @ts-expect-error -- pulling needs no buffer
void mqtt.publishAll(inputs, { capacity: 9 });
// @ts-expect-error -- nor a policy for it
void mqtt.publishAll(inputs, { overflow: 'latest' });
