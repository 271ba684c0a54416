import { type Connection, type ConnectionOptions, type ConnectionState, NetworkError } from '@rxmqtt/core';
import { type TestConnection, createTestConnection } from '@rxmqtt/core/testing';
import { type Observable, filter, first, map, take } from 'rxjs';
import { connectedOf, stateOf } from './state.js';

function connected(options: ConnectionOptions = {}): TestConnection {
  const server = createTestConnection(options);
  server.connection.open().catch(() => undefined);
  server.wire.connack();
  return server;
}

interface Seen<T> {
  readonly values: T[];
  error: unknown;
  completed: boolean;
  leave(): void;
}

function watch<T>(source: Observable<T>): Seen<T> {
  const seen: Seen<T> = {
    values: [],
    error: undefined,
    completed: false,
    leave: () => {
      subscription.unsubscribe();
    },
  };
  const subscription = source.subscribe({
    next: (value) => seen.values.push(value),
    error: (error) => {
      seen.error = error;
    },
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

const types = map(({ type }: ConnectionState) => type);

describe('state$', () => {
  it('starts with the current state, and does not open the connection', () => {
    const { connection, wires } = createTestConnection();

    expect(watch(stateOf(connection)).values).toEqual([{ type: 'idle' }]);
    expect(connection.state.type).toBe('idle');
    expect(wires).toHaveLength(0);
  });

  it('emits every change, with its causes, and survives reconnects', () => {
    const server = createTestConnection({ reconnect: { initialDelay: 250, jitter: 'none' } });
    const seen = watch(stateOf(server.connection));
    const cause = new NetworkError('mqtt://test.invalid', 'cut');

    server.connection.open().catch(() => undefined);
    server.wire.connack();
    server.wire.cut(cause);
    server.clock.advance(250);
    server.wire.connack();
    void server.connection.close();

    expect(seen.values).toEqual([
      { type: 'idle' },
      { type: 'connecting', attempt: 1 },
      { type: 'connected', negotiated: expect.any(Object) },
      { type: 'reconnecting', attempt: 2, delay: 250, cause, by: 'network' },
      { type: 'connecting', attempt: 2 },
      { type: 'connected', negotiated: expect.any(Object) },
      { type: 'closed' },
    ]);
    expect(seen).toMatchObject({ error: undefined, completed: true });
  });

  it('gives each late observer the state of now, once', () => {
    const server = connected();
    const source = stateOf(server.connection);
    const late = watch(source.pipe(types));
    server.wire.cut();
    const later = watch(source.pipe(types));

    expect(late.values).toEqual(['connected', 'reconnecting']);
    expect(later.values).toEqual(['reconnecting']);
  });

  it('completes, without an error, when the connection has failed', () => {
    const server = connected({ reconnect: false });
    const seen = watch(stateOf(server.connection));
    const cause = new NetworkError('mqtt://test.invalid', 'cut');

    server.wire.cut(cause);

    expect(seen.values.at(-1)).toEqual({ type: 'failed', cause, by: 'network' });
    expect(seen).toMatchObject({ error: undefined, completed: true });
  });

  it.each(['closed', 'failed'])('emits the last state and completes when the connection has %s before', (end) => {
    const server = connected({ reconnect: false });
    if (end === 'closed') void server.connection.close();
    else server.wire.cut();
    const listeners = countListeners(server.connection);

    const seen = watch(stateOf(server.connection).pipe(types));

    expect(seen).toMatchObject({ values: [end], completed: true });
    expect(listeners()).toBe(0);
  });

  it('listens no more after leaving', () => {
    const server = connected();
    const listeners = countListeners(server.connection);
    const seen = watch(stateOf(server.connection).pipe(types));
    expect(listeners()).toBe(1);

    seen.leave();
    server.wire.cut();

    expect(listeners()).toBe(0);
    expect(seen.values).toEqual(['connected']);
  });

  it('listens no more after take(1), first() and the end', () => {
    const server = connected();
    const listeners = countListeners(server.connection);
    const source = stateOf(server.connection).pipe(types);

    const one = watch(source.pipe(take(1)));
    const lost = watch(source.pipe(first((type) => type === 'reconnecting')));
    const all = watch(source);
    expect(one).toMatchObject({ values: ['connected'], completed: true });
    expect(listeners()).toBe(2);

    server.wire.cut();
    expect(lost).toMatchObject({ values: ['reconnecting'], completed: true });
    expect(listeners()).toBe(1);

    void server.connection.close();
    expect(all.completed).toBe(true);
    expect(listeners()).toBe(0);
  });

  it('tells an observer what itself brings about in answer to the first state', () => {
    const { connection } = createTestConnection();
    const order: string[] = [];
    stateOf(connection).subscribe({
      next: ({ type }) => {
        order.push(type);
        if (type === 'idle') connection.open().catch(() => undefined);
        if (type === 'connecting') void connection.close();
      },
      complete: () => order.push('complete'),
    });

    expect(order).toEqual(['idle', 'connecting', 'closed', 'complete']);
  });

  it('ends with where the connection stands, whoever changed it on the way', () => {
    const server = createTestConnection();
    // Listens before, and so changes the state before the others have heard of the one before.
    server.connection.on('state', ({ type }) => {
      if (type === 'connected') void server.connection.drain();
    });
    server.connection.publish('a', '', { qos: 1 });
    const seen = watch(stateOf(server.connection).pipe(types));

    server.connection.open().catch(() => undefined);
    server.wire.connack();

    expect(server.connection.state.type).toBe('draining');
    expect(seen.values.at(-1)).toBe('draining');
    expect(seen.values.filter((type) => type === 'draining')).toHaveLength(1);
  });

  it('starts with where the connection stands, also while that is still being told', () => {
    const server = createTestConnection();
    const seen: Seen<string>[] = [];
    server.connection.on('state', ({ type }) => {
      if (type !== 'connected') return;
      void server.connection.drain();
      seen.push(watch(stateOf(server.connection).pipe(types)));
    });
    server.connection.publish('a', '', { qos: 1 });

    server.connection.open().catch(() => undefined);
    server.wire.connack();
    expect(seen.map(({ values }) => values)).toEqual([['draining']]);

    void server.connection.close();
    expect(seen.map(({ values }) => values)).toEqual([['draining', 'closed']]);
  });

  it('lets a listener of the connection observe while it is called, without an echo', () => {
    const server = createTestConnection();
    const seen: Seen<string>[] = [];
    server.connection.on('state', ({ type }) => {
      if (type === 'connected') seen.push(watch(stateOf(server.connection).pipe(types)));
    });

    server.connection.open().catch(() => undefined);
    server.wire.connack();

    expect(seen.map(({ values }) => values)).toEqual([['connected']]);
  });
});

describe('connected$', () => {
  it('starts with the current value, emits changes only, and completes', () => {
    const server = createTestConnection({ reconnect: { initialDelay: 250, jitter: 'none' } });
    const seen = watch(connectedOf(server.connection));
    expect(seen.values).toEqual([false]);

    server.connection.open().catch(() => undefined);
    expect(seen.values).toEqual([false]);
    server.wire.connack();
    server.wire.cut();
    server.clock.advance(250);
    server.wire.cut();
    server.clock.advance(500);
    server.wire.connack();
    void server.connection.close();

    expect(seen.values).toEqual([false, true, false, true, false]);
    expect(seen).toMatchObject({ error: undefined, completed: true });
  });

  it('does not open the connection', () => {
    const { connection, wires } = createTestConnection();
    connectedOf(connection).subscribe();

    expect(connection.state.type).toBe('idle');
    expect(wires).toHaveLength(0);
  });

  it('goes on saying yes while a connection drains, and no when that is lost', () => {
    const server = connected();
    server.connection.publish('a', '', { qos: 1 });
    const seen = watch(connectedOf(server.connection));

    void server.connection.drain();
    expect(seen).toMatchObject({ values: [true], completed: false });
    server.wire.cut();

    expect(seen).toMatchObject({ values: [true, false], completed: false });
  });

  it('can be waited for', () => {
    const server = createTestConnection();
    const seen = watch(connectedOf(server.connection).pipe(filter(Boolean), take(1)));
    server.connection.open().catch(() => undefined);
    expect(seen.completed).toBe(false);

    server.wire.connack();

    expect(seen).toMatchObject({ values: [true], completed: true });
  });
});
