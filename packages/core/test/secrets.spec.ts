// What a function of a user throws need not be an Error.
/* eslint-disable @typescript-eslint/only-throw-error */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import type { Authentication, AuthenticationExchange, ConnectionOptions } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { startMosquitto } from './support/mosquitto.js';
import { startBroker } from './support/scripted-broker.js';
import { Witness } from './support/witness.js';
import { within } from './support/within.js';

leavesNothingBehind();

// In every place where a secret may stand, a word of its own that must never be seen again.
const CANARY = /c4n4ry/i;
const user = 'c4n4ry-user';
const password = 'c4n4ry-password';
const token = 'c4n4ryToken9';
const will = {
  topic: 'gone',
  payload: 'c4n4ry-will',
  properties: { correlationData: new TextEncoder().encode('c4n4ry') },
};
const secret: ConnectionOptions = { credentials: { username: user, password }, will };

/** Opens it, lets it do something, closes it; all that anybody could see must be free of the canary. */
async function keepsSilent(url: string, options: ConnectionOptions, sees = /ERR_MQTT/): Promise<string> {
  const witness = new Witness();
  const connection = witness.connection(url, options);
  await witness.open(connection);
  connection?.publish('a', 'x', { qos: 1 }).onSettled((outcome) => {
    witness.note(outcome);
  });
  await connection?.close();
  witness.note(await connection?.closed);
  const { everything } = witness;
  expect(everything).not.toMatch(CANARY);
  // It has looked.
  expect(everything).toMatch(sees);
  return everything;
}

const LOCAL = '127.0.0.1';

async function httpServer(status: number): Promise<number> {
  const server = createHttpServer((_, response) => {
    response.writeHead(status).end('no');
  });
  await new Promise<void>((resolve) => server.listen(0, LOCAL, resolve));
  cleanup(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  });
  return (server.address() as AddressInfo).port;
}

/** A server with a certificate that nobody knows. */
async function tlsServer(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'rxmqtt-secrets-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      '/CN=localhost',
      '-days',
      '2',
    ],
    { stdio: 'ignore' },
  );
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) =>
    socket.on('error', () => undefined),
  );
  rmSync(folder, { recursive: true });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, LOCAL, resolve));
  cleanup(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  );
  return (server.address() as AddressInfo).port;
}

