import type { Publication } from '../outbound/publish-options.js';
import type { Subscription } from '../subscriptions/subscribe-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

/** Brings a connection into a state. */
const STATES: Readonly<Record<string, () => TestConnection>> = {
  idle: () => createTestConnection(),
  connecting: () => opened(),
  'waiting for credentials': () => opened({ credentials: () => new Promise(() => {}) }),
  connected: () => connected(),
  'waiting for the next attempt': () => {
    const test = connected();
    test.wire.cut();
    return test;
  },
  'connecting again': () => {
    const test = connected();
    test.wire.cut();
    test.clock.advance(250);
    return test;
  },
  'draining, connected': () => drained(connected()),
  'draining, connecting': () => drained(opened()),
  'draining, between attempts': () => {
    const test = drained(connected());
    test.wire.cut();
    return test;
  },
};
const states = Object.keys(STATES);

function opened(options: Parameters<typeof createTestConnection>[0] = {}): TestConnection {
  const test = createTestConnection(options);
  test.connection.open().catch(() => {});
  return test;
}

function connected(options: Parameters<typeof createTestConnection>[0] = {}): TestConnection {
  const test = opened(options);
  test.wire.connack();
  return test;
}

function drained(test: TestConnection): TestConnection {
  test.connection.publish('unacknowledged', 'x', { qos: 1 });
  void test.connection.drain();
  return test;
}

/** Everything that can be pending. */
function usage({ connection }: TestConnection) {
  const publications: Publication[] = [];
  const subscriptions: Subscription[] = [];
  const ends: string[] = [];
  const failures: unknown[] = [];
  for (const qos of [0, 1, 2] as const) publications.push(connection.publish('a', 'x', { qos, timeout: 60_000 }));
  try {
    const subscription = connection.subscribe(
      'b',
      {},
      { message: () => {}, end: () => ends.push('end'), error: () => ends.push('error') },
    );
    subscriptions.push(subscription);
    subscription.ready.catch((error: unknown) => failures.push(error));
  } catch (error) {
    failures.push(error);
    ends.push('end');
  }
  const open = connection.open();
  open.catch(() => {});
  return { publications, subscriptions, ends, failures, open };
}

describe.each(states)('close() while %s', (name) => {
  it('settles everything at once and without a word too many', async () => {
    const test = STATES[name]!();
    const { connection, clock } = test;
    const { publications, ends, failures, open } = usage(test);
    const before = connection.state;
    const closing = connection.close();
    for (const { outcome } of publications) {
      if (outcome?.status !== 'acknowledged')
        expect(outcome).toMatchObject({ status: 'failed', error: { name: 'ClosedError' } });
    }
    expect(ends).toEqual(['end']);
    expect(connection.state).toEqual({ type: 'closed' });
    await closing;
    expect(failures).toMatchObject([{ name: 'ClosedError' }]);
    if (before.type !== 'connected' && name !== 'draining, connected')
      await expect(open).rejects.toMatchObject({ name: 'ClosedError' });
    await expect(connection.closed).resolves.toEqual({ type: 'closed', by: 'user', cause: undefined });
    clock.advance();
  });

  it('starts nothing afterwards', async () => {
    const { connection, clock, wires } = STATES[name]!();
    const attempts = wires.length;
    await connection.close();
    clock.advance(3_600_000);
    expect(wires).toHaveLength(attempts);
    for (const wire of wires) expect(wire.ended).not.toBe('open');
  });

  const leaves = name.includes('credentials') ? 'leaves' : 'leaves';
  it(`${leaves} no timer behind`, async () => {
    const test = STATES[name]!();
    usage(test);
    await test.connection.close();
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
  });

  it('can be called again, and by several at once', async () => {
    const { connection } = STATES[name]!();
    const seen: string[] = [];
    connection.on('state', ({ type }) => seen.push(type));
    await Promise.all([connection.close(), connection.close()]);
    await connection.close();
    expect(seen).toEqual(['closed']);
  });

  it('is followed by refusals: publish fails, subscribe throws, open rejects, drain has nothing to do', async () => {
    const { connection, clock } = STATES[name]!();
    await connection.close();
    expect(connection.publish('a', 'x').outcome).toMatchObject({ status: 'failed', error: { name: 'ClosedError' } });
    expect(() => connection.subscribe('a', {}, () => {})).toThrow(expect.objectContaining({ name: 'ClosedError' }));
    await expect(connection.open()).rejects.toMatchObject({ name: 'ClosedError' });
    const drain = connection.drain();
    clock.advance(name.startsWith('draining') ? 10_000 : 0);
    await drain;
    await connection[Symbol.asyncDispose]();
  });
});

