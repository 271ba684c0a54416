import { leavesNothingBehind } from './support/globals.js';
import { atOnce, failure, newConnection, openConnection, StateLog } from './support/open.js';
import { CLOSED_PORT } from './support/ports.js';
import { startBroker } from './support/scripted-broker.js';
import { observeFor, within } from './support/within.js';

leavesNothingBehind();

describe('a DISCONNECT of the server', () => {
  test('0x8B ends the connection though the socket stays open, and it is made again', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    const states = new StateLog(connection);
    const first = broker.latest;
    first.send({ cmd: 'disconnect', reasonCode: 0x8b, properties: { reasonString: 'maintenance' } });
    await first.ended(500);
    const [lost] = await states.until('reconnecting');
    expect(lost).toMatchObject({
      by: 'server',
      cause: { code: 'ERR_MQTT_SERVER_DISCONNECT', reasonCode: 0x8b, reasonString: 'maintenance' },
    });
    await states.until('connected', 2);
  });

  test('0x8E, session taken over, ends it for good', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    broker.latest.send({ cmd: 'disconnect', reasonCode: 0x8e });
    const end = await within(connection.closed, 2_000, 'closed');
    expect(end).toMatchObject({
      type: 'failed',
      by: 'server',
      cause: { code: 'ERR_MQTT_SERVER_DISCONNECT', reasonCode: 0x8e },
    });
    expect(connection.state).toMatchObject({ type: 'failed', cause: { reasonCode: 0x8e } });
    await observeFor(50);
    expect(broker.connections).toHaveLength(1);
  });

  test.each([0x9c, 0x9d])('%s is told with the other server’s name', async (reasonCode) => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { protocolVersion: 5 });
    broker.latest.send({ cmd: 'disconnect', reasonCode, properties: { serverReference: 'other.example:1883' } });
    const end = await within(connection.closed, 2_000, 'closed');
    expect(end).toMatchObject({ type: 'failed', cause: { reasonCode, serverReference: 'other.example:1883' } });
  });
});

describe('delays between attempts', () => {
  test('double up to the longest when there is no jitter', async () => {
    const delays = await delaysAgainst(CLOSED_PORT, { initialDelay: 2, maxDelay: 16, jitter: 'none' }, 6);
    expect(delays).toEqual([2, 4, 8, 16, 16, 16]);
  });

  test('spread over the whole range with jitter', async () => {
    const delays = await delaysAgainst(CLOSED_PORT, { initialDelay: 2, maxDelay: 16, jitter: 'full' }, 24);
    delays.forEach((delay, index) => {
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.min(16, 2 * 2 ** index));
    });
    const late = delays.slice(3);
    expect(new Set(late.map(Math.round)).size).toBeGreaterThan(4);
    expect(Math.min(...late)).toBeLessThan(8);
    expect(Math.max(...late)).toBeGreaterThan(8);
  });

  test('are waited for', async () => {
    const connection = newConnection(`mqtt://127.0.0.1:${String(CLOSED_PORT)}`, {
      reconnect: { initialDelay: 40, factor: 2, jitter: 'none' },
    });
    const at: number[] = [];
    connection.on('state', ({ type }) => {
      if (type === 'connecting') at.push(performance.now());
    });
    const states = new StateLog(connection);
    void connection.open().catch(() => undefined);
    await states.until('connecting', 3);
    expect(at[1]! - at[0]!).toBeGreaterThan(38);
    expect(at[2]! - at[1]!).toBeGreaterThan(78);
    await connection.close();
  });

  test('grow against a server that accepts the socket and closes it', async () => {
    const broker = await startBroker();
    broker.onAccept = (peer) => {
      peer.cut();
    };
    const delays = await delaysAgainst(broker.port, { initialDelay: 2, maxDelay: 1_000, jitter: 'none' }, 5);
    expect(delays).toEqual([2, 4, 8, 16, 32]);
  });

  test('grow against a server that accepts CONNECT and closes before resetAfter, with a reason', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      peer.send(broker.connack(packet, peer), { cmd: 'disconnect', reasonCode: 0x8b });
      peer.end();
    });
    const reconnect = { initialDelay: 2, maxDelay: 1_000, jitter: 'none', resetAfter: 5_000 } as const;
    const delays = await delaysAgainst(broker.port, reconnect, 5);
    expect(delays).toEqual([2, 4, 8, 16, 32]);
  });

  test('have a floor of 5 s after two unexplained closes in quick succession', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      broker.accept(packet, peer);
      peer.end();
    });
    const delays = await delaysAgainst(
      broker.port,
      { initialDelay: 2, maxDelay: 30_000, jitter: 'none', resetAfter: 5_000 },
      2,
    );
    expect(delays[0]).toBeLessThan(100);
    expect(delays[1]).toBeGreaterThanOrEqual(5_000);
  });

  test('start again after a connection that lasted', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (broker.connections.length > 3) broker.accept(packet, peer);
      else peer.cut();
    });
    const connection = newConnection(broker.url, {
      reconnect: { initialDelay: 2, maxDelay: 1_000, jitter: 'none', resetAfter: 20 },
    });
    const states = new StateLog(connection);
    await within(connection.open(), 2_000, 'open()');
    await observeFor(30);
    broker.latest.cut();
    const all = await states.until('reconnecting', 4);
    expect(all.map(({ delay }) => delay)).toEqual([2, 4, 8, 2]);
  });
});

