import type { Connection } from '@rxmqtt/core';
import { Observable, type Subscriber, isObservable, map } from 'rxjs';
import { linkSource } from '../internal/link-source.js';
import { checkObserving } from './check-observing.js';
import { emitBytes, emitDecoded } from './emit-decoded.js';
import { FilterSession } from './filter-session.js';
import type { FilterInput, ObserveOptions, ObservedOneOf, TemplatesOf } from './observe-options.js';
import type { Observed } from './observed.js';
import { type ReadFilters, readFilters } from './read-filters.js';

/** The messages of filters and templates; see `Mqtt.observe`, which is this with a connection. */
export function observe<const Input extends FilterInput, T = Uint8Array>(
  connection: Connection,
  input: Input,
  given: ObserveOptions<T> = {},
): Observable<ObservedOneOf<TemplatesOf<Input>, T>> {
  const fixed = checkObserving(input, given);
  const { codec, onDecodeError = 'skip', onDisconnect, ...options } = given;
  const changing$ = isObservable(input) ? input.pipe(map((filters) => readFilters(filters, options.group))) : undefined;
  const emit = codec === undefined ? emitBytes<T> : emitDecoded(codec, onDecodeError);
  const plan = { connection, options, emit };
  const messages$ = new Observable<Observed<string, T>>((subscriber) => {
    if (connection.state.type === 'failed') {
      subscriber.error(connection.state.cause);
      return;
    }
    const session = new FilterSession(plan, subscriber);
    subscriber.add(session);
    if (onDisconnect === 'error' || onDisconnect === 'complete') {
      subscriber.add(
        connection.on('lost', ({ error }) => {
          if (onDisconnect === 'error') subscriber.error(error);
          else subscriber.complete();
        }),
      );
    }
    if (fixed !== undefined) session.want(fixed);
    if (changing$ !== undefined) follow(changing$, session, subscriber);
  });
  return messages$ as unknown as Observable<ObservedOneOf<TemplatesOf<Input>, T>>;
}

/** Wants what the source says last. When that has completed, its last word stands. */
function follow(
  filters$: Observable<ReadFilters>,
  session: FilterSession<unknown>,
  subscriber: Subscriber<unknown>,
): void {
  linkSource(filters$, subscriber, {
    next: (filters) => {
      session.want(filters);
    },
    complete: () => {
      if (session.isIdle) subscriber.complete();
    },
  });
}
