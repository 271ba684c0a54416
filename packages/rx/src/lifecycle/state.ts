import type { Connection, ConnectionState } from '@rxmqtt/core';
import { Observable, defer, distinctUntilChanged, map, startWith } from 'rxjs';
import { fromEvent } from '../internal/from-event.js';

/** Where a connection stands; see `Mqtt.state$`. */
export function stateOf(connection: Connection): Observable<ConnectionState> {
  return defer(() => fromEvent(connection, 'state').pipe(startWith(connection.state)));
}

/** Whether there is a connection; see `Mqtt.connected$`. */
export function connectedOf(connection: Connection): Observable<boolean> {
  return stateOf(connection).pipe(
    map((state) => (state.type === 'connected' || state.type === 'draining') && state.negotiated !== undefined),
    distinctUntilChanged(),
  );
}
