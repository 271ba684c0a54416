import type { ConnectionOptions } from '../options/connection-options.js';
import type { Publication } from '../outbound/publish-options.js';
import type { ConnectionEvents } from './connection.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

function logged(options: ConnectionOptions = {}): TestConnection & { readonly log: string[] } {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  const log: string[] = [];
  test.connection.on('state', (state) =>
    log.push(
      state.type === 'connecting' || state.type === 'reconnecting' ? `${state.type} ${state.attempt}` : state.type,
    ),
  );
  test.connection.on('attemptFailed', ({ attempt, by }) => log.push(`attempt ${attempt} failed by ${by}`));
  test.connection.on('lost', ({ by }) => log.push(`lost by ${by}`));
  test.connection.on('drop', ({ topic, reason }) => log.push(`${topic} ${reason}`));
  return Object.assign(Object.create(test) as TestConnection, { log });
}

describe('events', () => {
  it('tell a life in its order: what happened, then the state it led to', async () => {
    const { connection, clock, wires, log } = logged();
    connection.open().catch(() => {});
    wires[0]!.cut();
    clock.advance(1);
    wires[1]!.connack();
    wires[1]!.cut(undefined, 'server');
    clock.advance(1);
    wires[2]!.connack({ sessionPresent: true });
    connection.publish('a', 'x', { qos: 1 });
    await connection.close();
    expect(log).toEqual([
      'connecting 1',
      'attempt 1 failed by network',
      'reconnecting 2',
      'connecting 2',
      'connected',
      'lost by server',
      expect.stringMatching(/^reconnecting/),
      expect.stringMatching(/^connecting/),
      'connected',
      'a closed',
      'closed',
    ]);
  });

  it("tell what goes with a connection when its loss has been told, and find it lost: offline: 'drop'", () => {
    const { connection, clock, wires, log } = logged({ publish: { window: 1, offline: 'drop' } });
    connection.open().catch(() => {});
    wires[0]!.connack();
    for (const topic of ['a', 'b']) connection.publish(topic, 'x', { qos: 1 });
    connection.on('drop', () => log.push(`while ${connection.state.type}`));
    log.length = 0;
    wires[0]!.cut();
    expect(log).toEqual(['lost by network', 'reconnecting 2', 'b offline', 'while reconnecting']);
    clock.advance(1);
    wires[1]!.connack({ sessionPresent: true });
    expect(log.slice(4)).toEqual(['connecting 2', 'connected']);
  });

  it("tell it before the next attempt, whoever makes that at once: offline: 'drop'", () => {
    const { connection, wires, log } = logged({ publish: { window: 2, offline: 'drop' } });
    connection.open().catch(() => {});
    wires[0]!.connack({ properties: { receiveMaximum: 1 } });
    for (const topic of ['a', 'b']) connection.publish(topic, 'x', { qos: 1 });
    const fresh: Publication[] = [];
    connection.on('state', ({ type }) => {
      if (type === 'reconnecting') connection.reconnectNow();
      if (type !== 'reconnecting' || wires.length < 2) return;
      wires[1]!.connack({ sessionPresent: true });
      fresh.push(connection.publish('c', 'x', { qos: 1 }));
    });
    log.length = 0;
    wires[0]!.cut();
    expect(log).toEqual(['lost by network', 'reconnecting 2', 'connecting 2', 'b offline', 'connected']);
    expect(wires[1]!.sent).toMatchObject([{ topic: 'a' }, { topic: 'c' }]);
    // What was published on the new connection was not there when the old one was lost.
    expect(fresh.map(({ outcome }) => outcome)).toEqual([undefined]);
  });

  it('find the connection in the state they tell of', () => {
    const { connection, clock, wires } = logged();
    const same: boolean[] = [];
    connection.on('state', (state) => same.push(connection.state === state));
    connection.open().catch(() => {});
    wires[0]!.connack();
    wires[0]!.cut();
    clock.advance(1);
    void connection.close();
    expect(same).toEqual([true, true, true, true, true]);
  });

  it('come synchronously with what is behind them', () => {
    const { connection, wires, log } = logged();
    connection.open().catch(() => {});
    wires[0]!.connack();
    expect(log.at(-1)).toBe('connected');
    wires[0]!.cut();
    expect(log.slice(-2)).toEqual(['lost by network', expect.stringMatching(/^reconnecting/)]);
  });

  it('find nothing lent to them any more when a connection was lost: what they publish waits for the next one', () => {
    const { connection, clock, wires } = logged();
    const publications: unknown[] = [];
    connection.on('lost', () => publications.push(connection.publish('a', 'x')));
    connection.open().catch(() => {});
    wires[0]!.connack();
    wires[0]!.cut();
    expect(publications).toMatchObject([{ outcome: undefined }]);
    expect(wires[0]!.sent).toEqual([]);
    clock.advance(1);
    wires[1]!.connack();
    expect(publications).toMatchObject([{ outcome: { status: 'acknowledged' } }]);
  });

  it('stop for a listener that was taken away, at once and for good', () => {
    const { connection, wires } = logged();
    const seen: string[] = [];
    const stop = connection.on('state', ({ type }) => {
      seen.push(type);
      stop();
    });
    connection.open().catch(() => {});
    wires[0]!.connack();
    stop();
    expect(seen).toEqual(['connecting']);
  });

  it('reach listeners in the order in which they were added, and not those added meanwhile', () => {
    const { connection } = logged();
    const seen: string[] = [];
    connection.on('state', () => {
      seen.push('first');
      connection.on('state', () => seen.push('late'));
    });
    connection.on('state', () => seen.push('second'));
    connection.open().catch(() => {});
    expect(seen).toEqual(['first', 'second']);
  });

  it('reach every listener in the order in which they happened, also when one of them closes the connection', () => {
    const { connection, wires } = logged();
    connection.on('state', ({ type }) => {
      if (type === 'connected') void connection.close();
    });
    const seen: string[] = [];
    connection.on('state', ({ type }) => seen.push(type));
    connection.open().catch(() => {});
    wires[0]!.connack();
    expect(seen.at(-1)).toBe('closed');
    expect(seen.filter((type) => type === 'connected').length).toBeLessThanOrEqual(1);
    expect(seen).toEqual(['connecting', 'connected', 'closed']);
  });
});

