import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HandshakeError, ProviderError, type WebSocketOptions } from '../src/index.js';
import { type Certificates, makeCertificates } from './support/certificates.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';
import { failure, Inbox, newConnection, openConnection } from './support/open.js';
import { WebSocketBridge } from './support/web-socket-bridge.js';
import { within } from './support/within.js';

leavesNothingBehind();

let certificates: Certificates;
let mosquitto: Mosquitto;
beforeAll(async () => {
  certificates = makeCertificates();
  mosquitto = await startMosquitto();
});
afterAll(async () => {
  await mosquitto.remove();
  certificates.remove();
});

const at = (bridge: WebSocketBridge, path = ''): string => `ws://127.0.0.1:${String(bridge.port)}${path}`;

describe('the handshake', () => {
  it('asks for the path and the subprotocol, with the headers of the options', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port, { subprotocol: 'mine' });
    await openConnection(at(bridge), {
      webSocket: { path: '/p?q=1', subprotocol: 'mine', headers: { Authorization: 'Bearer x' } },
    });
    expect(bridge.requests[0]).toMatchObject({
      url: '/p?q=1',
      headers: { 'sec-websocket-protocol': 'mine', authorization: 'Bearer x' },
    });
  });

  it('is /mqtt and mqtt by itself, and mqttv3.1 on MQTT 3.1', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port);
    await openConnection(at(bridge));
    await openConnection(at(bridge), { protocolVersion: 3 });
    expect(bridge.requests.map(({ url, headers }) => [url, headers['sec-websocket-protocol']])).toEqual([
      ['/mqtt', 'mqtt'],
      ['/mqtt', 'mqttv3.1'],
    ]);
  });

  it('has headers and a URL that are made anew at each attempt', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port);
    const asked: string[] = [];
    const webSocket: WebSocketOptions = {
      headers: async ({ attempt }) => ({ 'X-Attempt': String(attempt) }),
      url: async (url, { attempt, endpoint }) => {
        asked.push(url);
        await Promise.resolve();
        return `${url}?signature=${String(attempt)}-${endpoint.host}`;
      },
    };
    const connection = newConnection(at(bridge, '/own'), { webSocket });
    await within(connection.open(), 5_000, 'open()');
    const again = new Promise<void>((resolve) =>
      connection.on('state', ({ type }) => type === 'connected' && resolve()),
    );
    await mosquitto.kill();
    await mosquitto.start();
    await within(again, 10_000, 'connected again');
    expect(asked[0]).toBe(at(bridge, '/own'));
    expect(bridge.requests[0]).toMatchObject({ url: '/own?signature=1-127.0.0.1', headers: { 'x-attempt': '1' } });
    expect(bridge.requests.length).toBeGreaterThan(1);
    expect(asked).toHaveLength(bridge.requests.length);
  });

  it('may lead to another host', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port);
    await openConnection('ws://nowhere.invalid', { webSocket: { url: () => at(bridge, '/elsewhere') } });
    expect(bridge.requests[0]).toMatchObject({
      url: '/elsewhere',
      headers: { host: `127.0.0.1:${String(bridge.port)}` },
    });
  });

  it.each([
    ['webSocket.url', { url: () => 'http://canary.test' }],
    ['webSocket.url', { url: () => 'ws://user:canary@broker.test' }],
    ['webSocket.url', { url: () => 7 as never }],
    ['webSocket.url', { url: () => Promise.reject(new Error('no key')) }],
    ['webSocket.headers', { headers: () => ({ 'X-Bad': 'canary\r\nX-More: x' }) }],
    ['webSocket.headers', { headers: () => null as never }],
  ] satisfies [string, WebSocketOptions][])(
    'fails when %s gives what cannot be used: %j',
    async (option, webSocket) => {
      const error = await failure(newConnection('ws://127.0.0.1:9', { webSocket, reconnect: false }).open());
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ option, retryable: true });
      expect(String((error as ProviderError).cause)).not.toContain('canary');
    },
  );

  it('does not lead from TLS to plain text', async () => {
    const error = await failure(
      newConnection('wss://127.0.0.1:9', { webSocket: { url: () => 'ws://127.0.0.1:9' }, reconnect: false }).open(),
    );
    expect(error).toMatchObject({
      code: 'ERR_MQTT_PROVIDER',
      cause: { message: 'the URL leads from TLS to plain text' },
    });
  });
});

