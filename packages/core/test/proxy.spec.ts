import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type ProxyOption, ProxyError } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';
import { failure, newConnection, openConnection } from './support/open.js';
import { type RunningProxy, startMicrosocks, startTinyproxy } from './support/proxies.js';

leavesNothingBehind();

let mosquitto: Mosquitto;
let socks: RunningProxy;
let guardedSocks: RunningProxy;
let http: RunningProxy;
let guardedHttp: RunningProxy;
beforeAll(async () => {
  [mosquitto, socks, guardedSocks, http, guardedHttp] = await Promise.all([
    startMosquitto(),
    startMicrosocks(),
    startMicrosocks({ guarded: true }),
    startTinyproxy(),
    startTinyproxy({ guarded: true }),
  ]);
});
afterAll(() => Promise.all([mosquitto.remove(), socks.stop(), guardedSocks.stop(), http.stop(), guardedHttp.stop()]));

const url = (host = 'localhost'): string => `mqtt://${host}:${String(mosquitto.port)}`;
const at = (proxy: RunningProxy): string => `127.0.0.1:${String(proxy.port)}`;

/** A listener that answers what comes with what it is told, and keeps what came. */
async function scripted(...answers: Uint8Array[]): Promise<{ readonly port: number; readonly received: () => Buffer }> {
  const chunks: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = answers.shift();
      if (answer !== undefined) socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  );
  return { port: (server.address() as AddressInfo).port, received: () => Buffer.concat(chunks) };
}

describe('a proxy', () => {
  it.each([
    ['SOCKS 5, names looked up there', () => `socks5h://${at(socks)}`],
    ['SOCKS 5, names looked up here', () => `socks5://${at(socks)}`],
    ['SOCKS 5 with credentials', () => `socks5h://me:secret@${at(guardedSocks)}`],
    [
      'SOCKS 5 in parts',
      () => ({ protocol: 'socks5', host: '127.0.0.1', port: guardedSocks.port, username: 'me', password: 'secret' }),
    ],
    ['HTTP', () => `http://${at(http)}`],
    ['HTTP with credentials', () => `http://me:secret@${at(guardedHttp)}`],
  ] satisfies [string, () => ProxyOption][])('leads to the server: %s', async (_, proxy) => {
    expect((await openConnection(url(), { proxy: proxy() })).state.type).toBe('connected');
  });

  it.each([
    ['socks5h', 'broker.test', 'broker.test'],
    ['socks4a', 'broker.test', 'broker.test'],
    ['socks4', 'localhost', '\u007f\u0000\u0000\u0001'],
    ['socks5', 'localhost', '\u007f\u0000\u0000\u0001'],
  ])('%s is told %s as %j', async (scheme, host, sent) => {
    const { port, received } = await scripted(Uint8Array.of(5, 0), Uint8Array.of(5, 1, 0, 1, 0, 0, 0, 0, 0, 0));
    const family = scheme === 'socks5' ? { socket: { family: 4 } as const } : {};
    await failure(
      newConnection(url(host), {
        proxy: `${scheme}://127.0.0.1:${String(port)}`,
        reconnect: false,
        connectTimeout: 1_000,
        ...family,
      }).open(),
    );
    expect(received().toString('latin1')).toContain(sent);
    if (sent === host) expect(received().toString('latin1')).toContain(host);
  });

  it('of SOCKS 4 leads on when it grants', async () => {
    const { port, received } = await scripted(Uint8Array.of(0, 90, 0, 0, 0, 0, 0, 0), Uint8Array.of(0x20, 2, 0, 0));
    await openConnection('mqtt://10.1.2.3:1883', {
      proxy: `socks4://me@127.0.0.1:${String(port)}`,
      protocolVersion: 4,
    });
    // Version 4, connect, port 1883, the address, the user.
    expect(received().subarray(0, 11)).toEqual(Buffer.from([4, 1, 0x07, 0x5b, 10, 1, 2, 3, 0x6d, 0x65, 0]));
  });
});

describe('a proxy that does not', () => {
  it.each([
    ['knows other credentials (SOCKS)', () => `socks5h://me:canary@${at(guardedSocks)}`, { retryable: false }],
    ['wants credentials (SOCKS)', () => `socks5h://${at(guardedSocks)}`, {}],
    ['knows other credentials (HTTP)', () => `http://me:canary@${at(guardedHttp)}`, { retryable: false, status: 401 }],
    ['wants credentials (HTTP)', () => `http://${at(guardedHttp)}`, { retryable: false, status: 407 }],
    ['is there', () => 'http://me:canary@127.0.0.1:9', { retryable: true, cause: { code: 'ECONNREFUSED' } }],
    ['is there (SOCKS)', () => 'socks5://me:canary@127.0.0.1:9', { retryable: true, cause: { code: 'ECONNREFUSED' } }],
  ] satisfies [string, () => string, object][])('%s is told as such', async (_, proxy, expected) => {
    const error = (await failure(newConnection(url(), { proxy: proxy(), reconnect: false }).open())) as ProxyError;
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_PROXY',
      endpoint: url(),
      proxy: expect.stringMatching(/^(http|socks5h?):\/\/127\.0\.0\.1:\d+$/),
      ...expected,
    });
    expect(`${error.message}${JSON.stringify(error)}${error.stack ?? ''}${String(error.cause)}`).not.toContain(
      'canary',
    );
  });

  it('reaches the server is told as such', async () => {
    for (const proxy of [`socks5h://${at(socks)}`, `http://${at(http)}`]) {
      const error = await failure(newConnection('mqtt://127.0.0.1:9', { proxy, reconnect: false }).open());
      expect(error).toMatchObject({ code: 'ERR_MQTT_PROXY', retryable: true, endpoint: 'mqtt://127.0.0.1:9' });
    }
  });

  it('answers is given up in time', async () => {
    for (const scheme of ['http', 'socks5h']) {
      const { port } = await scripted();
      const error = await failure(
        newConnection(url(), {
          proxy: `${scheme}://127.0.0.1:${String(port)}`,
          reconnect: false,
          connectTimeout: 100,
        }).open(),
      );
      expect(error).toMatchObject({ code: 'ERR_MQTT_CONNECT_TIMEOUT' });
    }
  });
});

describe('the environment', () => {
  const names = ['mqtt_proxy', 'all_proxy', 'no_proxy', 'MQTT_PROXY', 'ALL_PROXY', 'NO_PROXY'];
  const saved = new Map(names.map((name) => [name, process.env[name]]));
  beforeEach(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  });
  afterAll(() => {
    for (const [name, value] of saved) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  it('names the proxy, and whom it is not for', async () => {
    process.env['ALL_PROXY'] = `http://${at(http)}`;
    await openConnection(url(), { proxy: 'env' });
    process.env['mqtt_proxy'] = 'http://127.0.0.1:9';
    expect(await failure(newConnection(url(), { proxy: 'env', reconnect: false }).open())).toMatchObject({
      code: 'ERR_MQTT_PROXY',
    });
    process.env['no_proxy'] = 'localhost';
    await openConnection(url(), { proxy: 'env' });
  });

  it('is not asked unless it is to be', async () => {
    process.env['mqtt_proxy'] = 'http://127.0.0.1:9';
    await openConnection(url());
  });

  it('with rubbish in it ends it, without repeating it', async () => {
    process.env['mqtt_proxy'] = 'ftp://me:canary@proxy.test';
    const error = (await failure(newConnection(url(), { proxy: 'env' }).open())) as Error;
    expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_OPTIONS' });
    expect(error.message).toMatch(/environment variable mqtt_proxy/);
    expect(error.message).not.toContain('canary');
  });
});
