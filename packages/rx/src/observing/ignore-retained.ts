import { type MonoTypeOperatorFunction, filter } from 'rxjs';

/**
 * Leaves out the retained messages that a new subscription brings; live messages, whose retain flag the server clears, pass.
 * Where nobody else wants them, `observe(filter, { retained: 'live' })` saves the way from the server as well.
 *
 * Cold · subscribes once per subscriber · completes and errors with the source · after a reconnect that lost the session what
 * the server sends again is left out too.
 *
 * @example
 * ```ts
 * mqtt.observe('door/+/opened').pipe(ignoreRetained()).subscribe(({ topic }) => console.log('just now:', topic));
 * ```
 */
export function ignoreRetained<M extends { readonly retain: boolean }>(): MonoTypeOperatorFunction<M> {
  return filter(({ retain }) => !retain);
}
