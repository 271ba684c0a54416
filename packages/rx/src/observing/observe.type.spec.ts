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

/** What an Observable emits. */
type Emitted<Source> = Source extends Observable<infer T> ? T : never;
type Reading = { readonly celsius: number };
declare function toReading(value: unknown): Reading;

// The levels that a template names.
const plant = mqtt.observe('plant/{line}/{machine}/temp');
expectTypeOf<Emitted<typeof plant>['params']>().toEqualTypeOf<{ readonly line: string; readonly machine: string }>();
const rest = mqtt.observe('plant/{line}/{rest#}');
expectTypeOf<Emitted<typeof rest>['params']>().toEqualTypeOf<{ readonly line: string; readonly rest: string }>();
const plain = mqtt.observe('plant/+/temp');
expectTypeOf<keyof Emitted<typeof plain>['params']>().toEqualTypeOf<never>();
const either = mqtt.observe('a/{x}' as 'a/{x}' | 'b/{y}');
expectTypeOf<Emitted<typeof either>['params']>().toEqualTypeOf<{ readonly x: string } | { readonly y: string }>();
// With a group, and with `$share` in the template.
const shared = mqtt.observe('$share/workers/a/{x}');
expectTypeOf<Emitted<typeof shared>['params']>().toEqualTypeOf<{ readonly x: string }>();
const grouped = mqtt.observe('a/{x}', { group: 'workers' });
expectTypeOf<Emitted<typeof grouped>['params']>().toEqualTypeOf<{ readonly x: string }>();

plant.subscribe(({ params, value, topic, properties, ack }) => {
  expectTypeOf(params.line).toEqualTypeOf<string>();
  expectTypeOf(value).toEqualTypeOf<Uint8Array>();
  expectTypeOf(topic).toEqualTypeOf<string>();
  expectTypeOf(properties.contentType).toEqualTypeOf<string | undefined>();
  expectTypeOf(ack).returns.toEqualTypeOf<void>();
  // @ts-expect-error -- the template has no such level
  void params.site;
});
plant.subscribe((message) => {
  // @ts-expect-error -- a message is read only
  message.value = new Uint8Array();
});
// @ts-expect-error -- wildcards have no names
plain.subscribe(({ params }) => params.line);

// A text that the compiler does not know: any name may be there.
const some = mqtt.observe(anyFilter);
expectTypeOf<Emitted<typeof some>['params']>().toEqualTypeOf<Readonly<Record<string, string>>>();
expectTypeOf<Emitted<typeof some>['value']>().toEqualTypeOf<Uint8Array>();
const holed = mqtt.observe(`plant/${anyFilter}/{machine}`);
expectTypeOf<Emitted<typeof holed>['params']>().toEqualTypeOf<Readonly<Record<string, string>>>();

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
const own = mqtt.observe('a', { codec: { name: 'a bit', decode: (payload) => payload[0] === 1, encode: () => '' } });
expectTypeOf<Emitted<typeof own>['value']>().toEqualTypeOf<boolean>();
// The bytes stay beside it.
expectTypeOf<ObservedMessage<'a', Reading>['payload']>().toEqualTypeOf<Uint8Array>();

// Options that were made elsewhere.
declare const options: ObserveOptions<Reading>;
expectTypeOf(mqtt.observe('a', options)).toEqualTypeOf<Observable<ObservedMessage<'a', Reading>>>();

// Wrong uses.
// @ts-expect-error -- no such quality of service
mqtt.observe('a', { qos: 3 });
// @ts-expect-error -- no such option
mqtt.observe('a', { qoS: 1 });
// @ts-expect-error -- one of 'auto' and 'manual'
mqtt.observe('a', { ack: true });
// @ts-expect-error -- one of 'send', 'sendIfNew' and 'ignore'
mqtt.observe('a', { retainHandling: 2 });
// @ts-expect-error -- a codec, not a function that makes one
mqtt.observe('a', { codec: json });
// @ts-expect-error -- the codec is an option
mqtt.observe('a', json());
// @ts-expect-error -- a codec has a name
mqtt.observe('a', { codec: { decode: () => 1, encode: () => '' } });
// @ts-expect-error -- a filter is text
mqtt.observe(7);
// @ts-expect-error -- what a validation returns is what the value is
mqtt.observe('a', { codec: json(toReading) }).subscribe(({ value }) => value.kelvin);
// @ts-expect-error -- without a validation nobody knows what it is
mqtt.observe('a', { codec: json() }).subscribe(({ value }) => value.celsius);
