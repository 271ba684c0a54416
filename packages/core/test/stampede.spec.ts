import { cleanup, leavesNothingBehind } from './support/globals.js';
import { newConnection, StateLog } from './support/open.js';
import { startMosquitto } from './support/mosquitto.js';
import { startBroker } from './support/scripted-broker.js';
import { observeFor, within } from './support/within.js';

leavesNothingBehind();

// The delays of 'equal' are the upper half of the first delay: a hundred of them come close to that width, and never reach it.
test.each([
  ['full', 0.5],
  ['equal', 0.4],
  ['decorrelated', 0.5],
] as const)(
  'a hundred clients come back to a broker that restarts spread over the width of the jitter (%s: %d of the first delay at least)',
  async (jitter, share) => {
    const base = 300;
    const broker = await startBroker();
    const connections = Array.from({ length: 100 }, (_, i) =>
      newConnection(broker.url, { clientId: String(i), reconnect: { initialDelay: base, jitter } }),
    );
    await within(Promise.all(connections.map((connection) => connection.open())), 20_000, 'all are connected');
    const logs = connections.map((connection) => new StateLog(connection));
    const cutAt = performance.now();
    for (const peer of broker.connections) peer.cut();
    await broker.until(
      () => broker.connections.slice(100).filter(({ log }) => log.length > 0).length === 100,
      'all come back',
      20_000,
    );
    const delays = logs.map((log) => log.all('reconnecting')[0]!.delay);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThanOrEqual(base * share);
    // And each has waited as long as it said: a machine that is busy brings them together, but none too early.
    for (const { connect, openedAt } of broker.connections.slice(100)) {
      expect(openedAt - cutAt).toBeGreaterThan(delays[Number(connect.clientId)]! - 2);
    }
  },
);

const SPAN = 10_000;

test('two clients of one name on mosquitto connect six times at most in ten seconds, both together (versions 5 and 4)', async () => {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());
  const pairs = ([5, 4] as const).map((protocolVersion) => {
    const at: number[] = [];
    const clients = [0, 1].map(() =>
      newConnection(mosquitto.url, { protocolVersion, clientId: `the-same-${String(protocolVersion)}`, reconnect: {} }),
    );
    const logs = clients.map((client) => new StateLog(client));
    for (const client of clients) {
      client.on('state', ({ type }) => {
        if (type === 'connected') at.push(performance.now());
      });
      client.open().catch(() => undefined);
    }
    return { at, logs };
  });
  for (const { logs } of pairs) for (const log of logs) await log.until('connected');
  await observeFor(SPAN);
  for (const { at } of pairs) {
    // A busy machine may have looked longer.
    expect(at.filter((each) => each <= at[0]! + SPAN).length).toBeLessThanOrEqual(6);
  }
});
