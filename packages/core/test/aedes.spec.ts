import { createServer, type AddressInfo } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { Aedes } from 'aedes';
import type { ConnectionOptions } from '../src/index.js';
import { type Certificates, makeCertificates } from './support/certificates.js';
import { leavesNothingBehind } from './support/globals.js';
import { Inbox, openConnection } from './support/open.js';
import { WebSocketBridge } from './support/web-socket-bridge.js';
import { within } from './support/within.js';

/* Another server, on MQTT 3.1.1: aedes, in this process. */

leavesNothingBehind();

let aedes: Aedes;
let certificates: Certificates;
const servers: ReturnType<typeof createServer>[] = [];
const ports = { tcp: 0, tls: 0 };

beforeAll(async () => {
  certificates = makeCertificates();
  aedes = await Aedes.createBroker();
  const { cert, key } = certificates.server;
  servers.push(
    createServer((socket) => void aedes.handle(socket)),
    createSecureServer({ cert, key }, (socket) => void aedes.handle(socket)),
  );
  for (const server of servers) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  [ports.tcp, ports.tls] = servers.map((server) => (server.address() as AddressInfo).port) as [number, number];
});
afterAll(async () => {
  await new Promise<void>((resolve) => {
    aedes.close(() => {
      resolve();
    });
  });
  for (const server of servers) server.close();
  certificates.remove();
});

describe.each([
  ['TCP', () => `mqtt://localhost:${String(ports.tcp)}`, () => ({})],
  ['TLS', () => `mqtts://localhost:${String(ports.tls)}`, () => ({ tls: { ca: certificates.ca } })],
  ['WebSocket', async () => `ws://localhost:${String((await WebSocketBridge.start(ports.tcp)).port)}`, () => ({})],
] satisfies [string, () => string | Promise<string>, () => ConnectionOptions][])('over %s', (_, url, options) => {
  it.each([0, 1, 2] as const)('QoS %d goes there and back on MQTT 3.1.1', async (qos) => {
    const connection = await openConnection(await url(), { ...options(), protocolVersion: 4 });
    const inbox = new Inbox(connection, 'a/+', { qos });
    await within(inbox.subscription.ready, 5_000, 'SUBACK');
    await within(connection.publish('a/b', 'hello', { qos }), 5_000, 'the publication');
    await inbox.received(1);
    expect(inbox.messages).toMatchObject([{ topic: 'a/b', qos }]);
  });
});
