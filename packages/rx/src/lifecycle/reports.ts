import type { Connection, DropEvent, MqttError } from '@rxmqtt/core';
import { Subject } from 'rxjs';

/** What operators have to say about a connection; it shows beside the connection's own events. */
export interface Reports {
  readonly errors$: Subject<MqttError>;
  readonly drops$: Subject<DropEvent>;
}

const reports = new WeakMap<Connection, Reports>();

/** The reports about a connection. Their subjects never end: whoever shows them ends with the connection. */
export function reportsOf(connection: Connection): Reports {
  let known = reports.get(connection);
  if (known === undefined) {
    known = { errors$: new Subject(), drops$: new Subject() };
    reports.set(connection, known);
  }
  return known;
}

/** Something went wrong that ends no stream: it shows on `Mqtt.errors$`. */
export function reportError(connection: Connection, error: MqttError): void {
  reports.get(connection)?.errors$.next(error);
}

/** An operator has given a message up: it shows on `Mqtt.drops$`. */
export function reportDrop(connection: Connection, drop: DropEvent): void {
  reports.get(connection)?.drops$.next(drop);
}

/** Whether anybody looks at what is dropped: otherwise there is no need to make events, and errors with them. */
export function isDropWatched(connection: Connection): boolean {
  return reports.get(connection)?.drops$.observed === true;
}
