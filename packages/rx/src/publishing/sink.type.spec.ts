import type { Payload } from '@rxmqtt/core';
import { expectTypeOf } from 'expect-type';
import { type Observable, type Observer, of } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import type { PublishInput, PublishStatus } from './publish-to-options.js';
import { publishTo } from './publish-to.js';
import { type Sink, type SinkReport, sink } from './sink.js';

// Checked by the compiler only.
interface Reading {
  readonly celsius: number;
}

declare const mqtt: Mqtt;

const plain = mqtt.sink({ qos: 1, overflow: 'latest' });
expectTypeOf(plain).toEqualTypeOf<Sink>();
expectTypeOf(plain).toExtend<Observer<PublishInput>>();
expectTypeOf(plain.ready$).toEqualTypeOf<Observable<number>>();
expectTypeOf(plain.results$).toEqualTypeOf<Observable<PublishStatus<PublishInput>>>();
expectTypeOf(plain.closed).toEqualTypeOf<Promise<SinkReport>>();
expectTypeOf(mqtt.sink({ codec: json<Reading>() })).toEqualTypeOf<Sink<Reading>>();
expectTypeOf(sink(mqtt, { codec: number() })).toEqualTypeOf<Sink<number>>();
expectTypeOf<PublishInput['payload']>().toEqualTypeOf<Payload>();

of({ topic: 'a', payload: 'x', id: 7 }).subscribe(plain);
mqtt.sink({ topic: 'a', codec: json<Reading>() }).next({ payload: { celsius: 21 } });
// A failure names its input.
mqtt.sink({ codec: json<Reading>(), onError: ({ input }) => expectTypeOf(input.payload).toEqualTypeOf<Reading>() });
publishTo(mqtt, { codec: number(), onError: ({ input, error }) => [input.payload.toFixed(), error.code] });

// Wrong uses.
// @ts-expect-error -- a push source cannot wait
mqtt.sink({ overflow: 'block' });
// @ts-expect-error -- a push source cannot wait
publishTo(mqtt, { overflow: 'block' });
// @ts-expect-error -- no such policy
mqtt.sink({ onError: 'skip' });
// @ts-expect-error -- without a codec a payload is text or bytes
plain.next({ topic: 'a', payload: { celsius: 21 } });
// @ts-expect-error -- the policy is the sink's, not one of each input
plain.next({ topic: 'a', payload: '', overflow: 'latest' });
// @ts-expect-error -- a payload is missing
plain.next({ topic: 'a' });
// @ts-expect-error -- how many are free is not for others to say
plain.free = 7;