describe('no secret is seen', () => {
  test('when all is well, nor in packets, plugins and diagnostics', async () => {
    const broker = await startBroker();
    await keepsSilent(broker.url, { ...secret, userProperties: [['k', 'v']] }, /connected/);
    expect(broker.latest.connect).toMatchObject({ username: user, password: Buffer.from(password) });
  });

  test.each([0x86, 0x87, 0x88, 0x8c])('when CONNACK refuses with %i', async (reasonCode) => {
    const broker = await startBroker({
      connect(_, connection) {
        connection.send({ cmd: 'connack', reasonCode, sessionPresent: false });
      },
    });
    await keepsSilent(broker.url.replace('//', `//${user}:${password}@`), { will }, /ERR_MQTT_CONNECTION_REFUSED/);
  });

  test('when mosquitto knows no such password', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rxmqtt-secrets-'));
    const file = join(folder, 'passwords');
    execFileSync('mosquitto_passwd', ['-b', '-c', file, 'somebody', 'else'], { stdio: 'ignore' });
    const mosquitto = await startMosquitto(`password_file ${file}`);
    cleanup(async () => {
      await mosquitto.remove();
      rmSync(folder, { recursive: true });
    });
    await keepsSilent(mosquitto.url, secret, /ERR_MQTT_CONNECTION_REFUSED/);
  });

  test('when the connection is cut again and again', async () => {
    const broker = await startBroker({
      connect(packet, connection) {
        broker.accept(packet, connection);
        connection.destroy();
      },
    });
    await keepsSilent(
      broker.url,
      { ...secret, reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none', maxAttempts: 1, resetAfter: 0 } },
      /connected|ERR_MQTT/,
    );
  });

  test.each<[string, string, ConnectionOptions?]>([
    ['nobody listens', `mqtt://${user}:${password}@${LOCAL}:1`],
    ['there is no such host', `mqtt://${user}:${password}@nowhere.invalid`],
    ['there is no such host for a WebSocket', `ws://${user}:${password}@nowhere.invalid/mqtt?X-Amz-Signature=${token}`],
    [
      'nobody listens for a WebSocket',
      `ws://${user}:${password}@${LOCAL}:1/mqtt?sig=${token}`,
      { webSocket: { headers: { authorization: `Bearer ${token}` } } },
    ],
    ['the proxy cannot be reached', 'mqtt://broker.invalid', { proxy: `socks5h://${user}:${password}@${LOCAL}:1` }],
    ['the HTTP proxy cannot be reached', 'mqtts://broker.invalid', { proxy: `http://${user}:${password}@${LOCAL}:1` }],
  ])('when %s', async (_, url, options = {}) => {
    await keepsSilent(url, { ...options, will });
  });

  test.each([401, 403, 407, 503, 200])('when the WebSocket handshake is answered with %i', async (status) => {
    const port = await httpServer(status);
    await keepsSilent(`ws://${user}:${password}@${LOCAL}:${String(port)}/c4n4ry/path?X-Amz-Signature=${token}`, {
      webSocket: { headers: { authorization: `Bearer ${token}` } },
      will,
    });
  });

  test.each([407, 502])('when the HTTP proxy answers with %i', async (status) => {
    const port = await httpServer(status);
    await keepsSilent('mqtt://broker.invalid', { proxy: `http://${user}:${password}@${LOCAL}:${String(port)}`, will });
  });

  test('when the certificate is not known, or there is no TLS at all', async () => {
    const broker = await startBroker();
    const port = await tlsServer();
    for (const url of [
      `mqtts://${user}:${password}@${LOCAL}:${String(port)}`,
      `wss://${user}:${password}@${LOCAL}:${String(port)}/mqtt?sig=${token}`,
      broker.url.replace('mqtt:', 'mqtts:'),
    ]) {
      await keepsSilent(url, { will, connectTimeout: 500 });
    }
    broker.connections.flatMap(({ malformed }) => malformed.splice(0));
  });

  test.each<[string, ConnectionOptions]>([
    [
      'a key that is none',
      {
        tls: {
          cert: 'c4n4ry',
          key: `-----BEGIN PRIVATE KEY-----\n${token}\n-----END PRIVATE KEY-----`,
          passphrase: password,
        },
      },
    ],
    ['a CA that is none', { tls: { ca: token } }],
  ])('when TLS is given %s', async (_, options) => {
    await keepsSilent(`mqtts://${LOCAL}:${String(await tlsServer())}`, options);
  });

  test.each<[string, () => unknown]>([
    ['throws', () => { throw new Error(`the token ${token} has expired`); }], // prettier-ignore
    [
      'rejects',
      () =>
        Promise.reject(
          Object.assign(new Error(`401 for https://idp.example.org/token?client_secret=${token}`), {
            config: { headers: { authorization: token } },
          }),
        ),
    ],
    [
      'rejects with a cause',
      () => Promise.reject(new Error('no token', { cause: new Error(token, { cause: { token } }) })),
    ],
    ['throws a text', () => { throw token; }], // prettier-ignore
    ['throws an object', () => { throw { token }; }], // prettier-ignore
    ['gives what is unknown', () => ({ username: user, pasword: password })],
    ['gives a password that is none', () => ({ username: user, password: [password] })],
    ['gives a name with NUL', () => ({ username: `${user}\0`, password })],
  ])('when the credentials function %s', async (_, credentials) => {
    const broker = await startBroker();
    const seen = await keepsSilent(
      broker.url,
      { credentials: credentials as ConnectionOptions['credentials'] & {}, will },
      /ERR_MQTT_CREDENTIALS/,
    );
    expect(seen).toContain('the credentials function failed');
  });

  test('when the credentials function hangs', async () => {
    const broker = await startBroker();
    await keepsSilent(
      broker.url,
      { credentials: () => new Promise(() => undefined), connectTimeout: 50, will },
      /ERR_MQTT_CREDENTIALS/,
    );
  });

  const secretBytes = Buffer.from('c4n4ry-proof');
  const auth = (reasonCode: number) => ({
    cmd: 'auth' as const,
    reasonCode,
    properties: { authenticationMethod: 'M', authenticationData: secretBytes },
  });
  const welcome = {
    cmd: 'connack' as const,
    reasonCode: 0,
    sessionPresent: false,
    properties: { authenticationMethod: 'M', authenticationData: secretBytes },
  };

  test.each<[string, Partial<AuthenticationExchange>, RegExp]>([
    ['goes well', {}, /connected/],
    ['breaks off', { continue: () => { throw new Error(`no proof from ${token}`); } }, /ERR_MQTT_AUTHENTICATION/], // prettier-ignore
    ['is not believed', { finish: (data) => { throw Object.assign(new Error(`not ${String(data)}`), { data, token }); } }, /ERR_MQTT_AUTHENTICATION/], // prettier-ignore
    ['gives what is no data', { continue: () => Promise.resolve(token as never) }, /ERR_MQTT_AUTHENTICATION/],
    ['gives too much data', { continue: () => Buffer.alloc(70_000, token) }, /ERR_MQTT_AUTHENTICATION/],
    ['begins with what is no data', { initialData: token as never }, /ERR_MQTT_AUTHENTICATION/],
    ['has no steps', { continue: token as never }, /ERR_MQTT_AUTHENTICATION/],
  ])('when enhanced authentication %s', async (_, exchange, sees) => {
    const broker = await startBroker({
      connect(_packet, peer) {
        peer.send(auth(0x18));
      },
      auth(_packet, peer) {
        peer.send(welcome);
      },
    });
    const start = () => ({ initialData: secretBytes, continue: () => secretBytes, ...exchange });
    await keepsSilent(broker.url, { will, authentication: { method: 'M', start } }, sees);
  });

  test('when enhanced authentication is refused, or the server speaks out of turn', async () => {
    const authentication = { method: 'M', start: () => ({ initialData: secretBytes, continue: () => secretBytes }) };
    const refusing = await startBroker({
      connect(_packet, peer) {
        peer.send({ ...welcome, reasonCode: 0x87 });
      },
    });
    await keepsSilent(refusing.url, { will, authentication }, /ERR_MQTT_CONNECTION_REFUSED/);
    const rude = await startBroker({
      connect(_packet, peer) {
        peer.send(auth(0));
      },
    });
    await keepsSilent(rude.url, { will, authentication }, /ERR_MQTT_PROTOCOL/);
  });

  test('by a server that only another one has named: no login, no proof, no answer to its questions', async () => {
    const other = await startBroker({
      connect(_packet, peer) {
        peer.send(auth(0x18));
      },
    });
    const first = await startBroker({
      connect(_packet, peer) {
        peer.send({
          cmd: 'connack',
          reasonCode: 0x9c,
          sessionPresent: false,
          properties: { serverReference: `localhost:${String(other.port)}` },
        });
      },
    });
    const asked: string[] = [];
    const start: Authentication['start'] = ({ endpoint }) => (
      asked.push(endpoint.host),
      { initialData: secretBytes, continue: () => secretBytes }
    );
    await keepsSilent(
      first.url,
      {
        credentials: { username: user, password },
        authentication: { method: 'M', start },
        redirect: 'follow',
        reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none', maxAttempts: 2, resetAfter: 0 },
      },
      /localhost/,
    );
    expect(new Set(asked)).toEqual(new Set(['127.0.0.1']));
    expect(other.connections.length).toBeGreaterThan(0);
    for (const { connect, commands } of other.connections) {
      expect(connect.username).toBeUndefined();
      expect(connect.password).toBeUndefined();
      expect(connect.properties?.authenticationMethod).toBeUndefined();
      expect(commands).not.toContain('auth');
    }
  });

  test.each([
    ['rejects', () => Promise.reject(new Error(`no will: ${token}`))],
    ['gives one that no server would take', () => ({ ...will, topic: 'a/#' })],
    ['gives a payload that is none', () => ({ topic: 'a', payload: { c4n4ry: 1 } })],
    ['gives what is unknown', () => ({ ...will, body: token })],
  ])('when the will function %s', async (_, made) => {
    const broker = await startBroker();
    await keepsSilent(broker.url, { ...secret, will: made as ConnectionOptions['will'] & {} }, /ERR_MQTT_PROVIDER/);
  });

  test.each<[string, () => unknown]>([
    ['throws', () => { throw new Error(`no tunnel for ${token}`); }], // prettier-ignore
    [
      'rejects',
      () =>
        Promise.reject(
          Object.assign(new Error(`401 for https://tunnel.example.org/?key=${token}`), { code: 'ECONNREFUSED', token }),
        ),
    ],
    ['gives what is no stream', () => ({ token })],
  ])('when the transport of the user %s', async (_, transport) => {
    await keepsSilent('mqtt://tunnel.invalid', { transport: transport as never, will }, /ERR_MQTT/);
  });

  test('when a policy of the user throws one', async () => {
    const reconnect = {
      initialDelay: 1, maxDelay: 1, jitter: 'none', maxAttempts: 2,
      delay: () => { throw new Error(`no leave from ${token}`); },
      shouldRetry: () => { throw new Error(`no leave from ${token}`); },
    } as const; // prettier-ignore
    await keepsSilent(`mqtt://${LOCAL}:1`, { reconnect }, /ERR_MQTT/);
  });

  test('when a plugin throws one, or gives bad ones', async () => {
    const broker = await startBroker();
    const connects = [
      () => { throw new Error(`no ${token}`); }, // prettier-ignore
      () => ({ credentials: { username: user, password: { password } as unknown as string } }),
    ];
    for (const connect of connects)
      await keepsSilent(
        broker.url,
        { plugins: [{ name: 'p', onError: 'refuse', setup: () => ({ connect }) }] },
        /ERR_MQTT_PLUGIN/,
      );
  });

  test.each<[string, string, object]>([
    ['a URL with an unknown scheme', `http://${user}:${password}@broker`, {}],
    ['a URL that is none', `${user}:${password}@broker`, {}],
    ['a URL with a bad port', `mqtt://${user}:${password}@broker:99999`, {}],
    ['a URL that is not percent-encoded', `mqtt://${user}:%zz${password}@broker`, {}],
    ['an option that is misspelt', 'mqtt://broker', { pasword: password, username: user }],
    ['credentials of the wrong kind', 'mqtt://broker', { credentials: { username: user, password: { password } } }],
    ['credentials as a text', 'mqtt://broker', { credentials: password }],
    ['a will that no server would take', 'mqtt://broker', { will: { ...will, topic: 'a/#' } }],
    ['a will with a payload that is none', 'mqtt://broker', { will: { topic: 'a', payload: { c4n4ry: 1 } } }],
    ['headers of the wrong kind', 'ws://broker', { webSocket: { headers: { authorization: [token] } } }],
    ['headers that HTTP forbids', 'ws://broker', { webSocket: { headers: { authorization: `${token}\r\nx: y` } } }],
    ['a proxy that is none', 'mqtt://broker', { proxy: `ftp://${user}:${password}@proxy` }],
    ['a proxy with a bad port', 'mqtt://broker', { proxy: `socks5://${user}:${password}@proxy:0x1` }],
  ])('when the options have %s', async (_, url, options) => {
    const witness = new Witness();
    const connection = witness.connection(url, { connectTimeout: 1_000, reconnect: false, ...options });
    if (connection !== undefined) await witness.open(connection);
    expect(witness.everything).not.toMatch(CANARY);
    expect(witness.everything).toMatch(/ERR_MQTT/);
  });
});

test('what an error hides, a program can still get', async () => {
  const { originalCause } = await import('../src/index.js');
  const broker = await startBroker();
  const thrown = new Error(token);
  const witness = new Witness();
  const connection = witness.connection(broker.url, { reconnect: false, credentials: () => { throw thrown; } })!; // prettier-ignore
  const error = await within(
    connection.open().catch((each: unknown) => each),
    2_000,
    'open() rejects',
  );
  expect(originalCause((error as Error).cause)).toBe(thrown);
});
