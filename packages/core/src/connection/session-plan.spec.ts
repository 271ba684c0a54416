import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';

type Connack = NonNullable<Parameters<ScriptedWire['connack']>[0]>;

function opened(options: ConnectionOptions = {}): TestConnection {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' }, ...options });
  test.connection.open().catch(() => {});
  return test;
}

/** Answers, and cuts: again and again. */
function live(test: TestConnection, ...connacks: Connack[]): void {
  for (const connack of connacks) {
    test.wire.connack(connack);
    test.wire.cut();
    test.clock.advance(1);
  }
}

const requests = ({ wires }: TestConnection) => wires.map(({ request }) => request);

describe("protocolVersion: 'auto'", () => {
  it('falls back to 3.1.1 at once on "unsupported protocol version", as one attempt', () => {
    const test = opened();
    const failures: unknown[] = [];
    test.connection.on('attemptFailed', (event) => failures.push(event));
    test.wire.connack({ reasonCode: 0x84 });
    expect(requests(test)).toMatchObject([{ protocolVersion: 5 }, { protocolVersion: 4 }]);
    expect(test.wires[0]!.ended).toBe('destroyed');
    expect(test.connection.state).toEqual({ type: 'connecting', attempt: 1 });
    expect(failures).toEqual([]);
    test.wire.connack();
    expect(test.connection.negotiated).toMatchObject({ protocolVersion: 4 });
  });

  it('remembers, for as long as the connection lives', () => {
    const test = opened();
    test.wire.connack({ reasonCode: 0x84 });
    live(test, {}, {}, {});
    expect(requests(test).map(({ protocolVersion }) => protocolVersion)).toEqual([5, 4, 4, 4, 4]);
  });

  it.each([0x80, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a])(
    'does not fall back on refusal %d',
    (reasonCode) => {
      const test = opened();
      test.wire.connack({ reasonCode });
      test.clock.advance(1);
      expect(requests(test).every(({ protocolVersion }) => protocolVersion === 5)).toBe(true);
    },
  );

  it('does not fall back on a connection that breaks without a word', () => {
    const test = opened();
    for (let i = 0; i < 5; i++) {
      test.wire.cut();
      test.clock.advance(1);
    }
    expect(requests(test).every(({ protocolVersion }) => protocolVersion === 5)).toBe(true);
  });

  it('ends when 3.1.1 is refused as well', () => {
    const test = opened();
    test.wire.connack({ reasonCode: 0x84 });
    test.wire.connack({ reasonCode: 0x84 });
    expect(test.connection.state).toMatchObject({ type: 'failed', cause: { reasonCode: 0x84 } });
    expect(test.wires).toHaveLength(2);
  });

  it('does not fall back after a close in the meantime', () => {
    const test = opened();
    void test.connection.close();
    test.wires[0]!.connack({ reasonCode: 0x84 });
    expect(test.wires).toHaveLength(1);
  });

  it('falls back while draining, too', () => {
    const test = opened();
    test.connection.publish('a', 'x', { qos: 1 });
    void test.connection.drain();
    test.wire.connack({ reasonCode: 0x84 });
    test.wire.connack();
    expect(test.connection.state).toMatchObject({ type: 'draining', negotiated: { protocolVersion: 4 } });
  });
});

describe('a fixed protocolVersion', () => {
  it.each([5, 4, 3] as const)('%d is asked for and never left', (protocolVersion) => {
    const test = opened({ protocolVersion });
    test.wire.connack({ reasonCode: 0x84 });
    expect(requests(test)).toMatchObject([{ protocolVersion }]);
    expect(test.connection.state).toMatchObject({
      type: 'failed',
      cause: { name: 'ConnectionRefusedError', reasonCode: 0x84 },
    });
  });
});

describe('the client identifier', () => {
  it('is the same on every connection', () => {
    const test = opened();
    live(test, {}, {});
    expect(new Set(requests(test).map(({ clientId }) => clientId)).size).toBe(1);
  });

  it('that the server assigned is kept from then on', () => {
    const test = opened({ clientId: '' });
    test.wire.cut();
    test.clock.advance(1);
    live(test, { properties: { assignedClientIdentifier: 'yours' } }, {});
    expect(requests(test).map(({ clientId }) => clientId)).toEqual(['', '', 'yours', 'yours']);
  });

  it('may be empty with a session that is kept, on MQTT 5: the server assigns one, and we come back to it', () => {
    const test = opened({ clientId: '', session: { clean: false } });
    live(test, { properties: { assignedClientIdentifier: 'yours' } });
    expect(requests(test)).toMatchObject([
      { clientId: '', clean: false },
      { clientId: 'yours', clean: false },
    ]);
  });

  it.each([false, 'first'] as const)(
    'that is empty has nothing to come back to where only 3.1.1 is spoken (clean: %s)',
    (clean) => {
      const test = opened({ clientId: '', session: { clean } });
      test.wire.connack({ reasonCode: 0x84 });
      live(test, {}, {});
      expect(requests(test).slice(1)).toMatchObject(
        [4, 4, 4].map((protocolVersion) => ({ protocolVersion, clientId: '', clean: true })),
      );
    },
  );

  it('is part of what was agreed on', () => {
    const test = opened({ clientId: '' });
    test.wire.connack({ properties: { assignedClientIdentifier: 'yours' } });
    expect(test.connection.negotiated?.clientId).toBe('yours');
  });
});