describe('close() says goodbye', () => {
  it('with DISCONNECT on a connection, and on nothing else', async () => {
    const test = connected();
    await test.connection.close();
    expect(test.wire.sent).toEqual([{ type: 'disconnect', reasonCode: 0, sessionExpiry: 0 }]);
    expect(test.wire.ended).toBe('ended');
  });

  it('and is over only when the transport is gone', async () => {
    const test = connected();
    let gone = (): void => {};
    jest.spyOn(test.wire, 'end').mockImplementation((_, __, done) => {
      gone = done;
    });
    const order: string[] = [];
    void test.connection.closed.then(() => order.push('closed'));
    const closing = test.connection.close().then(() => order.push('close() fulfilled'));
    for (let i = 0; i < 10; i++) await Promise.resolve();
    expect(order).toEqual([]);
    expect(test.connection.state.type).toBe('closed');
    await expect(test.connection.open()).rejects.toMatchObject({ name: 'ClosedError' });
    gone();
    await closing;
    expect(order).toEqual(['closed', 'close() fulfilled']);
  });

  it('tells those whose message was on its way that it may still have arrived', async () => {
    const { connection, wire } = connected();
    const sent = connection.publish('a', 'x', { qos: 1 });
    wire.setCongested(true);
    const waiting = connection.publish('a', 'x', { qos: 1 });
    await connection.close();
    expect(sent.outcome).toMatchObject({ error: { message: expect.stringContaining('may still have arrived') } });
    expect(waiting.outcome).toMatchObject({
      error: { message: expect.not.stringContaining('may still have arrived') },
    });
  });

  it('and every message that is lost with it shows as a drop', async () => {
    const { connection, clock } = connected();
    const drops: string[] = [];
    connection.on('drop', ({ reason, topic }) => drops.push(`${topic} ${reason}`));
    connection.publish('a', 'x', { qos: 1 });
    connection.publish('b', 'x', { qos: 2 });
    await connection.close();
    clock.advance();
    expect(drops).toEqual(['a closed', 'b closed']);
  });
});

describe('a connection that fails for good', () => {
  it('settles everything with the cause', async () => {
    const test = connected();
    const { publications, ends, failures } = usage(test);
    test.connection.on('warning', ({ error }) => failures.push(error));
    test.clock.advance();
    test.wire.cut(new Error('x') as never, 'server');
    const { state } = test.connection;
    expect(state.type).toBe('failed');
    const cause = state.type === 'failed' ? state.cause : undefined;
    expect(publications.slice(1).map(({ outcome }) => outcome)).toMatchObject([
      { error: { name: 'ClosedError', cause } },
      { error: { name: 'ClosedError', cause } },
    ]);
    expect(ends).toEqual(['error']);
    await expect(test.connection.closed).resolves.toEqual({ type: 'failed', by: 'server', cause });
    expect(failures).toEqual([cause]);
    expect(test.clock.pending).toBe(0);
    await test.connection.close();
    expect(test.connection.state.type).toBe('failed');
  });
});

