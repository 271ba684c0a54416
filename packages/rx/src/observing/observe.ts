import { type Connection, InvalidOptionsError } from '@rxmqtt/core';
import { Observable, type Subscriber, isObservable, map } from 'rxjs';
import { checkPolicy } from '../decoding/check-policy.js';
import { linkSource } from '../internal/link-source.js';
import { emitBytes, emitDecoded } from './emit-decoded.js';
import { type FilterSession, filterSession } from './filter-session.js';
import type { FilterInput, ObserveOptions, ObservedOneOf, TemplatesOf } from './observe-options.js';
import type { Observed } from './observed.js';
import { type ReadFilters, readFilters } from './read-filters.js';

const ON_DISCONNECT: readonly unknown[] = [undefined, 'keep', 'error', 'complete'];

/** The messages of filters and templates; see `Mqtt.observe`, which is this with a connection. */
export function observe<const Input extends FilterInput, T = Uint8Array>(
  connection: Connection,
  input: Input,
  { codec, onDecodeError = 'skip', onDisconnect, ...options }: ObserveOptions<T> = {},
): Observable<ObservedOneOf<TemplatesOf<Input>, T>> {
  checkPolicy('onDecodeError', onDecodeError, ['skip', 'error']);
  // At once, not at the first subscription: a bad filter is a mistake of whoever wrote it.
  if (!ON_DISCONNECT.includes(onDisconnect)) {
    throw new InvalidOptionsError([{ path: 'onDisconnect', reason: "must be 'keep', 'error' or 'complete'" }]);
  }
  const changing$ = isObservable(input) ? input.pipe(map((filters) => readFilters(filters, options.group))) : undefined;
  const fixed = isObservable(input) ? undefined : readFilters(input, options.group);
  if (fixed?.readers.length === 0)
    throw new InvalidOptionsError([{ path: 'filter', reason: 'must name at least one filter' }]);
  const emit = codec === undefined ? emitBytes<T>(connection) : emitDecoded(connection, codec, onDecodeError);
  const messages$ = new Observable<Observed<string, T>>((subscriber) => {
    if (connection.state.type === 'failed') {
      subscriber.error(connection.state.cause);
      return;
    }
    const session = filterSession(connection, options, {
      message: (message, reader) => emit(subscriber, message, reader),
      error: (error) => {
        subscriber.error(error);
      },
      end: () => {
        subscriber.complete();
      },
    });
    subscriber.add(() => {
      session.end();
    });
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
function follow(filters$: Observable<ReadFilters>, session: FilterSession, subscriber: Subscriber<unknown>): void {
  linkSource(filters$, subscriber, {
    next: (filters) => {
      session.want(filters);
    },
    complete: () => {
      if (session.isIdle()) subscriber.complete();
    },
  });
}
