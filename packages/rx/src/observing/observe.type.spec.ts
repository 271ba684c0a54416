import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { bytes } from '../codecs/bytes.js';
import { json } from '../codecs/json.js';
import { number } from '../codecs/number.js';
import { text } from '../codecs/text.js';
import { fromTopic } from './from-topic.js';
import type { FilterCollection, ObserveOptions, ObservedMessage } from './observe-options.js';

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

// The wildcards that have no name.
expectTypeOf(messageOf(mqtt.observe('plant/+/temp/#')).captures).toEqualTypeOf<readonly [string, string]>();
expectTypeOf(plant.captures).toEqualTypeOf<readonly []>();
expectTypeOf(some.captures).toEqualTypeOf<readonly string[]>();
expectTypeOf(plant.template).toEqualTypeOf<'plant/{line}/{machine}/temp'>();

// Several: the template tells which.
const one = messageOf(mqtt.observe({ 'a/{x}': { qos: 1 }, 'b/{y}/+': {} }, { codec: number() }));
expectTypeOf(one).toEqualTypeOf<ObservedMessage<'a/{x}', number> | ObservedMessage<'b/{y}/+', number>>();
if (one.template === 'a/{x}') expectTypeOf(one.params).toEqualTypeOf<{ readonly x: string }>();
else expectTypeOf(one.captures).toEqualTypeOf<readonly [string]>();
expectTypeOf(messageOf(mqtt.observe(['a/{x}', 'b'])).template).toEqualTypeOf<'a/{x}' | 'b'>();
declare const list: readonly string[];
expectTypeOf(messageOf(mqtt.observe(list)).params).toEqualTypeOf<Readonly<Record<string, string>>>();
declare const sets$: Observable<readonly ('a/{x}' | 'b')[]>;
expectTypeOf(messageOf(mqtt.observe(sets$, { codec: text() }))).toEqualTypeOf<
  ObservedMessage<'a/{x}', string> | ObservedMessage<'b', string>
>();
declare const changing$: Observable<string | FilterCollection>;
expectTypeOf(messageOf(fromTopic(mqtt, changing$)).template).toEqualTypeOf<string>();
expectTypeOf(messageOf(fromTopic(mqtt, 'a/{x}')).params).toEqualTypeOf<{ readonly x: string }>();
expectTypeOf(messageOf(fromTopic(mqtt, { 'a/{x}': {} })).params).toEqualTypeOf<{ readonly x: string }>();

// Wrong uses.
// @ts-expect-error -- no such quality of service
void mqtt.observe({ a: { qos: 3 } });
// @ts-expect-error -- the group is for all of them
void mqtt.observe({ a: { group: 'g' } });
// @ts-expect-error -- a filter is text
void mqtt.observe(['a', 7]);
// @ts-expect-error -- one of 'replay' and 'live'
void mqtt.observe('a', { retained: true });
// @ts-expect-error -- one of 'keep', 'error' and 'complete'
void mqtt.observe('a', { onDisconnect: 'retry' });
// @ts-expect-error -- an observer is done when its next returns: there is nothing to overflow
void mqtt.observe('a', { overflow: 'latest' });
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