describe('close() inside a listener', () => {
  /** What calls the listener, on a connection that is `connecting`. */
  const OCCASIONS: Readonly<Record<string, (test: TestConnection, close: () => void) => void>> = {
    'state connected': (test, close) => {
      test.connection.on('state', ({ type }) => type === 'connected' && close());
      test.wire.connack();
    },
    'state reconnecting': (test, close) => {
      test.connection.on('state', ({ type }) => type === 'reconnecting' && close());
      test.wire.cut();
    },
    'state connecting again': (test, close) => {
      test.wire.cut();
      test.connection.on('state', ({ type }) => type === 'connecting' && close());
      test.clock.advance(250);
    },
    'state draining': (test, close) => {
      test.connection.on('state', ({ type }) => type === 'draining' && close());
      void test.connection.drain();
    },
    attemptFailed: (test, close) => {
      test.connection.on('attemptFailed', close);
      test.wire.connack({ reasonCode: 0x89 });
    },
    'attemptFailed for good': (test, close) => {
      test.connection.on('attemptFailed', close);
      test.wire.connack({ reasonCode: 0x8a });
    },
    lost: (test, close) => {
      test.connection.on('lost', close);
      test.wire.connack();
      test.wire.cut();
    },
    drop: (test, close) => {
      test.connection.on('drop', close);
      test.connection.publish('#', 'x');
    },
    congestion: (test, close) => {
      test.connection.on('congestion', close);
      test.wire.connack();
      test.wire.setCongested(true);
      test.connection.publish('a', 'x');
    },
    warning: (test, close) => {
      test.connection.on('warning', close);
      test.connection.on('state', () => {
        throw new Error('thrown by a listener');
      });
      test.wire.connack();
    },
    outcome: (test, close) => {
      test.wire.connack();
      test.connection.publish('a', 'x', { qos: 1 }).onSettled(close);
      const packet = test.wire.sent.at(-1);
      if (packet?.type === 'publish') test.wire.acknowledge(4, packet.packetId);
    },
    'outcome of a message that waited': (test, close) => {
      test.connection.publish('a', 'x').onSettled(close);
      test.wire.connack();
    },
    message: (test, close) => {
      test.connection.subscribe('m', { qos: 2 }, () => close());
      test.wire.connack();
      test.wire.message({ topic: 'm', qos: 1, packetId: 1 });
    },
    'message of QoS 2': (test, close) => {
      test.connection.subscribe('m', { qos: 2 }, () => close());
      test.wire.connack();
      test.wire.message({ topic: 'm', qos: 2, packetId: 1 });
    },
    'ready of a subscription': (test, close) => {
      test.connection.subscribe('m', { qos: 2 }, { message: () => {}, ready: close });
      test.wire.connack();
      test.wire.sent
        .filter(({ type }) => type === 'subscribe')
        .forEach((packet) => 'packetId' in packet && test.wire.suback(packet.packetId));
    },
    'error of a subscription': (test, close) => {
      test.connection.subscribe('m', { qos: 2 }, { message: () => {}, error: close });
      test.wire.connack();
      for (const packet of test.wire.sent) {
        if (packet.type === 'subscribe')
          test.wire.suback(
            packet.packetId,
            packet.filters.map(({ filter }) => (filter === 'm' ? 0x87 : 0)),
          );
      }
    },
    'end of a subscription': (test, close) => {
      test.connection.subscribe('m', { qos: 2 }, { message: () => {}, end: close });
      void test.connection.close();
    },
  };

  it.each(Object.keys(OCCASIONS))('(%s) ends everything, once, and nothing comes after it', async (occasion) => {
    const test = opened();
    const { connection, clock } = test;
    const seen: string[] = [];
    connection.on('state', ({ type }) => seen.push(type));
    const ends: string[] = [];
    connection.subscribe(
      'other',
      {},
      { message: () => void ends.push('message'), end: () => ends.push('end'), error: () => ends.push('error') },
    );
    const publications = ([1, 2] as const).map((qos) => connection.publish('p', 'x', { qos }));
    let closing: Promise<void> | undefined;
    OCCASIONS[occasion]!(test, () => {
      closing ??= connection.close();
    });
    expect(closing).toBeDefined();
    await closing;
    await connection.closed;
    const attempts = test.wires.length;
    clock.advance(occasion.includes('draining') ? 10_000 : 0);
    clock.advance(3_600_000);
    expect(test.wires).toHaveLength(attempts);
    expect(test.wires.every(({ ended }) => ended !== 'open')).toBe(true);
    expect(clock.pending).toBe(0);
    for (const { outcome } of publications) expect(outcome).toBeDefined();
    expect(ends).toEqual([connection.state.type === 'failed' ? 'error' : 'end']);
    expect(seen.filter((type) => type === 'closed' || type === 'failed')).toEqual([connection.state.type]);
    expect(seen.at(-1)).toBe(connection.state.type);
    await expect(connection.open()).rejects.toBeDefined();
  });

  it.each(Object.keys(OCCASIONS))(
    '(%s) so does drain(), within its deadline, however often it is called',
    async (occasion) => {
      const test = opened();
      const { connection, clock } = test;
      const seen: string[] = [];
      connection.on('state', ({ type }) => seen.push(type));
      const publications = ([1, 2] as const).map((qos) => connection.publish('p', 'x', { qos }));
      const drains: Promise<unknown>[] = [];
      OCCASIONS[occasion]!(test, () => {
        drains.push(connection.drain({ deadline: 1_000 }), connection.drain({ deadline: 1 }));
      });
      expect(drains).not.toEqual([]);
      clock.advance(1_000);
      const reports = await Promise.all(drains);
      expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
      await connection.closed;
      clock.advance(occasion.includes('draining') ? 10_000 : 0);
      const attempts = test.wires.length;
      clock.advance(3_600_000);
      expect(test.wires).toHaveLength(attempts);
      expect(test.wires.every(({ ended }) => ended !== 'open')).toBe(true);
      expect(clock.pending).toBe(0);
      for (const { outcome } of publications) expect(outcome).toBeDefined();
      expect(seen.filter((type) => type === 'closed' || type === 'failed')).toEqual([connection.state.type]);
    },
  );

  it.each(['end', 'drop', 'state'] as const)(
    'nothing can be subscribed inside a listener that hears of the end (%s)',
    (occasion) => {
      const { connection } = connected();
      const outcomes: string[] = [];
      const subscribe = (): void => {
        try {
          connection.subscribe('late', {}, { message: () => {}, end: () => outcomes.push('ended') });
          outcomes.push('subscribed');
        } catch (error) {
          outcomes.push((error as Error).name);
        }
      };
      if (occasion === 'end') connection.subscribe('a', {}, { message: () => {}, end: subscribe });
      if (occasion === 'drop') connection.on('drop', subscribe);
      if (occasion === 'state') connection.on('state', subscribe);
      connection.publish('p', 'x', { qos: 1 });
      void connection.close();
      expect(outcomes).toEqual(['ClosedError']);
    },
  );
});

