import { EMPTY, type MonoTypeOperatorFunction, defer, dematerialize, materialize, switchMap } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { openOnUse } from '../internal/open-on-use.js';
import { check, client } from '../internal/rules.js';
import { connectedOf } from '../lifecycle/state.js';

/**
 * Is subscribed to the source only while there is a connection: unsubscribes when it is lost, subscribes anew when it is
 * there again. For what makes no sense offline, such as measuring only to throw away.
 *
 * Cold · opens the connection when it is subscribed · completes when the source does, and when the connection has ended for
 * good · errors with the source only · on a reconnect the source starts from its beginning.
 *
 * @throws InvalidOptionsError at once when `mqtt` is no client.
 *
 * @example
 * ```ts
 * interval(1_000)
 *   .pipe(
 *     whileConnected(mqtt),
 *     map(() => ({ topic: 'plant/7/temp', payload: String(measure()) })),
 *     publishTo(mqtt),
 *   )
 *   .subscribe();
 * ```
 */
export function whileConnected<T>(mqtt: Pick<Mqtt, 'connection'>): MonoTypeOperatorFunction<T> {
  check(['mqtt', mqtt, client]);
  return (source) =>
    defer(() => {
      openOnUse(mqtt.connection);
      // The end of the source is a value, so that it ends the result as well, and not only this connection's part of it.
      const part$ = source.pipe(materialize());
      return connectedOf(mqtt.connection).pipe(
        switchMap((connected) => (connected ? part$ : EMPTY)),
        dematerialize(),
      );
    });
}
