import { type Connection, ListenerError, type MqttError, isMqttError } from '@rxmqtt/core';
import { type Observable, map, merge } from 'rxjs';
import { fromEvent } from '../internal/from-event.js';
import { reportsOf } from './reports.js';
import { untilEnd } from './until-end.js';

/** Everything that went wrong without ending a stream; see `Mqtt.errors$`. */
export function errorsOf(connection: Connection): Observable<MqttError> {
  return merge(
    fromEvent(connection, 'attemptFailed').pipe(map(({ error }) => error)),
    fromEvent(connection, 'lost').pipe(map(({ error }) => error)),
    fromEvent(connection, 'warning').pipe(
      map(({ error, what }) => (isMqttError(error) ? error : new ListenerError(what, error))),
    ),
    untilEnd(connection, reportsOf(connection).errors$),
  );
}
