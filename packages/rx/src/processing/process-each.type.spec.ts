import type { MqttMessage, PublishResult } from '@rxmqtt/core';
import { expectTypeOf } from 'expect-type';
import { type Observable, of } from 'rxjs';
import { toAsyncIterable } from '../adapters/to-async-iterable.js';
import { toWebStream } from '../adapters/to-web-stream.js';
import type { Mqtt } from '../client/mqtt.js';
import { json } from '../codecs/json.js';
import { deadLetter } from '../dead-letters/dead-letter.js';
import type { ObservedMessage } from '../observing/observe-options.js';
import { bufferWhileOffline } from '../reconnecting/buffer-while-offline.js';
import { retryBackoff } from '../reconnecting/retry-backoff.js';
import { bufferOverflow } from './buffer-overflow.js';
import { dedupe } from './dedupe.js';
import { forwardTo } from './forward-to.js';
import { processEach } from './process-each.js';
import type { ProcessResult } from './process-options.js';
import { sequenceGaps } from './sequence-gaps.js';

// Checked by the compiler only.
declare const mqtt: Mqtt;
interface Order {
  readonly id: number;
}
const orders$ = mqtt.observe('orders/{shop}', { codec: json<Order>() });
type OrderMessage = ObservedMessage<'orders/{shop}', Order>;
declare function valueOf<M, R>(result: Observable<ProcessResult<M, R>>): R;

// What a handler answers with is the value of the result, and the message keeps its type.
expectTypeOf(orders$.pipe(processEach(({ value }) => value.id))).toEqualTypeOf<
  Observable<ProcessResult<OrderMessage, number>>
>();
expectTypeOf(valueOf(orders$.pipe(processEach(async ({ params }) => params.shop)))).toEqualTypeOf<string>();
expectTypeOf(valueOf(orders$.pipe(processEach(() => of(true))))).toEqualTypeOf<boolean | undefined>();
expectTypeOf(valueOf(orders$.pipe(processEach(() => undefined)))).toEqualTypeOf<undefined>();
expectTypeOf(valueOf(orders$.pipe(forwardTo(mqtt, (message) => message)))).toEqualTypeOf<readonly PublishResult[]>();

// The result is a union on `status`.
declare const result: ProcessResult<MqttMessage, number>;
if (result.status === 'processed') expectTypeOf(result.value).toEqualTypeOf<number>();
else expectTypeOf(result).not.toHaveProperty('value');
if (result.status === 'deadLettered') expectTypeOf(result.topic).toEqualTypeOf<string>();

// Options.
void orders$.pipe(processEach(() => 1, { onError: (_, { message }) => (message.value.id > 1 ? 'retry' : 'ack') }));
// @ts-expect-error -- no such policy
void orders$.pipe(processEach(() => 1, { onError: 'panic' }));
// @ts-expect-error -- a policy answers with an action
void orders$.pipe(processEach(() => 1, { onError: () => 'panic' }));
// @ts-expect-error -- no such order
void orders$.pipe(processEach(() => 1, { ordered: true }));
// @ts-expect-error -- a stream cannot block its source
void orders$.pipe(processEach(() => 1, { overflow: 'block' }));
// @ts-expect-error -- numbers are no messages
void of(1).pipe(processEach(() => 1));
// @ts-expect-error -- an output has a payload
void orders$.pipe(forwardTo(mqtt, () => ({ topic: 'a' })));
// @ts-expect-error -- values need a codec
void orders$.pipe(forwardTo(mqtt, ({ value }) => ({ topic: 'a', payload: value })));
void orders$.pipe(
  forwardTo(mqtt, ({ value }) => ({ topic: 'a', payload: value }), { publish: { codec: json<Order>() } }),
);
// @ts-expect-error -- the bound is not optional
void orders$.pipe(bufferOverflow({ overflow: 'latest' }, () => of(1)));
// @ts-expect-error -- how to spread is one of four words
void orders$.pipe(retryBackoff({ jitter: 'some' }));
// @ts-expect-error -- a sequence is made of numbers
void orders$.pipe(sequenceGaps({ sequence: ({ params }) => params.shop }));

// A client that is no more than a connection will do, also for what is dropped and for dead letters.
declare const only: Pick<Mqtt, 'connection'>;
const letters = deadLetter('dead', { mqtt: only });
void orders$.pipe(processEach(() => 1, { deadLetter: letters, mqtt: only }));
void orders$.pipe(forwardTo(only, (message) => message, { mqtt: only }));
void orders$.pipe(bufferWhileOffline(only));
void orders$.pipe(bufferOverflow({ capacity: 1, overflow: 'latest', mqtt: only }, () => of(1)));
void toAsyncIterable(orders$, { mqtt: only });

// What lets values through keeps their type.
expectTypeOf(orders$.pipe(dedupe({ key: ({ value }) => value.id }), retryBackoff())).toEqualTypeOf<
  Observable<OrderMessage>
>();
expectTypeOf(toAsyncIterable(of(1))).toEqualTypeOf<AsyncIterable<number>>();
expectTypeOf(toWebStream(of(1))).toEqualTypeOf<ReadableStream<number>>();
