import type { TemplateCaptures, TemplateParams } from '@rxmqtt/core';
import { type OperatorFunction, filter, map } from 'rxjs';
import { type Rule, check, func, isFunction, isObject, optional } from '../internal/rules.js';
import { readFilters } from './read-filters.js';
import { routingTable } from './reader-table.js';
import type { TopicMessage } from './topic-message.js';
import { withProperties } from './with-properties.js';

/** A message as the filter or template of its route sees it. */
export type RoutedMessage<M, Template extends string> = M extends unknown
  ? Omit<M, 'captures' | 'params' | 'template'> & {
      readonly params: TemplateParams<Template>;
      readonly captures: TemplateCaptures<Template>;
      readonly template: Template;
    }
  : never;

/**
 * Gives each message to the handler of the first filter or template that matches its topic, in the order they are written, and
 * emits what that returns. A message that none matches goes to the fallback; without one it is left out. The handler gets the
 * message with `params` and `captures` of its own filter; all else stays, `ack()` included.
 *
 * What handlers do asynchronously is theirs: return a promise or an Observable, and let `mergeMap` or `concatMap` run it.
 *
 * Cold · subscribes once per subscriber · completes with the source · errors with the source, and with what a handler throws · sends
 * nothing to the server. How long it takes does not depend on the number of routes.
 *
 * @throws InvalidTopicError at once, when a filter or template is invalid; InvalidOptionsError when two are the same filter, or
 * what is to handle messages is no function.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/#', { codec: text() }).pipe(
 *   routeTopics({
 *     'plant/{line}/temp': ({ params, value }) => `${params.line} has ${value} degrees`,
 *     'plant/+/alarm': ({ captures: [line] }) => `alarm on ${line}`,
 *   }, ({ topic }) => `what is ${topic}?`),
 * ).subscribe(console.log);
 * ```
 */
export function routeTopics<M extends TopicMessage, Results extends object, F = never>(
  routes: {
    readonly [Template in keyof Results]: (message: RoutedMessage<M, Extract<Template, string>>) => Results[Template];
  },
  fallback?: (message: M) => F,
): OperatorFunction<M, Results[keyof Results] | F> {
  check(['routes', routes, handlersOnly], ['fallback', fallback, optional(func)]);
  type Result = Results[keyof Results] | F;
  const handlers = routes as unknown as Readonly<Record<string, (message: object) => Result>>;
  const { readers } = readFilters(Object.keys(handlers), undefined);
  const find = routingTable(readers);
  return (source) =>
    source.pipe(
      map((message) => {
        const reader = find(message.topic);
        // In the place of a result that there is none of: any other value may be one.
        if (reader === undefined) return fallback === undefined ? find : fallback(message);
        const { template } = reader;
        const routed = { template, params: reader.params(message.topic), captures: reader.captures(message.topic) };
        return handlers[template]!(withProperties(message, routed));
      }),
      filter((result): result is Result => result !== find),
    );
}

const handlersOnly: Rule = (routes) => {
  if (!isObject(routes)) return 'must be an object, with a function for each filter';
  return Object.entries(routes)
    .filter(([, handler]) => !isFunction(handler))
    .map(([path]) => ({ path, reason: 'must be a function' }));
};
