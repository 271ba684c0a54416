import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import type { TransportProvider, TransportStream } from '../src/index.js';
import { cleanup, leavesNothingBehind } from './support/globals.js';
import { type Mosquitto, startMosquitto } from './support/mosquitto.js';
import { freePort } from './support/ports.js';
import { failure, Inbox, newConnection, openConnection } from './support/open.js';
import { within } from './support/within.js';

leavesNothingBehind();

let mosquitto: Mosquitto;
beforeAll(async () => {
  mosquitto = await startMosquitto();
});
afterAll(() => mosquitto.remove());

/** A server that accepts everybody on MQTT 3.1.1, and the sockets that it got. */
async function server(): Promise<{ readonly url: string; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = [];
  const listener = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(Uint8Array.of(0x20, 2, 0, 0)));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  cleanup(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => {
          resolve();
        });
      }),
  );
  return { url: `mqtt://127.0.0.1:${String((listener.address() as AddressInfo).port)}`, sockets };
}

describe('the socket', () => {
  it('leaves from the address and port that it is told', async () => {
    const { url, sockets } = await server();
    const localPort = await freePort();
    await openConnection(url, { protocolVersion: 4, socket: { localAddress: '127.0.0.9', localPort } });
    expect(sockets[0]).toMatchObject({ remoteAddress: '127.0.0.9', remotePort: localPort });
  });

  it('collects small packets, and is probed, as it is told', async () => {
    const { url } = await server();
    const noDelay = jest.spyOn((await import('node:net')).Socket.prototype, 'setNoDelay');
    await openConnection(url, {
      protocolVersion: 4,
      socket: { noDelay: false, keepAlive: true, keepAliveInitialDelay: 5_000 },
    });
    expect(noDelay.mock.calls).toContainEqual([false]);
    noDelay.mockRestore();
  });

  it('takes the family that it is told', async () => {
    const error = await failure(
      newConnection(mosquitto.url.replace('127.0.0.1', 'localhost'), {
        socket: { family: 6 },
        reconnect: false,
      }).open(),
    );
    expect(error).toMatchObject({ code: 'ERR_MQTT_NETWORK' });
    await openConnection(mosquitto.url.replace('127.0.0.1', 'localhost'), { socket: { family: 4 } });
  });

  it('that is none says where', async () => {
    const error = await failure(newConnection('mqtt+unix:///nowhere/m.sock', { reconnect: false }).open());
    expect(error).toMatchObject({
      code: 'ERR_MQTT_NETWORK',
      endpoint: 'mqtt+unix:/nowhere/m.sock',
      cause: { code: 'ENOENT' },
    });
  });
});

/** The two halves of a web stream over a socket. */
function webStream(port: number): TransportStream {
  return Duplex.toWeb(connect(port, '127.0.0.1')) as unknown as TransportStream;
}

describe.each([
  ['a Duplex', () => connect(mosquitto.port, '127.0.0.1')],
  ['a promise of a Duplex', async () => connect(mosquitto.port, '127.0.0.1')],
  ['a web stream', () => webStream(mosquitto.port)],
] satisfies [string, TransportProvider][])('a transport of the user that gives %s', (_, transport) => {
  it('carries messages, small and large, and ends in good order', async () => {
    const connection = await openConnection('mqtt://in.memory', { transport });
    const inbox = new Inbox(connection, 'custom/#', { qos: 1 });
    await within(inbox.subscription.ready, 5_000, 'SUBACK');
    const large = new Uint8Array(3_000_000).fill(7);
    await within(
      Promise.all([
        connection.publish('custom/a', 'small', { qos: 1 }),
        connection.publish('custom/b', large, { qos: 1 }),
      ]),
      10_000,
      'published',
    );
    await inbox.received(2);
    expect(Buffer.compare(inbox.messages[1]!.payload, large)).toBe(0);
    await within(connection.drain(), 5_000, 'drain()');
  });

  it('is asked again after a loss', async () => {
    const asked = jest.fn<ReturnType<TransportProvider>, Parameters<TransportProvider>>(transport);
    const connection = await openConnection('mqtt://in.memory', { transport: asked });
    const again = new Promise<void>((resolve) =>
      connection.on('state', ({ type }) => type === 'connected' && resolve()),
    );
    await mosquitto.kill();
    await mosquitto.start();
    await within(again, 10_000, 'connected again');
    expect(asked.mock.calls.length).toBeGreaterThan(1);
    expect(asked.mock.calls[0]).toMatchObject([
      { attempt: 1, endpoint: { label: 'mqtt://in.memory:1883' }, signal: expect.any(AbortSignal) },
    ]);
  });
});

