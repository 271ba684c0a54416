import type { ConnectedState, Negotiated } from '@rxmqtt/core';
import { type Observable, filter, map, skip } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { check, client } from '../internal/rules.js';
import { stateOf } from '../lifecycle/state.js';

/**
 * Emits whenever the connection has been made again, with what client and server agreed on: `sessionPresent` tells whether
 * the server has kept the session, so that nothing of QoS 1 and 2 was missed. The connection that is there when it is
 * subscribed, or is being made for the first time, however many attempts that takes, is not a reconnect.
 *
 * Hot, no replay · does not open the connection · completes when the connection has ended for good · never errors.
 *
 * @throws InvalidOptionsError at once when `mqtt` is no client.
 *
 * @example
 * ```ts
 * onReconnect(mqtt)
 *   .pipe(filter(({ sessionPresent }) => !sessionPresent))
 *   .subscribe(() => reloadEverything());
 * ```
 */
export function onReconnect(mqtt: Pick<Mqtt, 'connection'>): Observable<Negotiated> {
  check(['mqtt', mqtt, client]);
  const { connection } = mqtt;
  return stateOf(connection).pipe(
    // The one that is there.
    skip(1),
    // Asked, not remembered: of an attempt under way nobody can tell whether there was a connection before it.
    filter((state) => state.type === 'connected' && connection.stats().reconnects > 0),
    map((state) => (state as ConnectedState).negotiated),
  );
}