describe('a handshake that fails', () => {
  it.each([
    [401, false],
    [403, false],
    [404, false],
    [302, false],
    [429, true],
    [500, true],
    [503, true],
  ])('with HTTP status %d tells it, and whether it is worth another attempt', async (status, retryable) => {
    const bridge = await WebSocketBridge.start(mosquitto.port, { status });
    const error = await failure(newConnection(at(bridge, '/mqtt?token=canary'), { reconnect: false }).open());
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({ code: 'ERR_MQTT_HANDSHAKE', status, retryable, endpoint: at(bridge) });
    expect((error as Error).message).toContain(String(status));
    expect(`${(error as Error).message}${JSON.stringify(error)}`).not.toContain('canary');
  });

  it.each([401, 403])(
    'with HTTP status %d is worth another attempt where the headers are made anew',
    async (status) => {
      const bridge = await WebSocketBridge.start(mosquitto.port, { status });
      const error = await failure(
        newConnection(at(bridge), { reconnect: false, webSocket: { headers: () => ({}) } }).open(),
      );
      expect(error).toMatchObject({ status, retryable: true });
    },
  );

  it('because the subprotocol is another, or the server does not know of WebSocket, has no status', async () => {
    const bridge = await WebSocketBridge.start(mosquitto.port, { subprotocol: 'other' });
    expect(await failure(newConnection(at(bridge), { reconnect: false }).open())).toMatchObject({
      code: 'ERR_MQTT_HANDSHAKE',
      status: undefined,
    });
    const mine = { reconnect: false, webSocket: { subprotocol: 'mine' } } as const;
    expect(await failure(newConnection(at(bridge), mine).open())).toMatchObject({
      code: 'ERR_MQTT_HANDSHAKE',
      status: undefined,
    });
  });

  it('because it is an ordinary web server, tells the status', async () => {
    const server = createServer((_, response) => response.writeHead(200).end('<html>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup(() => void server.close());
    const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    expect(await failure(newConnection(url, { reconnect: false }).open())).toMatchObject({
      code: 'ERR_MQTT_HANDSHAKE',
      status: 200,
    });
  });

  it('because nobody listens, is a matter of the network', async () => {
    const error = await failure(newConnection('ws://127.0.0.1:9', { reconnect: false }).open());
    expect(error).toMatchObject({ code: 'ERR_MQTT_NETWORK', retryable: true, cause: { code: 'ECONNREFUSED' } });
  });
});

describe('16 MB', () => {
  it.each(['ws', 'wss'] as const)('pass there and back over %s', async (scheme) => {
    const bridge = await WebSocketBridge.start(
      mosquitto.port,
      scheme === 'wss' ? { identity: certificates.server } : {},
    );
    const connection = await openConnection(`${scheme}://127.0.0.1:${String(bridge.port)}`, {
      maximumPacketSize: 17 << 20,
      publish: { maxBytes: 64 << 20 },
      ...(scheme === 'wss' ? { tls: { ca: certificates.ca } } : {}),
    });
    const inbox = new Inbox(connection, 'large', { qos: 1 });
    await within(inbox.subscription.ready, 5_000, 'SUBACK');
    const payload = new Uint8Array(16 << 20).map((_, index) => index * 31);
    await within(connection.publish('large', payload, { qos: 1 }), 30_000, 'the publication');
    await inbox.received(1, 30_000);
    expect(Buffer.compare(inbox.messages[0]!.payload, payload)).toBe(0);
  });
});