describe('a listener that throws', () => {
  const thrown = new Error('thrown by a listener');
  const fail = (): never => {
    throw thrown;
  };

  // ('restored' needs a store: session/durable.spec.ts; 'packet' needs packets: test/plugins.spec.ts.)
  const OCCASIONS: Readonly<
    Record<keyof Omit<ConnectionEvents, 'warning' | 'restored' | 'packet'>, (test: TestConnection) => void>
  > = {
    state: ({ connection }) => void connection.open().catch(() => {}),
    attemptFailed: ({ connection, wires }) => {
      connection.open().catch(() => {});
      wires.at(-1)!.cut();
    },
    lost: ({ connection, wires }) => {
      connection.open().catch(() => {});
      wires.at(-1)!.connack();
      wires.at(-1)!.cut();
    },
    drop: ({ connection }) => void connection.publish('#', 'x'),
    congestion: ({ connection, wires }) => {
      connection.open().catch(() => {});
      wires.at(-1)!.connack();
      wires.at(-1)!.setCongested(true);
      connection.publish('a', 'x');
    },
  };

  it.each(Object.keys(OCCASIONS) as (keyof typeof OCCASIONS)[])(
    '(%s) harms nobody: the others hear, there is a warning, life goes on',
    (name) => {
      const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1 } });
      const { connection, clock } = test;
      const warnings: unknown[] = [];
      connection.on('warning', (event) => warnings.push(event));
      let heard = 0;
      connection.on(name, fail);
      connection.on(name, () => heard++);
      OCCASIONS[name](test);
      expect(heard).toBeGreaterThan(0);
      expect(warnings[0]).toEqual({ error: thrown, what: `a listener of '${name}' threw` });
      connection.open().catch(() => {});
      clock.advance(1);
      if (connection.state.type === 'connecting') test.wire.connack();
      expect(connection.state.type).toBe('connected');
    },
  );

  it('(warning) is not warned of, which would never end', () => {
    const { connection } = logged();
    connection.on('warning', fail);
    let heard = 0;
    connection.on('warning', () => heard++);
    connection.on('state', fail);
    connection.open().catch(() => {});
    expect(heard).toBe(1);
  });
});
