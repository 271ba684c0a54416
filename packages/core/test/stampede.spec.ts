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
] as const)('a hundred clients come back to a broker that restarts spread over the width of the jitter (%s: %d of the first delay at least)', async (jitter, share) => {
  const base = 1_000;
  const broker = await startBroker();
  const connections = Array.from({ length: 100 }, () => newConnection(broker.url, { reconnect: { initialDelay: base, jitter } }));
  await within(Promise.all(connections.map((connection) => connection.open())), 20_000, 'all are connected');
  const before = broker.connections.length;
  for (const peer of broker.connections) peer.cut();
  await broker.until(() => broker.connections.length >= before + 100, 'all come back', 20_000);
  const came = broker.connections.slice(before).map(({ openedAt }) => openedAt);
  expect(Math.max(...came) - Math.min(...came)).toBeGreaterThanOrEqual(base * share);
});

test.each([5, 4] as const)('two clients of one name on mosquitto connect six times at most in ten seconds, both together (version %i)', async (protocolVersion) => {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());
  const clients = [0, 1].map(() => newConnection(mosquitto.url, { protocolVersion, clientId: 'the-same', reconnect: {} }));
  const logs = clients.map((client) => new StateLog(client));
  for (const client of clients) client.open().catch(() => undefined);
  await observeFor(10_000);
  const connects = logs.reduce((sum, log) => sum + log.all('connected').length, 0);
  expect(connects).toBeGreaterThanOrEqual(2);
  expect(connects).toBeLessThanOrEqual(6);
});
