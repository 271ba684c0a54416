import { GlassStore, settled } from '../../test/support/glass-store.js';
import type { PublishOptions } from '../outbound/publish-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';

const PUBACK = 4;
const dropped: PublishOptions = { qos: 1, offline: 'drop' };

/** A connection with a store, on which one message may be unacknowledged; connected. */
async function connected(store: GlassStore): Promise<TestConnection> {
  const test = createTestConnection({
    clientId: 'c',
    publish: { window: 1 },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    session: { store },
  });
  test.connection.open().catch(() => undefined);
  await settled();
  test.wire.connack();
  test.clock.advance(0);
  return test;
}

async function reconnect(test: TestConnection): Promise<void> {
  test.clock.advance(60_000);
  await settled();
  test.wire.connack({ sessionPresent: true });
  test.clock.advance(0);
}

const topics = ({ sent }: ScriptedWire): string[] =>
  sent.flatMap((packet) => (packet.type === 'publish' ? [packet.topic] : []));
const lastId = ({ sent }: ScriptedWire): number =>
  sent.reduce((id, packet) => (packet.type === 'publish' ? packet.packetId : id), 0);
const messages = (store: GlassStore): string[] => store.keys.filter((key) => key.startsWith('message/'));

describe("offline: 'drop' with a session store", () => {
  it.each(['before its write begins', 'during its write'])(
    'gives up what the connection was lost for %s',
    async (when) => {
      const store = new GlassStore();
      const test = await connected(store);
      if (when === 'during its write') store.hold();
      const late = test.connection.publish('late', 'x', dropped);
      const kept = test.connection.publish('kept', 'x', { qos: 1 });
      if (when === 'during its write') test.clock.advance(0);
      test.wire.cut();
      expect([late, kept].map(({ outcome }) => outcome)).toMatchObject([
        { status: 'failed', error: { name: 'OfflineError' } },
        undefined,
      ]);
      store.release();
      await reconnect(test);
      expect(topics(test.wire)).toEqual(['kept']);
      test.wire.acknowledge(PUBACK, lastId(test.wire));
      test.clock.advance(0);
      expect(kept.outcome?.status).toBe('acknowledged');
      expect(messages(store)).toEqual([]);
    },
  );

  it('stores a message when it is sent: one that a process leaves in the outbox is not sent by the next', async () => {
    const store = new GlassStore();
    const test = await connected(store);
    test.connection.publish('sent', 'x', { qos: 1 });
    const waiting = test.connection.publish('waiting', 'x', dropped);
    let stored = false;
    void waiting.stored.then(() => (stored = true));
    test.clock.advance(0);
    await settled();
    expect(stored).toBe(false);
    const next = await connected(new GlassStore(store.snapshot()));
    next.wire.acknowledge(PUBACK, 1);
    next.clock.advance(0);
    expect(topics(next.wire)).toEqual(['sent']);
    // Where the process lives on, it is in the store from the time that its turn comes.
    test.wire.acknowledge(PUBACK, 1);
    test.clock.advance(0);
    await settled();
    expect(topics(test.wire)).toEqual(['sent', 'waiting']);
    expect(stored).toBe(true);
    expect(messages(store)).toHaveLength(1);
  });

  it("leaves nothing of a message whose place it takes: overflow: 'latest'", async () => {
    const store = new GlassStore();
    const test = await connected(store);
    test.connection.publish('sent', 'x', { qos: 1 });
    const older = test.connection.publish('a', 'old', { qos: 1, overflow: 'latest' });
    test.clock.advance(0);
    expect(messages(store)).toHaveLength(2);
    test.connection.publish('a', 'new', { ...dropped, overflow: 'latest' });
    test.clock.advance(0);
    expect(older.outcome?.status).toBe('failed');
    expect(messages(store)).toHaveLength(1);
  });

  it.each(['in the outbox', 'for its write'])(
    'fails with the end of the connection what waits %s, and keeps none of it',
    async (where) => {
      const store = new GlassStore();
      const test = await connected(store);
      if (where === 'in the outbox') test.connection.publish('sent', 'x', { qos: 1 });
      const waiting = test.connection.publish('waiting', 'x', dropped);
      const kept = test.connection.publish('kept', 'x', { qos: 1 });
      void test.connection.close();
      const closed = { name: 'ClosedError', retryable: false };
      expect([waiting, kept].map(({ outcome }) => outcome)).toMatchObject([
        { error: { ...closed, message: expect.not.stringContaining('in the session store') as string } },
        { error: { ...closed, message: expect.stringContaining('in the session store') as string } },
      ]);
      test.clock.advance(0);
      await settled();
      expect(messages(store)).toHaveLength(where === 'in the outbox' ? 2 : 1);
    },
  );
});
