import { type MonoTypeOperatorFunction, startWith, switchMap } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { onReconnect } from './on-reconnect.js';

/**
 * Subscribes to the source at once, and anew whenever the connection has been made again, as {@link onReconnect} says. For
 * what must be asked again after an outage, such as a snapshot to which live messages are added.
 *
 * Cold · does not open the connection · a source that has completed is started again too · completes when the connection has
 * ended for good and the source has completed · errors with the source.
 *
 * @throws InvalidOptionsError at once when `mqtt` is no client.
 *
 * @example
 * ```ts
 * const plan$ = defer(() => fetchPlan()).pipe(repeatOnReconnect(mqtt));
 * ```
 */
export function repeatOnReconnect<T>(mqtt: Pick<Mqtt, 'connection'>): MonoTypeOperatorFunction<T> {
  const again$ = onReconnect(mqtt);
  return (source) =>
    again$.pipe(
      startWith(undefined),
      switchMap(() => source),
    );
}
