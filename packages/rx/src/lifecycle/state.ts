import type { Connection, ConnectionState } from '@rxmqtt/core';
import { Observable, distinctUntilChanged, map } from 'rxjs';
import { hasEnded } from '../internal/has-ended.js';

/** Where a connection stands; see `Mqtt.state$`. */
export function stateOf(connection: Connection): Observable<ConnectionState> {
  return new Observable((subscriber) => {
    const emit = (state: ConnectionState): void => {
      subscriber.next(state);
      if (hasEnded(state)) subscriber.complete();
    };
    // Listens first: whoever gets the current state may change it at once.
    if (!hasEnded(connection.state)) {
      subscriber.add(
        connection.on('state', (state) => {
          // Another listener may have changed it meanwhile: then that was told already, and this is the past.
          if (state === connection.state) emit(state);
        }),
      );
    }
    emit(connection.state);
  });
}

/** Whether there is a connection; see `Mqtt.connected$`. */
export function connectedOf(connection: Connection): Observable<boolean> {
  return stateOf(connection).pipe(
    map((state) => (state.type === 'connected' || state.type === 'draining') && state.negotiated !== undefined),
    distinctUntilChanged(),
  );
}
