import { type Connection, type DropEvent, OfflineError } from '@rxmqtt/core';
import { type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { type Observable, take } from 'rxjs';
import { fromEvent } from './from-event.js';

function watch<T>(source: Observable<T>): { values: T[]; completed: boolean; leave(): void } {
  const seen = {
    values: [] as T[],
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (value) => seen.values.push(value),
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
}

/** How many listeners a connection has, of those that come from now on. */
function countListeners(connection: Connection): () => number {
  let count = 0;
  const on = connection.on.bind(connection);
  const counted: Connection['on'] = (name, listener) => {
    const off = on(name, listener);
    let listening = true;
    count++;
    return () => {
      if (listening) count--;
      listening = false;
      off();
    };
  };
  Object.assign(connection, { on: counted });
  return () => count;
}

/** Drops a message. */
function drop({ connection }: TestConnection, topic: string): void {
  connection.publish(topic, '', { offline: 'error' });
}

describe('fromEvent', () => {
  it('is cold: it listens when it is subscribed', () => {
    const server = createTestConnection();
    const listeners = countListeners(server.connection);

    const drops$ = fromEvent(server.connection, 'drop');
    expect(listeners()).toBe(0);

    drops$.subscribe();
    expect(listeners()).toBeGreaterThan(0);
    expect(server.connection.state.type).toBe('idle');
  });

  it('emits to everybody, synchronously, and nothing of the past', () => {
    const server = createTestConnection();
    const early = watch(fromEvent(server.connection, 'drop'));
    drop(server, 'a');
    const late = watch(fromEvent(server.connection, 'drop'));
    drop(server, 'b');

    expect(early.values.map(({ topic }) => topic)).toEqual(['a', 'b']);
    expect(late.values).toMatchObject([
      { direction: 'out', topic: 'b', reason: 'offline', error: expect.any(OfflineError) },
    ]);
  });

  it.each(['closed', 'failed'])('completes when the connection has %s, after the last event', (end) => {
    const server = createTestConnection({ reconnect: false });
    const order: string[] = [];
    fromEvent(server.connection, 'drop').subscribe({
      next: ({ topic }: DropEvent) => order.push(topic),
      complete: () => order.push('complete'),
    });
    server.connection.open().catch(() => undefined);
    server.wire.connack();
    server.connection.publish('a', '', { qos: 1 });

    if (end === 'closed') void server.connection.close();
    else server.wire.cut();

    expect(server.connection.state.type).toBe(end);
    expect(order).toEqual(['a', 'complete']);
  });

  it('completes at once when the connection has ended before, and does not listen', () => {
    const { connection } = createTestConnection();
    void connection.close();
    const listeners = countListeners(connection);

    expect(watch(fromEvent(connection, 'drop'))).toMatchObject({ values: [], completed: true });
    expect(listeners()).toBe(0);
  });

  it.each(['leaving', 'take(1)', 'the end'])('listens no more after %s', (how) => {
    const server = createTestConnection();
    const listeners = countListeners(server.connection);
    const seen = watch(fromEvent(server.connection, 'drop').pipe(take(how === 'take(1)' ? 1 : Infinity)));
    drop(server, 'a');

    if (how === 'leaving') seen.leave();
    if (how === 'the end') void server.connection.close();

    expect(listeners()).toBe(0);
    drop(server, 'b');
    expect(seen.values).toHaveLength(1);
    expect(seen.completed).toBe(how !== 'leaving');
  });

  it('lets a consumer leave, and come back, while it is called', () => {
    const server = createTestConnection();
    const listeners = countListeners(server.connection);
    const drops$ = fromEvent(server.connection, 'drop');
    const nested: string[] = [];
    drops$.pipe(take(1)).subscribe(() => {
      drops$.subscribe(({ topic }) => nested.push(topic));
    });
    const before = listeners();

    drop(server, 'a');
    drop(server, 'b');

    expect(nested).toEqual(['b']);
    expect(listeners()).toBe(before);
  });
});
