import type { Connection, DropEvent } from '@rxmqtt/core';
import { type Observable, merge } from 'rxjs';
import { fromEvent } from '../internal/from-event.js';
import { reportsOf } from './reports.js';
import { untilEnd } from './until-end.js';

/** Every message that was given up, by the connection or by an operator; see `Mqtt.drops$`. */
export function dropsOf(connection: Connection): Observable<DropEvent> {
  return merge(fromEvent(connection, 'drop'), untilEnd(connection, reportsOf(connection).drops$));
}
