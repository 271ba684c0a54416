import { createSecureContext } from 'node:tls';
import { createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { CertificateError, InvalidOptionsError, type MqttError, ProviderError, type TlsOptions } from '../src/index.js';
import { type Certificates, type Identity, makeCertificates, PASSPHRASE } from './support/certificates.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';
import { freePort, listens } from './support/ports.js';
import { failure, newConnection, openConnection } from './support/open.js';
import { within } from './support/within.js';

leavesNothingBehind();

let certificates: Certificates;
let mosquitto: Mosquitto;
let mutual: string;

beforeAll(async () => {
  certificates = makeCertificates();
  const { server, caFile } = certificates;
  const port = await freePort();
  mutual = `mqtts://localhost:${String(port)}`;
  mosquitto = await startMosquitto(
    ...[
      `listener ${String(port)} 127.0.0.1`,
      `cafile ${caFile}`,
      `certfile ${server.certFile}`,
      `keyfile ${server.keyFile}`,
    ],
    ...['require_certificate true', 'use_identity_as_username true'],
  );
  await within(listens(port), 5_000, 'the TLS listener');
});
afterAll(async () => {
  await mosquitto.remove();
  certificates.remove();
});

/** A TLS server that never says anything, and the handshakes that it made. */
async function tlsServer(
  identity: Identity,
  options: object = {},
): Promise<{ readonly url: string; readonly sockets: readonly TLSSocket[] }> {
  const sockets: TLSSocket[] = [];
  const server = createServer({ cert: identity.cert, key: identity.key, ...options }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    // Accepts whoever connects, on MQTT 3.1.1.
    socket.on('data', () => socket.write(Uint8Array.of(0x20, 2, 0, 0)));
  });
  server.on('tlsClientError', () => undefined);
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
  return { url: `mqtts://127.0.0.1:${String((server.address() as AddressInfo).port)}`, sockets };
}

async function refusal(url: string, tls: TlsOptions): Promise<MqttError> {
  const connection = newConnection(url, { tls, protocolVersion: 4 });
  const attempts: unknown[] = [];
  connection.on('attemptFailed', ({ error }) => attempts.push(error));
  const error = (await failure(connection.open())) as MqttError;
  expect(attempts).toHaveLength(1);
  return error;
}

describe('what is needed for TLS', () => {
  it.each([
    ['PEM text', (c: Certificates): TlsOptions => ({ ca: c.ca, cert: c.client.cert, key: c.client.key })],
    [
      'bytes',
      (c) => ({
        ca: [Buffer.from(c.ca)],
        cert: new TextEncoder().encode(c.client.cert),
        key: Buffer.from(c.client.key),
      }),
    ],
    ['files', (c) => ({ ca: { file: c.caFile }, cert: { file: c.client.certFile }, key: { file: c.client.keyFile } })],
    [
      'functions',
      (c) => ({
        ca: () => [{ file: c.caFile }],
        cert: async () => c.client.cert,
        key: () => Promise.resolve(c.client.key),
      }),
    ],
    [
      'a key with a passphrase',
      (c) => ({ ca: c.ca, cert: c.client.cert, key: c.encryptedKey, passphrase: PASSPHRASE }),
    ],
    [
      'a passphrase from a function',
      (c) => ({ ca: c.ca, cert: c.client.cert, key: c.encryptedKey, passphrase: async () => PASSPHRASE }),
    ],
    ['PKCS#12', (c) => ({ ca: c.ca, pfx: c.pfx, passphrase: PASSPHRASE })],
    [
      'a ready-made context',
      (c) => ({ secureContext: createSecureContext({ ca: c.ca, cert: c.client.cert, key: c.client.key }) }),
    ],
    [
      'a context from a function',
      (c) => ({ secureContext: () => createSecureContext({ ca: c.ca, cert: c.client.cert, key: c.client.key }) }),
    ],
    [
      'old and new versions',
      (c) => ({ ca: c.ca, cert: c.client.cert, key: c.client.key, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }),
    ],
  ] satisfies [string, (c: Certificates) => TlsOptions][])('may be given as %s', async (_, tls) => {
    const connection = await openConnection(mutual, { tls: tls(certificates) });
    expect(connection.state.type).toBe('connected');
  });

  it('is asked for anew at each attempt, which is told which it is and where it goes', async () => {
    const { url, sockets } = await tlsServer(certificates.server);
    const ca = jest.fn(() => certificates.ca);
    const connection = await openConnection(url, { protocolVersion: 4, tls: { ca } });
    sockets[0]!.destroy();
    await within(
      new Promise<void>((resolve) => connection.on('state', ({ type }) => type === 'connected' && resolve())),
      5_000,
      'again',
    );
    expect(ca.mock.calls).toMatchObject([
      [{ attempt: 1, endpoint: { protocol: 'mqtts', host: '127.0.0.1' }, signal: expect.any(AbortSignal) }],
      [{ endpoint: { host: '127.0.0.1' } }],
    ]);
  });

  it('goes to the server as it was said: name, protocols, version', async () => {
    const { url, sockets } = await tlsServer(certificates.elsewhere, { ALPNProtocols: ['x-mqtt'] });
    await openConnection(url, {
      protocolVersion: 4,
      tls: {
        ca: certificates.ca,
        serverName: 'elsewhere.test',
        alpnProtocols: ['other', 'x-mqtt'],
        maxVersion: 'TLSv1.2',
        ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384',
      },
    });
    expect(sockets[0]).toMatchObject({ servername: 'elsewhere.test', alpnProtocol: 'x-mqtt' });
    expect(sockets[0]!.getProtocol()).toBe('TLSv1.2');
    expect(sockets[0]!.getCipher().name).toBe('ECDHE-ECDSA-AES256-GCM-SHA384');
  });

  it('may be less: any certificate, or any host', async () => {
    const strange = await tlsServer(certificates.stranger);
    await openConnection(strange.url, { protocolVersion: 4, tls: { insecureSkipVerify: true } });
    const elsewhere = await tlsServer(certificates.elsewhere);
    await openConnection(elsewhere.url, {
      protocolVersion: 4,
      tls: { ca: certificates.ca, insecureSkipHostnameCheck: true },
    });
    const error = await refusal(strange.url, { ca: certificates.ca, insecureSkipHostnameCheck: true });
    expect(error).toBeInstanceOf(CertificateError);
  });
});