describe('a transport of the user that', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no line');
      },
      { code: 'ERR_MQTT_NETWORK', cause: { message: 'no line' } },
    ],
    [
      'rejects',
      () => Promise.reject(new Error('no line')),
      { code: 'ERR_MQTT_NETWORK', cause: { message: 'no line' } },
    ],
    ['gives nothing', () => undefined as never, { code: 'ERR_MQTT_PROVIDER', option: 'transport' }],
    ['gives something else', () => ({ write: 1 }) as never, { code: 'ERR_MQTT_PROVIDER', option: 'transport' }],
    [
      'gives what is closed',
      () =>
        connect(9, '127.0.0.1')
          .on('error', () => undefined)
          .destroy() as TransportStream,
      { code: 'ERR_MQTT_NETWORK' },
    ],
  ])('%s has failed to connect', async (_, transport, expected) => {
    // prettier-ignore
    expect(await failure(newConnection('mqtt://in.memory', { transport, reconnect: false }).open())).toMatchObject(expected);
  });

  it('comes too late is told so, and what it brings is closed', async () => {
    let bring: (stream: TransportStream) => void = () => undefined;
    const signals: AbortSignal[] = [];
    const transport = ({ signal }: { readonly signal: AbortSignal }): Promise<TransportStream> => {
      signals.push(signal);
      return new Promise((resolve) => (bring = resolve));
    };
    const error = await failure(
      newConnection('mqtt://in.memory', { transport, connectTimeout: 50, reconnect: false }).open(),
    );
    expect(error).toMatchObject({ code: 'ERR_MQTT_CONNECT_TIMEOUT' });
    expect(signals[0]!.aborted).toBe(true);
    const late = connect(mosquitto.port, '127.0.0.1');
    const closed = new Promise((resolve) => late.once('close', resolve));
    bring(late);
    await within(closed, 2_000, 'what came late is closed');
  });

  it('ends on the other side is lost', async () => {
    const streams: Duplex[] = [];
    const transport = (): TransportStream => {
      let answered = false;
      const stream = new Duplex({
        read: () => undefined,
        write(_chunk, _encoding, done) {
          if (!answered) this.push(Uint8Array.of(0x20, 2, 0, 0));
          answered = true;
          done();
        },
      });
      streams.push(stream);
      return stream;
    };
    const connection = await openConnection('mqtt://in.memory', { transport, protocolVersion: 4 });
    const lost = new Promise((resolve) => connection.on('lost', resolve));
    streams[0]!.push(null);
    await within(lost, 2_000, 'the loss');
  });
});

describe('several servers', () => {
  it('stand in for each other', async () => {
    const dead = `mqtt://127.0.0.1:${String(await freePort())}`;
    const errors: string[] = [];
    const connection = newConnection(dead, { endpoints: [mosquitto.url], reconnect: { initialDelay: 60_000 } });
    connection.on('attemptFailed', ({ error }) => errors.push(error.message));
    await within(connection.open(), 5_000, 'open()');
    expect(errors).toEqual([expect.stringContaining(dead)]);
  });
});

describe('mosquitto with passwords and access rules', () => {
  it('knows who is who', async () => {
    const { writeFileSync, mkdtempSync, rmSync } = await import('node:fs');
    const { execFileSync } = await import('node:child_process');
    const { tmpdir } = await import('node:os');
    const { join } = await import('node:path');
    const directory = mkdtempSync(join(tmpdir(), 'rxmqtt-acl-'));
    cleanup(() => {
      rmSync(directory, { recursive: true, force: true });
    });
    const passwords = join(directory, 'passwords');
    const rules = join(directory, 'rules');
    execFileSync('mosquitto_passwd', ['-c', '-b', passwords, 'me', 's:e@c/r#t'], { stdio: 'ignore' });
    writeFileSync(rules, 'user me\ntopic readwrite mine/#\n');
    const guarded = await startMosquitto(`password_file ${passwords}`, `acl_file ${rules}`, 'allow_anonymous false');
    cleanup(() => guarded.remove());
    const port = String(guarded.port);
    const connection = await openConnection(`mqtt://me:${encodeURIComponent('s:e@c/r#t')}@127.0.0.1:${port}`);
    const inbox = new Inbox(connection, ['mine/#', 'yours/#'], { qos: 1 });
    await within(inbox.subscription.ready, 5_000, 'SUBACK');
    await within(connection.publish('mine/x', '1', { qos: 1 }), 5_000, 'the publication');
    await inbox.received(1);
    expect(await failure(connection.publish('yours/x', '1', { qos: 1 }))).toMatchObject({
      code: expect.stringMatching(/^ERR_MQTT_/),
    });
    for (const options of [{}, { credentials: { username: 'me', password: 'canary' } }]) {
      const error = (await failure(newConnection(`mqtt://127.0.0.1:${port}`, options).open())) as Error;
      expect(error).toMatchObject({ code: 'ERR_MQTT_CONNECTION_REFUSED', retryable: false });
      expect(error.message).not.toContain('canary');
    }
  });
});