describe('session.clean', () => {
  it.each([
    ["'first' on MQTT 5", {}, [true, false, false]],
    ["'first' when asked for", { session: { clean: 'first' } }, [true, false, false]],
    ['true', { session: { clean: true } }, [true, true, true]],
    ['false', { session: { clean: false }, clientId: 'me' }, [false, false, false]],
    ['true by default on 3.1.1', { protocolVersion: 4 }, [true, true, true]],
    ['false on 3.1.1', { protocolVersion: 4, session: { clean: false }, clientId: 'me' }, [false, false, false]],
  ] as const)('is %s', (_, options, expected) => {
    const test = opened(options);
    live(test, {}, {});
    expect(requests(test).map(({ clean }) => clean)).toEqual(expected);
  });

  it("'first' stays clean until a first connection was made", () => {
    const test = opened();
    test.wire.cut();
    test.clock.advance(1);
    test.wire.connack({ reasonCode: 0x89 });
    test.clock.advance(1);
    live(test, {});
    expect(requests(test).map(({ clean }) => clean)).toEqual([true, true, true, false]);
  });

  it('true after the fall-back to 3.1.1, which could not come back to a clean session', () => {
    const test = opened();
    test.wire.connack({ reasonCode: 0x84 });
    live(test, {}, {});
    expect(requests(test).map(({ clean }) => clean)).toEqual([true, true, true, true]);
  });

  it("'first' on 3.1.1, when asked for, is a clean connection and then one that keeps its session", () => {
    // decisions.md: a clean CONNECT, DISCONNECT, then `clean: false`.
    const test = opened({ protocolVersion: 4, clientId: 'me', session: { clean: 'first' } });
    test.wire.connack();
    test.clock.advance();
    expect(requests(test).map(({ clean }) => clean)).toEqual([true, false]);
  });
});

describe('a CONNACK that claims a session', () => {
  it('where none was asked for breaks the protocol', () => {
    const test = opened();
    const lost: string[] = [];
    test.connection.on('attemptFailed', ({ error, by }) => lost.push(`${error.name} ${by}`));
    test.wire.connack({ sessionPresent: true });
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError', reasonCode: 0x82 });
    expect(lost).toEqual(['ProtocolError client']);
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', attempt: 2 });
  });

  it('that was asked for is shown', () => {
    const test = opened();
    live(test, {});
    test.wire.connack({ sessionPresent: true });
    expect(test.connection.negotiated?.sessionPresent).toBe(true);
  });
});

describe('the session expiry', () => {
  it('is that of the options on every CONNECT', () => {
    const test = opened({ session: { expiry: 17 } });
    live(test, {});
    expect(requests(test).map(({ sessionExpiry }) => sessionExpiry)).toEqual([17, 17]);
  });

  it.each([
    ['0 for an identifier made up here, to which nobody can come back', {}, 0],
    ['not said for an identifier of the user', { clientId: 'me' }, undefined],
    ['not said where the session ends anyway', { session: { expiry: 0 } }, undefined],
  ] as const)('at the end is %s', async (_, options, expected) => {
    const test = opened(options);
    test.wire.connack();
    await test.connection.close();
    expect(test.wire.sent).toEqual([{ type: 'disconnect', reasonCode: 0, sessionExpiry: expected }]);
  });

  it('at the end of a drain is the same', async () => {
    const test = opened();
    test.wire.connack();
    const drained = test.connection.drain();
    test.clock.advance();
    await drained;
    expect(test.wire.sent).toEqual([{ type: 'disconnect', reasonCode: 0, sessionExpiry: 0 }]);
  });
});

describe('keepalive', () => {
  it('is what the server imposes, and asked for anew on the next CONNECT', () => {
    const test = opened({ keepalive: 60 });
    live(test, { properties: { serverKeepAlive: 5 } });
    expect(test.wires[0]!.keepalive).toBe(5);
    test.wire.connack();
    expect(test.wires[1]!.keepalive).toBe(60);
    expect(requests(test).map(({ keepalive }) => keepalive)).toEqual([60, 60]);
  });
});
