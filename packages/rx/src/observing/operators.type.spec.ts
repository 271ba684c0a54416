import { expectTypeOf } from 'expect-type';
import type { GroupedObservable, Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { text } from '../codecs/text.js';
import { groupByTopic } from './group-by-topic.js';
import { ignoreRetained } from './ignore-retained.js';
import { latestByTopic } from './latest-by-topic.js';
import { matchTopic } from './match-topic.js';
import type { ObservedMessage } from './observe-options.js';
import { onlyRetained } from './only-retained.js';
import { routeTopics } from './route-topics.js';
import { sampleByTopic } from './sample-by-topic.js';
import { type Freshness, staleAfter } from './stale-after.js';

// Checked by the compiler only.
declare const mqtt: Mqtt;
declare const anyFilter: string;
declare function valueOf<T>(source: Observable<T>): T;

const line$ = mqtt.observe('plant/{line}/#', { codec: text() });
type Line = ObservedMessage<'plant/{line}/#', string>;

// What keeps messages keeps their type.
expectTypeOf(line$.pipe(onlyRetained(), ignoreRetained(), sampleByTopic(5))).toEqualTypeOf<Observable<Line>>();
expectTypeOf(line$.pipe(latestByTopic())).toEqualTypeOf<Observable<ReadonlyMap<string, Line>>>();
expectTypeOf(line$.pipe(staleAfter(5))).toEqualTypeOf<Observable<Freshness<Line>>>();
expectTypeOf(line$.pipe(groupByTopic('line'))).toEqualTypeOf<Observable<GroupedObservable<string, Line>>>();

// Captures come from the literal; the rest stays.
const matched = valueOf(line$.pipe(matchTopic('+/+/temp/#')));
expectTypeOf(matched.captures).toEqualTypeOf<readonly [string, string, string]>();
expectTypeOf(matched.params).toEqualTypeOf<{ readonly line: string }>();
expectTypeOf(matched.value).toEqualTypeOf<string>();
expectTypeOf(matched.ack).toEqualTypeOf<() => void>();
expectTypeOf(valueOf(line$.pipe(matchTopic(anyFilter))).captures).toEqualTypeOf<readonly string[]>();

// Routes have parameters of their own, and the results are one of theirs.
const routed$ = line$.pipe(
  routeTopics({
    'plant/{line}/{machine}/temp': ({ params, value }) => {
      expectTypeOf(params).toEqualTypeOf<{ readonly line: string; readonly machine: string }>();
      expectTypeOf(value).toEqualTypeOf<string>();
      return 1;
    },
    'plant/+/alarm': ({ captures, template }) => {
      expectTypeOf(captures).toEqualTypeOf<readonly [string]>();
      expectTypeOf(template).toEqualTypeOf<'plant/+/alarm'>();
      return 'text';
    },
  }),
);
expectTypeOf(routed$).toEqualTypeOf<Observable<number | string>>();
expectTypeOf(line$.pipe(routeTopics({ a: () => 1 }, (message) => message.topic.length > 1))).toEqualTypeOf<
  Observable<number | boolean>
>();

// Wrong uses.
// @ts-expect-error -- no such parameter
void line$.pipe(groupByTopic('machine'));
// @ts-expect-error -- a message without a topic
void valueOf<Observable<{ readonly payload: string }>>(line$ as never).pipe(matchTopic('a'));
// @ts-expect-error -- a handler is a function
void line$.pipe(routeTopics({ a: 1 }));
// @ts-expect-error -- no such option
void line$.pipe(latestByTopic({ size: 1 }));
// @ts-expect-error -- milliseconds
void line$.pipe(staleAfter('5s'));
