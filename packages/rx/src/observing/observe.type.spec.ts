import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { bytes } from '../codecs/bytes.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';
import type { ObserveOptions, ObservedMessage } from './observe-options.js';

// Checked by the compiler only.
declare const mqtt: Mqtt;
declare const anyFilter: string;

declare const either: 'a/{x}' | 'b/{y}';
declare function messageOf<T>(source: Observable<T>): T;

interface Reading {
  readonly celsius: number;
}
declare function toReading(value: unknown): Reading;

// The levels that a template names.
const plant = messageOf(mqtt.observe('plant/{line}/{machine}/temp'));
expectTypeOf(plant.params).toEqualTypeOf<{ readonly line: string; readonly machine: string }>();
expectTypeOf(plant.value).toEqualTypeOf<Uint8Array>();
expectTypeOf(plant.topic).toEqualTypeOf<string>();
expectTypeOf(plant.properties.contentType).toEqualTypeOf<string | undefined>();
expectTypeOf(messageOf(mqtt.observe('plant/{line}/{rest#}')).params).toEqualTypeOf<{
  readonly line: string;
  readonly rest: string;
}>();
expectTypeOf(messageOf(mqtt.observe(either)).params).toEqualTypeOf<{ readonly x: string } | { readonly y: string }>();
// With a group, and with `$share` in the template.
expectTypeOf(messageOf(mqtt.observe('a/{x}', { group: 'workers' })).params).toEqualTypeOf<{ readonly x: string }>();
expectTypeOf(messageOf(mqtt.observe('$share/workers/a/{x}')).params).toEqualTypeOf<{ readonly x: string }>();
// What has no name is not there.
expectTypeOf(plant.params).not.toHaveProperty('site');
expectTypeOf(messageOf(mqtt.observe('plant/+/temp')).params).not.toHaveProperty('line');
// @ts-expect-error -- a message is read only
plant.value = new Uint8Array();
// @ts-expect-error -- and so are its parameters
plant.params.line = '7';

// A text that the compiler does not know: any name may be there.
const some = messageOf(mqtt.observe(anyFilter));
expectTypeOf(some.params).toEqualTypeOf<Readonly<Record<string, string>>>();
expectTypeOf(some.params['x']).toEqualTypeOf<string | undefined>();
expectTypeOf(some.value).toEqualTypeOf<Uint8Array>();
expectTypeOf(messageOf(mqtt.observe(`plant/${anyFilter}/{machine}`)).params).toEqualTypeOf<
  Readonly<Record<string, string>>
>();

// What the codec makes of a payload.
expectTypeOf(mqtt.observe('a')).toEqualTypeOf<Observable<ObservedMessage<'a', Uint8Array>>>();
expectTypeOf(mqtt.observe('a', {})).toEqualTypeOf<Observable<ObservedMessage<'a', Uint8Array>>>();
expectTypeOf(mqtt.observe('a', { qos: 1 })).toEqualTypeOf<Observable<ObservedMessage<'a', Uint8Array>>>();
expectTypeOf(mqtt.observe('a', { codec: bytes() })).toEqualTypeOf<Observable<ObservedMessage<'a', Uint8Array>>>();
expectTypeOf(mqtt.observe('a', { codec: text() })).toEqualTypeOf<Observable<ObservedMessage<'a', string>>>();
expectTypeOf(mqtt.observe('a', { codec: number() })).toEqualTypeOf<Observable<ObservedMessage<'a', number>>>();
expectTypeOf(mqtt.observe('a', { codec: json() })).toEqualTypeOf<Observable<ObservedMessage<'a', unknown>>>();
expectTypeOf(mqtt.observe('a', { codec: json<Reading>() })).toEqualTypeOf<Observable<ObservedMessage<'a', Reading>>>();
expectTypeOf(mqtt.observe('a', { codec: json(toReading) })).toEqualTypeOf<Observable<ObservedMessage<'a', Reading>>>();
expectTypeOf(mqtt.observe('a/{x}', { qos: 2, codec: json(toReading) })).toEqualTypeOf<
  Observable<ObservedMessage<'a/{x}', Reading>>
>();
const own = messageOf(mqtt.observe('a', { codec: { name: 'a bit', decode: ([bit]) => bit === 1, encode: () => '' } }));
expectTypeOf(own.value).toEqualTypeOf<boolean>();
// The bytes stay beside it.
expectTypeOf<ObservedMessage<'a', Reading>['payload']>().toEqualTypeOf<Uint8Array>();

// Options that were made elsewhere.
declare const options: ObserveOptions<Reading>;
expectTypeOf(mqtt.observe('a', options)).toEqualTypeOf<Observable<ObservedMessage<'a', Reading>>>();

// Wrong uses.
// @ts-expect-error -- no such quality of service
void mqtt.observe('a', { qos: 3 });
// @ts-expect-error -- no such option
void mqtt.observe('a', { qoS: 1 });
// @ts-expect-error -- one of 'auto' and 'manual'
void mqtt.observe('a', { ack: true });
// @ts-expect-error -- one of 'send', 'sendIfNew' and 'ignore'
void mqtt.observe('a', { retainHandling: 2 });
// @ts-expect-error -- a codec, not a function that makes one
void mqtt.observe('a', { codec: json });
// @ts-expect-error -- the codec is an option
void mqtt.observe('a', json());
// @ts-expect-error -- a codec has a name
void mqtt.observe('a', { codec: { decode: () => 1, encode: () => '' } });
// @ts-expect-error -- a filter is text
void mqtt.observe(7);
