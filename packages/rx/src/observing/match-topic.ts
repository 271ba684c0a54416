import { compileCaptures } from '@rxmqtt/core';
import { type OperatorFunction, filter, map } from 'rxjs';
import type { TopicMessage, WithCaptures } from './topic-message.js';
import { withProperties } from './with-properties.js';

/**
 * Keeps the messages whose topic matches a filter, and adds what its wildcards stand for as `captures`, one text for each `+`
 * and `#` in their order. Everything else of a message stays as it is, `ack()` included.
 *
 * Cold · subscribes once per subscriber · completes and errors with the source · sends nothing to the server, and knows nothing
 * of reconnects.
 *
 * @throws InvalidTopicError at once, when the filter is invalid.
 *
 * @example
 * ```ts
 * const plant$ = mqtt.observe('plant/#').pipe(share());
 * plant$.pipe(matchTopic('plant/+/temp')).subscribe(({ captures: [line], payload }) => console.log(line, payload));
 * ```
 */
export function matchTopic<const Filter extends string, M extends TopicMessage = TopicMessage>(
  topicFilter: Filter,
): OperatorFunction<M, WithCaptures<M, Filter>> {
  const read = compileCaptures(topicFilter);
  return (source) =>
    source.pipe(
      map((message) => {
        const captures = read(message.topic);
        return captures && (withProperties(message, { captures }) as unknown as WithCaptures<M, Filter>);
      }),
      filter(Boolean),
    );
}
