import type { Connection, ConnectionEvents } from '@rxmqtt/core';
import { Observable } from 'rxjs';
import { hasEnded } from './has-ended.js';

/** An event of a connection as an Observable: hot, no replay; completes when the connection has ended for good. */
export function fromEvent<Name extends keyof ConnectionEvents>(
  connection: Connection,
  name: Name,
): Observable<ConnectionEvents[Name]> {
  return new Observable((subscriber) => {
    if (hasEnded(connection.state)) {
      subscriber.complete();
      return;
    }
    subscriber.add(
      connection.on(name, (event) => {
        subscriber.next(event);
      }),
    );
    subscriber.add(
      connection.on('state', (state) => {
        if (hasEnded(state)) subscriber.complete();
      }),
    );
  });
}
