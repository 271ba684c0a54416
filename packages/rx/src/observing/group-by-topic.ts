import {
  type GroupedObservable,
  NEVER,
  type Observable,
  type OperatorFunction,
  Subject,
  debounceTime,
  defer,
  finalize,
  groupBy,
  merge,
} from 'rxjs';
import { type Link, LinkedList } from '../internal/linked-list.js';
import { type Rule, check, count, duration, fields, optional } from '../internal/rules.js';
import type { TopicMessage } from './topic-message.js';

const DEFAULT_MAX_GROUPS = 10_000;

/** Options of {@link groupByTopic}. */
export interface GroupByTopicOptions {
  /**
   * How many groups there may be at once. When one more is needed, the group that has been silent for longest completes; its
   * next message begins a new one. Defaults to 10,000.
   */
  readonly maxGroups?: number;
  /** Milliseconds of silence after which a group completes. Defaults to no limit. */
  readonly idle?: number;
}

const OPTIONS = fields<GroupByTopicOptions>({ maxGroups: count, idle: duration });

/** What to group by: a level of the topic, a parameter of the template, or what a function makes of the message. */
export type TopicKey<M> = number | ParamOf<M> | ((message: M) => string);

type ParamOf<M> = M extends { readonly params: infer P } ? Extract<keyof P, string> : never;

/**
 * Groups messages by their topic, or by a part of it: by the level at an index (0 is the first, -1 the last; `''` where there is
 * none), by a parameter of the template, or by what a function says. Like RxJS's `groupBy`, with a bound: topics are the
 * choice of whoever publishes.
 *
 * Cold · subscribes once per subscriber · a group is hot: what it has emitted before it is subscribed is missed · groups complete
 * and error with the source, and complete when there are too many or they are silent for too long · errors with what the
 * function throws · groups live through reconnects.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/{line}/temp', { codec: number() }).pipe(
 *   groupByTopic('line'),
 *   mergeMap((line$) => line$.pipe(map(({ value }) => value), pairwise(), map(([a, b]) => [line$.key, b - a]))),
 * ).subscribe(([line, change]) => console.log(line, change));
 * ```
 */
export function groupByTopic<M extends TopicMessage>(
  by?: TopicKey<M>,
  options: GroupByTopicOptions = {},
): OperatorFunction<M, GroupedObservable<string, M>> {
  check(['by', by, optional(key)], ['', options, OPTIONS]);
  const { maxGroups = DEFAULT_MAX_GROUPS, idle } = options;
  const keyOf = keySelector(by);
  return (source) =>
    defer(() => {
      const ends = new Map<string, Link<Subject<void>>>();
      // The one that has been silent for longest comes first.
      const bySilence = new LinkedList<Subject<void>>();
      const touch = (key: string): void => {
        const end = ends.get(key);
        if (end !== undefined) bySilence.toEnd(end);
        else if (ends.size >= maxGroups) bySilence.first?.next();
      };
      return source.pipe(
        groupBy(
          (message: M): string => {
            const key = keyOf(message);
            touch(key);
            return key;
          },
          {
            duration: (group$) => {
              const end$ = new Subject<void>();
              const end = bySilence.push(end$);
              ends.set(group$.key, end);
              const silence$: Observable<unknown> = idle === undefined ? NEVER : group$.pipe(debounceTime(idle));
              return merge(end$, silence$).pipe(
                finalize(() => {
                  bySilence.remove(end);
                  if (ends.get(group$.key) === end) ends.delete(group$.key);
                }),
              );
            },
          },
        ),
      );
    });
}

const key: Rule = (by) =>
  Number.isInteger(by) || typeof by === 'string' || typeof by === 'function'
    ? undefined
    : 'must be the index of a level, the name of a parameter, or a function';

function keySelector<M extends TopicMessage>(by: TopicKey<M> | undefined): (message: M) => string {
  if (by === undefined) return ({ topic }) => topic;
  if (typeof by === 'function') return by;
  if (typeof by === 'number') return ({ topic }) => topic.split('/').at(by) ?? '';
  return (message) => (message as unknown as { readonly params: Readonly<Record<string, string>> }).params[by] ?? '';
}
