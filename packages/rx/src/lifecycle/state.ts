import type { Connection, ConnectionState } from '@rxmqtt/core';
import { Observable, distinctUntilChanged, map } from 'rxjs';
import { hasEnded } from '../internal/has-ended.js';

/** Where a connection stands; see `Mqtt.state$`. */
export function stateOf(connection: Connection): Observable<ConnectionState> {
  return new Observable((subscriber) => {
    let last: ConnectionState | undefined;
    const emit = (): void => {
      // A listener may have changed the state while events were still to be told: then an event is the past, or is known.
      if (last === connection.state) return;
      last = connection.state;
      subscriber.next(last);
      if (hasEnded(last)) subscriber.complete();
    };
    // Listens first: whoever gets the current state may change it at once.
    subscriber.add(connection.on('state', emit));
    emit();
  });
}

/** Whether there is a connection; see `Mqtt.connected$`. */
export function connectedOf(connection: Connection): Observable<boolean> {
  return stateOf(connection).pipe(
    map((state) => (state.type === 'connected' || state.type === 'draining') && state.negotiated !== undefined),
    distinctUntilChanged(),
  );
}
