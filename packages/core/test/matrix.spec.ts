import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from '../src/index.js';
import { type Certificates, makeCertificates } from './support/certificates.js';
import { leavesNothingBehind } from './support/globals.js';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';
import { freePort, listens } from './support/ports.js';
import { Inbox, openConnection } from './support/open.js';
import { type RunningProxy, startMicrosocks, startTinyproxy } from './support/proxies.js';
import { WebSocketBridge } from './support/web-socket-bridge.js';
import { within } from './support/within.js';

/* Every way to a server, with every version and quality of service: mosquitto, microsocks and tinyproxy of Debian. */

leavesNothingBehind();

let certificates: Certificates;
let mosquitto: Mosquitto;
let socks: RunningProxy;
let http: RunningProxy;
const directory = mkdtempSync(join(tmpdir(), 'rxmqtt-matrix-'));
const ports = { tls: 0, mutual: 0, wss: 0 };

beforeAll(async () => {
  certificates = makeCertificates();
  const { server, caFile } = certificates;
  for (const name of ['tls', 'mutual', 'wss'] as const) ports[name] = await freePort();
  const secure = [`cafile ${caFile}`, `certfile ${server.certFile}`, `keyfile ${server.keyFile}`];
  mosquitto = await startMosquitto(
    ...[`listener ${String(ports.tls)} 127.0.0.1`, ...secure],
    ...[`listener ${String(ports.mutual)} 127.0.0.1`, ...secure, 'require_certificate true'],
    ...[`listener ${String(ports.wss)} 127.0.0.1`, 'protocol websockets', ...secure],
    `listener 0 ${directory}/m.sock`,
  );
  [socks, http] = await Promise.all([startMicrosocks(), startTinyproxy({ guarded: true })]);
  await Promise.all(Object.values(ports).map((port) => within(listens(port), 5_000, 'all listeners')));
});
afterAll(async () => {
  await Promise.all([mosquitto.remove(), socks.stop(), http.stop()]);
  certificates.remove();
  rmSync(directory, { recursive: true, force: true });
});

const on = (scheme: string, port: number): string => `${scheme}://localhost:${String(port)}`;
const trusting = (): ConnectionOptions => ({ tls: { ca: certificates.ca } });
const throughSocks = (): ConnectionOptions => ({ proxy: `socks5h://127.0.0.1:${String(socks.port)}` });
const throughHttp = (): ConnectionOptions => ({ proxy: `http://me:secret@127.0.0.1:${String(http.port)}` });

type Way = readonly [name: string, url: () => string | Promise<string>, options: () => ConnectionOptions];
const WAYS: readonly Way[] = [
  ['TCP', () => on('mqtt', mosquitto.port), () => ({})],
  ['TLS', () => on('mqtts', ports.tls), trusting],
  [
    'mutual TLS',
    () => on('mqtts', ports.mutual),
    () => ({ tls: { ca: certificates.ca, cert: certificates.client.cert, key: certificates.client.key } }),
  ],
  ['WebSocket', () => on('ws', mosquitto.webSocketPort), () => ({})],
  ['WebSocket over TLS', () => on('wss', ports.wss), trusting],
  ['a Unix socket', () => `mqtt+unix://${directory}/m.sock`, () => ({})],
  [
    'WebSocket over a Unix socket',
    async () => {
      await WebSocketBridge.start(mosquitto.port, { socketPath: `${directory}/w.sock` });
      return `ws+unix://${directory}/w.sock:/mqtt`;
    },
    () => ({}),
  ],
  ['SOCKS 5, TCP', () => on('mqtt', mosquitto.port), throughSocks],
  ['SOCKS 5, TLS', () => on('mqtts', ports.tls), () => ({ ...trusting(), ...throughSocks() })],
  ['SOCKS 5, WebSocket', () => on('ws', mosquitto.webSocketPort), throughSocks],
  ['SOCKS 5, WebSocket over TLS', () => on('wss', ports.wss), () => ({ ...trusting(), ...throughSocks() })],
  ['HTTP CONNECT, TCP', () => on('mqtt', mosquitto.port), throughHttp],
  ['HTTP CONNECT, TLS', () => on('mqtts', ports.tls), () => ({ ...trusting(), ...throughHttp() })],
  ['HTTP CONNECT, WebSocket', () => on('ws', mosquitto.webSocketPort), throughHttp],
  ['HTTP CONNECT, WebSocket over TLS', () => on('wss', ports.wss), () => ({ ...trusting(), ...throughHttp() })],
  ['a stream of the user', () => on('mqtt', 1), () => ({ transport: () => connect(mosquitto.port, '127.0.0.1') })],
];

describe.each(WAYS)('by %s', (_, url, options) => {
  describe.each([5, 4, 3] as const)('MQTT version %d', (protocolVersion) => {
    it('takes messages of every quality of service there and back', async () => {
      const connection = await openConnection(await url(), { ...options(), protocolVersion });
      expect(connection.negotiated?.protocolVersion).toBe(protocolVersion);
      for (const qos of [0, 1, 2] as const) {
        const topic = `matrix/${String(qos)}`;
        const inbox = new Inbox(connection, topic, { qos });
        await within(inbox.subscription.ready, 5_000, 'SUBACK');
        await within(connection.publish(topic, `hello ${String(qos)}`, { qos }), 5_000, 'the publication');
        await inbox.received(1);
        expect(inbox.messages).toMatchObject([{ topic, qos }]);
        expect(inbox.texts).toEqual([`hello ${String(qos)}`]);
        await within(inbox.subscription.unsubscribe(), 5_000, 'UNSUBACK');
      }
    });
  });
});
