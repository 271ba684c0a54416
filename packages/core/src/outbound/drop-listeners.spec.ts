import type { ConnectionEvents } from '../connection/connection.js';
import { createTestConnection } from '../testing/index.js';
import type { OverflowPolicy, Publication } from './publish-options.js';

function full(overflow: OverflowPolicy) {
  const test = createTestConnection({ publish: { capacity: 2, overflow } });
  const drops: ConnectionEvents['drop'][] = [];
  test.connection.on('drop', (event) => drops.push(event));
  for (const topic of ['a', 'b']) test.connection.publish(topic, '');
  return { connection: test.connection, drops };
}

describe('who publishes when something is dropped', () => {
  it.each(['dropOldest', 'latest', 'error', 'dropNewest'] as const)(
    'into a full outbox (%s) comes to an end: it fails, and nothing is dropped for it',
    (overflow) => {
      const { connection, drops } = full(overflow);
      const again: Publication[] = [];
      connection.on('drop', () => void again.push(connection.publish(overflow === 'latest' ? 'b' : 'again', '')));
      connection.publish(overflow === 'latest' ? 'a' : 'c', '');
      expect(drops).toMatchObject([{ reason: 'overflow' }]);
      expect(again.map(({ outcome }) => outcome)).toMatchObject([
        { status: 'failed', error: { code: 'ERR_MQTT_OVERFLOW' } },
      ]);
    },
  );

  it('what cannot be published comes to an end too', () => {
    const { connection, drops } = full('error');
    connection.on('drop', () => void connection.publish('#', ''));
    connection.publish('c', '');
    expect(drops).toHaveLength(1);
  });

  it('is heard of again as soon as it is somebody else who publishes', () => {
    const { connection, drops } = full('dropOldest');
    const off = connection.on('drop', () => void connection.publish('again', ''));
    connection.publish('c', '');
    off();
    connection.publish('d', '');
    expect(drops.map(({ topic }) => topic)).toEqual(['a', 'b']);
  });

  it('while the connection closes comes to an end, and everything settles', async () => {
    const { connection, drops } = full('dropOldest');
    connection.on('drop', () => void connection.publish('again', ''));
    await connection.close();
    expect(drops.map(({ topic, reason }) => `${topic} ${reason}`)).toEqual(['a closed', 'b closed']);
  });

  it('as a listener of the dropped publication drops nothing in turn', () => {
    const { connection } = createTestConnection({ publish: { capacity: 1, overflow: 'dropOldest' } });
    const outcomes: (string | undefined)[] = [];
    const publish = (topic: string): void => {
      connection.publish(topic, '').onSettled((outcome) => {
        outcomes.push(outcome.status === 'failed' ? outcome.error.code : outcome.status);
        if (outcomes.length < 3) publish('again');
      });
    };
    publish('a');
    connection.publish('b', '');
    // The one that was displaced, and what its listener tried, and what the listener of that tried.
    expect(outcomes).toEqual(['ERR_MQTT_OVERFLOW', 'ERR_MQTT_OVERFLOW', 'ERR_MQTT_OVERFLOW']);
  });
});

describe('publish.maxBytes', () => {
  it('counts topic, payload and properties', () => {
    const { connection } = createTestConnection({ publish: { maxBytes: 100 } });
    const size = (userProperties: [string, string][]) =>
      connection.publish('t', 'payload', { properties: { userProperties } }).outcome?.status;
    expect(size([['name', 'x'.repeat(100)]])).toBe('failed');
    expect(size([['name', 'x'.repeat(70)]])).toBeUndefined();
    expect(size([['name', 'x'.repeat(10)]])).toBe('failed');
  });
});