describe('a connection that is closed by who hears of its loss', () => {
  it.each(['lost', 'drop', 'state', 'delay'] as const)(
    'is asked no more when it would come back, and leaves no timer (%s)',
    async (occasion) => {
      const asked: unknown[] = [];
      const close = (): void => void connection.close();
      const delay = (): Promise<number> => {
        asked.push(connection.state.type);
        if (occasion === 'delay') close();
        return new Promise(() => undefined);
      };
      const test = createTestConnection({
        publish: { window: 1, offline: 'drop' },
        reconnect: { delay, giveUpAfter: 60_000 },
      });
      const { connection } = test;
      void connection.open();
      test.wire.connack();
      for (const topic of ['a', 'b']) connection.publish(topic, 'x', { qos: 1 });
      if (occasion !== 'delay') connection.on(occasion, close);
      test.wire.cut();
      expect(connection.state.type).toBe('closed');
      await connection.closed;
      expect(asked.filter((state) => state === 'closed')).toEqual([]);
      expect(test.clock.pending).toBe(0);
    },
  );

  it('by what is told while it loses its wire, is not told of the loss any more', () => {
    const test = connected();
    const told: string[] = [];
    test.wire.setCongested(true);
    test.connection.publish('a', 'x');
    test.connection.on('congestion', () => void test.connection.close());
    test.connection.on('lost', () => told.push('lost'));
    test.connection.on('state', ({ type }) => told.push(type));
    test.wire.cut();
    expect(told).toEqual(['closed']);
    expect(test.clock.pending).toBe(0);
  });

  it("fails all that waits with its end: offline: 'drop' makes no difference", () => {
    const { connection } = connected({ publish: { window: 1 } });
    const publications = ([undefined, 'queue', 'drop'] as const).map((offline) =>
      connection.publish('a', 'x', { qos: 1, ...(offline && { offline }) }),
    );
    void connection.close();
    for (const { outcome } of publications)
      expect(outcome).toMatchObject({ error: { name: 'ClosedError', retryable: false } });
  });
});