describe('a certificate that is not trusted ends it at once', () => {
  it.each([
    [
      'of an unknown authority',
      (c: Certificates) => c.stranger,
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
    ],
    ['for another host', (c) => c.elsewhere, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['that has expired', (c) => c.expired, /CERT_HAS_EXPIRED/],
  ] satisfies [string, (c: Certificates) => Identity, RegExp][])('%s', async (_, identity, reason) => {
    const { url } = await tlsServer(identity(certificates));
    const error = await refusal(url, { ca: certificates.ca });
    expect(error).toBeInstanceOf(CertificateError);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_CERTIFICATE',
      retryable: false,
      reason: expect.stringMatching(reason),
      endpoint: url,
    });
  });

  it('over WebSocket too', async () => {
    const { url } = await tlsServer(certificates.stranger);
    const error = await refusal(url.replace('mqtts', 'wss'), { ca: certificates.ca });
    expect(error).toBeInstanceOf(CertificateError);
  });

  it('when it is ours, which the server wants and does not get, or does not know', async () => {
    expect(await refusal(mutual, { ca: certificates.ca })).toMatchObject({
      code: 'ERR_MQTT_CERTIFICATE',
      reason: expect.stringContaining('ALERT'),
    });
    const { cert, key } = certificates.stranger;
    expect(await refusal(mutual, { ca: certificates.ca, cert, key })).toMatchObject({ code: 'ERR_MQTT_CERTIFICATE' });
  });
});

describe('what cannot be used', () => {
  it('for good, ends it: a wrong passphrase, a key of another certificate', async () => {
    const { ca, client, encryptedKey, stranger } = certificates;
    for (const tls of [
      { ca, cert: client.cert, key: encryptedKey, passphrase: 'canary' },
      { ca, cert: client.cert, key: stranger.key },
    ]) {
      const error = await refusal(mutual, tls);
      expect(error).toBeInstanceOf(InvalidOptionsError);
      expect(`${error.message}${JSON.stringify(error)}`).not.toContain('canary');
    }
  });

  it.each([
    ['tls.ca', { ca: { file: '/nowhere/ca.pem' } }],
    ['tls.key', { cert: () => '-----BEGIN X', key: () => Promise.reject(new Error('vault is sealed')) }],
    ['tls.cert', { cert: () => 'not PEM', key: () => '-----BEGIN X' }],
  ] satisfies [string, TlsOptions][])('this time, is worth another attempt: %s', async (option, tls) => {
    const connection = newConnection(mutual, { tls, reconnect: false });
    const error = await failure(connection.open());
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'ERR_MQTT_PROVIDER', option, retryable: true, cause: expect.anything() });
  });
});
