import { type MonoTypeOperatorFunction, filter } from 'rxjs';

/**
 * Keeps the retained messages that a new subscription brings: what was there before. Live messages, whose retain flag the
 * server clears, are left out. (With `retainAsPublished` the flag is the publisher's, and this keeps those published with it.)
 *
 * Cold · subscribes once per subscriber · completes and errors with the source · after a reconnect that lost the session the
 * server sends retained messages again.
 *
 * @example
 * ```ts
 * mqtt.observe('plant/+/config', { retained: 'replay' }).pipe(onlyRetained()).subscribe(({ topic }) => console.log(topic));
 * ```
 */
export function onlyRetained<M extends { readonly retain: boolean }>(): MonoTypeOperatorFunction<M> {
  return filter(({ retain }) => retain);
}