describe('the policy', () => {
  test('gives up after maxAttempts', async () => {
    const connection = newConnection(`mqtt://127.0.0.1:${String(CLOSED_PORT)}`, {
      reconnect: { ...atOnce, maxAttempts: 3 },
    });
    const attempts: number[] = [];
    connection.on('attemptFailed', ({ attempt }) => attempts.push(attempt));
    expect(await failure(connection.open())).toMatchObject({ code: 'ERR_MQTT_NETWORK' });
    expect(attempts).toEqual([1, 2, 3]);
    expect(connection.state).toMatchObject({ type: 'failed', by: 'network' });
  });

  test('never reconnects when it is false', async () => {
    const broker = await startBroker();
    const connection = await openConnection(broker.url, { reconnect: false });
    broker.latest.cut();
    expect(await within(connection.closed, 2_000, 'closed')).toMatchObject({ type: 'failed', by: 'network' });
    await observeFor(30);
    expect(broker.connections).toHaveLength(1);
  });

  test('asks shouldRetry, which overrules the error', async () => {
    const broker = await startBroker();
    broker.on('connect', (packet, peer) => {
      if (broker.connections.length > 2) broker.accept(packet, peer);
      else peer.send({ cmd: 'connack', reasonCode: 0x8a, sessionPresent: false });
    });
    const asked: (number | undefined)[] = [];
    await openConnection(broker.url, {
      protocolVersion: 5,
      reconnect: {
        ...atOnce,
        shouldRetry: ({ reasonCode }) => {
          asked.push(reasonCode);
          return true;
        },
      },
    });
    expect(asked).toEqual([0x8a, 0x8a]);
  });
});

test('a lost connection is told with who and why, and made again', async () => {
  const broker = await startBroker();
  const connection = newConnection(broker.url);
  const states = new StateLog(connection);
  await within(connection.open(), 2_000, 'open()');
  broker.latest.cut();
  await states.until('connected', 2);
  expect(states.types).toEqual(['idle', 'connecting', 'connected', 'reconnecting', 'connecting', 'connected']);
  expect(states.all('reconnecting')).toMatchObject([
    { by: 'network', cause: { code: 'ERR_MQTT_NETWORK', retryable: true } },
  ]);
});

/** The delays that a connection announces before its first retries. */
async function delaysAgainst(
  port: number,
  reconnect: { initialDelay: number; maxDelay: number; jitter: 'full' | 'none'; resetAfter?: number },
  count: number,
): Promise<number[]> {
  const connection = newConnection(`mqtt://127.0.0.1:${String(port)}`, { reconnect, protocolVersion: 5 });
  const states = new StateLog(connection);
  void connection.open().catch(() => undefined);
  const reconnecting = await states.until('reconnecting', count);
  await connection.close();
  return reconnecting.slice(0, count).map(({ delay }) => delay);
}
