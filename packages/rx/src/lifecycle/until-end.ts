import type { Connection } from '@rxmqtt/core';
import { type Observable, filter, takeUntil } from 'rxjs';
import { hasEnded } from '../internal/has-ended.js';
import { stateOf } from './state.js';

/** The same, completing when the connection has ended for good. */
export function untilEnd<T>(connection: Connection, source$: Observable<T>): Observable<T> {
  return source$.pipe(takeUntil(stateOf(connection).pipe(filter(hasEnded))));
}
