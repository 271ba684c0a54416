import type { ConnectionState, Negotiated } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';

/**
 * Emits whenever the connection has been made again, with what client and server agreed on: `sessionPresent` tells whether
 * the server has kept the session, so that nothing of QoS 1 and 2 was missed. The connection that is there when it is
 * subscribed, or is being made for the first time, is not a reconnect.
 *
 * Hot, no replay · does not open the connection · completes when the connection has ended for good · never errors.
 *
 * @example
 * ```ts
 * onReconnect(mqtt)
 *   .pipe(filter(({ sessionPresent }) => !sessionPresent))
 *   .subscribe(() => reloadEverything());
 * ```
 */
export function onReconnect(mqtt: Mqtt): Observable<Negotiated> {
  return new Observable((subscriber) => {
    // Whether the next connection is another one. A first attempt that has failed counts as a connection lost.
    let again = isBetweenConnections(mqtt.connection.state);
    let connected = mqtt.connection.state.type === 'connected';
    subscriber.add(
      mqtt.state$.subscribe({
        next: (state) => {
          const isNew = state.type === 'connected' && !connected && again;
          connected = state.type === 'connected';
          again ||= connected || isBetweenConnections(state);
          if (isNew) subscriber.next(state.negotiated);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    );
  });
}

function isBetweenConnections(state: ConnectionState): boolean {
  return state.type === 'reconnecting' || (state.type === 'connecting' && state.attempt > 1);
}
