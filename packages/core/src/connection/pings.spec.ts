import { createTestConnection, type TestConnection } from '../testing/index.js';

function connected(): TestConnection {
  const test = createTestConnection({ connectTimeout: 1_000, reconnect: false });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return test;
}

describe('ping()', () => {
  it('measures the round trip, of several at once each its own', async () => {
    const test = connected();
    const first = test.connection.ping();
    test.clock.advance(30);
    const second = test.connection.ping();
    test.clock.advance(12);
    test.wire.pong();
    test.clock.advance(8);
    test.wire.pong();
    await expect(Promise.all([first, second])).resolves.toEqual([42, 20]);
    expect(test.wire.sent).toEqual([{ type: 'pingreq' }, { type: 'pingreq' }]);
    expect(test.clock.pending).toBe(0);
  });

  it('does not wait for ever', async () => {
    const test = connected();
    const ping = test.connection.ping();
    test.clock.advance(1_000);
    await expect(ping).rejects.toMatchObject({ name: 'TimeoutError' });
    test.wire.pong();
    expect(test.connection.state.type).toBe('connected');
  });

  it('rejects with what ended the connection', async () => {
    const test = connected();
    const ping = test.connection.ping();
    test.wire.cut();
    await expect(ping).rejects.toMatchObject({ name: 'NetworkError' });
    const closing = connected();
    const other = closing.connection.ping();
    void closing.connection.close();
    await expect(other).rejects.toMatchObject({ name: 'ClosedError' });
    expect(closing.clock.pending).toBe(0);
  });

  it('needs a connection', async () => {
    await expect(createTestConnection().connection.ping()).rejects.toMatchObject({
      name: 'NotConnectedError',
      retryable: true,
    });
  });
});
