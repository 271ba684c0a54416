import type { ConnectionOptions } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/create-test-connection.js';

/** A connection with a message that its observer never acknowledges, after the time for that. */
function overdue(options: ConnectionOptions, sessionExpiryInterval?: number): TestConnection {
  const test = createTestConnection({ receive: { ackTimeout: 1_000 }, ...options });
  void test.connection.open().catch(() => undefined);
  test.wire.connack({ properties: sessionExpiryInterval === undefined ? {} : { sessionExpiryInterval } });
  test.connection.subscribe('a', { qos: 1, ack: 'manual' }, () => undefined);
  test.clock.advance();
  test.wire.suback();
  test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
  test.clock.advance(1_000);
  return test;
}

const PUBACK = { type: 'ack', ack: 4, packetId: 1, reasonCode: 0 };

describe("abandoned: 'redeliver'", () => {
  it('acknowledges where there would be no next connection, instead of ending this one', () => {
    for (const reconnect of [false, { maxAttempts: 0 }] as const) {
      const test = overdue({ reconnect });
      expect(test.connection.state.type).toBe('connected');
      expect(test.wire.sent).toContainEqual(PUBACK);
    }
  });

  it('acknowledges where the server keeps no session, whatever was asked for', () => {
    const test = overdue({}, 0);
    expect(test.connection.state.type).toBe('connected');
    expect(test.wire.sent).toContainEqual(PUBACK);
  });

  it('connects anew where the session outlives that', () => {
    const test = overdue({}, 300);
    expect(test.connection.state.type).toBe('reconnecting');
    expect(test.wires[0]!.sent).not.toContainEqual(PUBACK);
  });
});
