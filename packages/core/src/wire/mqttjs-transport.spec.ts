import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, Socket } from 'node:net';
import type { IConnectPacket } from 'mqtt-packet';
import { WebSocketServer } from 'ws';
import { cleanup, leavesNothingBehind } from '../../test/support/globals.js';
import { connectRequest } from '../../test/support/connect-request.js';
import { createDecoder, hex } from '../../test/support/packets.js';
import { Watch } from '../../test/support/watch.js';
import { mqttjsTransport } from './mqttjs-transport.js';
import type { Transport } from './transport.js';
import type { ConnectRequest } from './wire.js';

/*
 * What is taken for granted of MQTT.js, shown on real sockets: that it connects, says CONNECT, hands over the bytes, and
 * does nothing else. Whoever updates it looks here first.
 */

jest.setTimeout(15_000);
leavesNothingBehind();
afterEach(() => {
  jest.restoreAllMocks();
});

/** A transport, and what it said. */
class Subject {
  readonly chunks: Uint8Array[] = [];
  readonly ends: unknown[] = [];
  drains = 0;
  readonly transport: Transport;
  readonly #watch = new Watch(() => `${String(this.chunks.length)} chunks, ends: ${this.ends.map(String).join(', ')}`);

  constructor(port: number, request: Partial<ConnectRequest> = {}) {
    this.transport = mqttjsTransport(requestTo(port, request), {
      data: (chunk) => {
        this.chunks.push(chunk);
        this.#watch.changed();
      },
      drain: () => {
        this.drains++;
        this.#watch.changed();
      },
      closed: (cause) => {
        this.ends.push(cause);
        this.#watch.changed();
      },
    });
    cleanup(async () => {
      this.transport.destroy();
      await this.closed();
      expect(this.ends).toHaveLength(1);
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return this.#watch.until(condition, what);
  }

  async closed(): Promise<unknown> {
    await this.until(() => this.ends.length > 0, 'the transport is closed');
    return this.ends[0];
  }
}

/** The server's end of one connection, over TCP or WebSocket. */
class Peer {
  /** Chunks; of WebSocket frames one each. */
  readonly received: Buffer[] = [];
  readonly socket: Socket;
  readonly send: (bytes: Uint8Array) => void;
  ended = false;

  constructor(socket: Socket, send: (bytes: Uint8Array) => void) {
    this.socket = socket;
    this.send = send;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.received);
  }
}

/** A server that writes down what comes. */
class Listener {
  readonly peers: Peer[] = [];
  readonly #watch = new Watch(() => this.peers.map((peer) => peer.bytes.toString('hex').slice(0, 200)).join('\n'));
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async tcp(): Promise<Listener> {
    const server = createServer();
    const listener = new Listener(server);
    server.on('connection', (socket) => {
      const peer = listener.#add(socket, (bytes) => void socket.write(bytes));
      socket.on('data', (chunk) => {
        peer.received.push(chunk);
        listener.#watch.changed();
      });
    });
    return listener.#listen();
  }

  static async webSocket(): Promise<Listener> {
    const server = createHttpServer();
    const listener = new Listener(server);
    const sockets = new WebSocketServer({
      server,
      handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
    });
    sockets.on('connection', (socket, { socket: raw }) => {
      const peer = listener.#add(raw, (bytes) => socket.send(bytes));
      socket.on('message', (data: Buffer, isBinary) => {
        expect(isBinary).toBe(true);
        peer.received.push(data);
        listener.#watch.changed();
      });
    });
    return listener.#listen();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get peer(): Peer {
    return this.peers[0]!;
  }

  until(condition: (peer: Peer) => boolean, what: string): Promise<void> {
    return this.#watch.until(() => this.peers[0] !== undefined && condition(this.peers[0]), what);
  }

  close(): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #add(socket: Socket, send: (bytes: Uint8Array) => void): Peer {
    const peer = new Peer(socket, send);
    this.peers.push(peer);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      peer.ended = true;
      this.#watch.changed();
    });
    this.#watch.changed();
    return peer;
  }

  #listen(): Promise<Listener> {
    cleanup(() => this.close());
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        resolve(this);
      });
    });
  }
}

function requestTo(port: number, request: Partial<ConnectRequest>): ConnectRequest {
  return connectRequest({
    endpoint: { protocol: 'mqtt', host: '127.0.0.1', port, path: '', label: `mqtt://127.0.0.1:${String(port)}` },
    ...request,
  });
}

function endpoint(port: number, protocol: 'mqtt' | 'mqtts' | 'ws', path = '/mqtt'): ConnectRequest['endpoint'] {
  return { protocol, host: '127.0.0.1', port, path, label: 'test' };
}

/** How many bytes the CONNECT in the beginning takes; its length is below 128 in these tests. */
const CONNECT_V4 = 2 + 13;

/** The simplest request, over that server. */
async function connected(kind: 'TCP' | 'WebSocket'): Promise<{ subject: Subject; server: Listener; peer: Peer }> {
  const server = kind === 'TCP' ? await Listener.tcp() : await Listener.webSocket();
  const subject = new Subject(server.port, {
    protocolVersion: 4,
    endpoint: endpoint(server.port, kind === 'TCP' ? 'mqtt' : 'ws'),
  });
  await server.until(({ bytes }) => bytes.length >= CONNECT_V4, 'CONNECT comes');
  server.peer.received.length = 0;
  return { subject, server, peer: server.peer };
}

async function connectPacket(request: Partial<ConnectRequest>): Promise<IConnectPacket> {
  const server = await Listener.tcp();
  new Subject(server.port, request);
  const isWhole = (bytes: Buffer): boolean => {
    const last = bytes.subarray(1).findIndex((byte) => byte < 0x80);
    const length = bytes.subarray(1, last + 2).reduceRight((value, byte) => value * 128 + (byte & 0x7f), 0);
    return last >= 0 && bytes.length >= last + 2 + length;
  };
  await server.until(({ bytes }) => isWhole(bytes), 'CONNECT comes');
  return createDecoder()(server.peer.bytes) as IConnectPacket;
}

describe('CONNECT', () => {
  it('says everything that was asked, on MQTT 5', async () => {
    const packet = await connectPacket({
      clientId: 'möbius',
      clean: false,
      keepalive: 77,
      username: 'me',
      password: 'sécret',
      sessionExpiry: 4_294_967_295,
      receiveMaximum: 13,
      maximumPacketSize: 268_435_460,
      userProperties: [['a', 'b']],
      will: {
        topic: 'will/ä',
        payload: Uint8Array.of(0, 255, 128),
        qos: 2,
        retain: true,
        delay: 9,
        properties: {
          payloadFormatIndicator: 1,
          messageExpiryInterval: 5,
          contentType: 't',
          responseTopic: 'r',
          correlationData: Uint8Array.of(0, 254),
          userProperties: [['c', 'd']],
        },
      },
    });
    expect(packet).toMatchObject({
      protocolId: 'MQTT',
      protocolVersion: 5,
      clientId: 'möbius',
      clean: false,
      keepalive: 77,
      username: 'me',
      password: Buffer.from('sécret'),
      properties: {
        sessionExpiryInterval: 4_294_967_295,
        receiveMaximum: 13,
        maximumPacketSize: 268_435_460,
        userProperties: { a: 'b' },
      },
      will: {
        topic: 'will/ä',
        payload: Buffer.of(0, 255, 128),
        qos: 2,
        retain: true,
        properties: {
          willDelayInterval: 9,
          payloadFormatIndicator: true,
          messageExpiryInterval: 5,
          contentType: 't',
          responseTopic: 'r',
          correlationData: Buffer.of(0, 254),
          userProperties: { c: 'd' },
        },
      },
    });
  });

  it.each([
    [3, 'MQIsdp'],
    [4, 'MQTT'],
  ] as const)('leaves out what MQTT version %i does not know', async (protocolVersion, protocolId) => {
    const will = { topic: 'w', payload: '', delay: 3, properties: { contentType: 'x' } };
    const packet = await connectPacket({ protocolVersion, userProperties: [['a', 'b']], will });
    expect(packet).toMatchObject({
      protocolId,
      protocolVersion,
      clientId: 'c',
      clean: true,
      will: { topic: 'w', qos: 0, retain: false },
    });
    expect(packet.properties).toBeUndefined();
    expect(packet.will?.properties).toBeUndefined();
    expect(packet.username).toBeUndefined();
    expect(packet.password).toBeUndefined();
  });

  it('keeps the order of user properties, with names that objects treat specially', async () => {
    const pairs = [
      ['b', '1'],
      ['a', '2'],
      ['b', '3'],
      ['1', '4'],
      ['__proto__', '5'],
      ['constructor', ''],
      ['0', '6'],
    ] as const;
    const server = await Listener.tcp();
    new Subject(server.port, { userProperties: pairs });
    const expected = Buffer.concat(
      pairs.map(([name, value]) =>
        Buffer.concat([
          hex('26'),
          Buffer.of(0, name.length),
          Buffer.from(name),
          Buffer.of(0, value.length),
          Buffer.from(value),
        ]),
      ),
    );
    await server.until(({ bytes }) => bytes.includes(expected), 'they come in order');
  });

  it.each([
    ['text', 'secret', 'secret'],
    ['bytes', Uint8Array.from(Buffer.from('séc\0ret')), 'séc\0ret'],
    ['bytes that begin like a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), '\ufeffa'],
    ['a Buffer', Buffer.from('secret'), 'secret'],
    ['nothing', '', ''],
  ])('has a password given as %s', async (_, password, expected) => {
    const packet = await connectPacket({ username: 'me', password });
    expect(packet.password).toEqual(Buffer.from(expected));
  });

  it('has a password that no text has, given as a Buffer', async () => {
    expect((await connectPacket({ username: 'me', password: Buffer.of(0xff, 0) })).password).toEqual(
      Buffer.of(0xff, 0),
    );
  });

  it.each([4, 5] as const)(
    'has an empty user name beside a password alone, on MQTT version %i',
    async (protocolVersion) => {
      const packet = await connectPacket({ protocolVersion, password: 'secret' });
      expect(packet).toMatchObject({ username: '', password: Buffer.from('secret') });
    },
  );

  it('has an empty client identifier when it is asked for', async () => {
    expect((await connectPacket({ clientId: '' })).clientId).toBe('');
  });
});

describe.each(['TCP', 'WebSocket'] as const)('over %s', (kind) => {
  it('bytes pass in both directions as they are, as plain arrays', async () => {
    const { subject, server, peer } = await connected(kind);
    const sent = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) >> 3));
    peer.send(sent);
    await subject.until(() => subject.bytes.length === sent.length, 'all has come');
    expect(Buffer.compare(subject.bytes, sent)).toBe(0);
    for (const chunk of subject.chunks) expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
    subject.transport.write(Uint8Array.from(sent));
    await server.until(({ bytes }) => bytes.length === sent.length, 'all has come back');
    expect(Buffer.compare(peer.bytes, sent)).toBe(0);
  });

  it('bytes are handed over that MQTT.js would take for an error', async () => {
    const { subject, peer } = await connected(kind);
    peer.send(hex('0000 ffff ffff ffff'));
    await subject.until(() => subject.bytes.length === 8, 'they come');
    expect(subject.ends).toEqual([]);
  });

  it('the socket does not wait for more to send', async () => {
    const noDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    const { server } = await connected(kind);
    const calls = noDelay.mock.contexts.map((socket, i) => ({
      port: (socket as Socket).remotePort,
      on: noDelay.mock.calls[i]?.[0] ?? true,
    }));
    expect(calls).toContainEqual({ port: server.port, on: true });
  });

  it('nothing but CONNECT is sent by itself, neither before nor after CONNACK, and no timer is left', async () => {
    const start = jest.spyOn(globalThis, 'setTimeout');
    const repeat = jest.spyOn(globalThis, 'setInterval');
    const stop = jest.spyOn(globalThis, 'clearTimeout');
    const { subject, server, peer } = await connected(kind);
    // A QoS 1 message behind it would be acknowledged, if MQTT.js saw it.
    peer.send(hex('2002 0000 3206 0001 61 0001 78'));
    await subject.until(() => subject.bytes.length === 12, 'CONNACK comes');
    subject.transport.accepted(hex('2002 0000'));
    await new Promise((resolve) => setImmediate(resolve));
    // Its turns of 0 ms aside.
    const started = start.mock.results
      .filter((_result, i) => start.mock.calls[i]![1]! > 0)
      .map(({ value }) => value as unknown);
    const stopped = stop.mock.calls.map(([timer]) => timer as unknown);
    expect(started.length).toBeGreaterThan(0);
    expect(started.filter((timer) => !stopped.includes(timer))).toHaveLength(0);
    expect(repeat).not.toHaveBeenCalled();
    subject.transport.write(hex('c000'));
    await server.until(({ bytes }) => bytes.length > 0, 'what we write comes');
    expect(peer.bytes).toEqual(hex('c000'));
  });

  it('a full socket says so, and when it is not full any more', async () => {
    const { subject, server, peer } = await connected(kind);
    peer.socket.pause();
    const chunk = new Uint8Array(64 * 1024);
    let written = 0;
    const isFull = (): boolean => {
      written += chunk.length;
      return !subject.transport.write(chunk);
    };
    // A few small writes are no reason to stop: batches are larger than Node's limit of 16 KiB.
    expect(isFull() && isFull()).toBe(false);
    while (!isFull()) {
      if (written > 64 * 1024 * 1024) throw new Error('it never is');
      await new Promise((resolve) => setImmediate(resolve));
    }
    const drains = subject.drains;
    peer.socket.resume();
    await subject.until(() => subject.drains > drains, 'it drains');
    await server.until(({ bytes }) => bytes.length === written, 'all has come');
    expect(subject.transport.write(chunk)).toBe(true);
  });

  it('paused, it reads nothing until it is resumed', async () => {
    const { subject, peer } = await connected(kind);
    subject.transport.pause();
    const chunk = new Uint8Array(1024 * 1024);
    for (let i = 0; i < 16; i++) peer.send(chunk);
    // The server's socket fills up when nobody reads. (One chunk of a WebSocket may be under way already.)
    for (let turns = 0; turns < 200; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect(subject.bytes.length).toBeLessThan(8 * 1024 * 1024);
    expect(peer.socket.writableLength).toBeGreaterThan(0);
    subject.transport.resume();
    await subject.until(
      () => subject.chunks.reduce((sum, { length }) => sum + length, 0) === 16 * chunk.length,
      'all comes',
    );
  });

  it('end() closes behind what has been written', async () => {
    const { subject, server, peer } = await connected(kind);
    const chunk = new Uint8Array(500_000).fill(7);
    subject.transport.write(chunk);
    subject.transport.write(hex('e000'));
    subject.transport.end();
    expect(await subject.closed()).toBeUndefined();
    await server.until(({ ended }) => ended, 'the server sees the end');
    expect(peer.bytes.length).toBe(500_002);
    expect(peer.bytes.subarray(-2)).toEqual(hex('e000'));
    expect(subject.transport.write(chunk)).toBe(true);
  });

  it('destroy() closes at once, once', async () => {
    const { subject, server } = await connected(kind);
    subject.transport.destroy();
    subject.transport.destroy();
    subject.transport.write(hex('c000'));
    subject.transport.end();
    await subject.closed();
    await server.until(({ ended }) => ended, 'the server sees the end');
    expect(server.peer.bytes).toHaveLength(0);
  });

  it('the end of the server is an end without a cause', async () => {
    const { subject, peer } = await connected(kind);
    peer.socket.end();
    expect(await subject.closed()).toBeUndefined();
  });

  it('a refused connection keeps its cause', async () => {
    const server = await Listener.tcp();
    const { port } = server;
    await server.close();
    const subject = new Subject(port, { endpoint: endpoint(port, kind === 'TCP' ? 'mqtt' : 'ws') });
    expect(await subject.closed()).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('destroy() before MQTT.js is loaded makes no connection at all', async () => {
    const server = kind === 'TCP' ? await Listener.tcp() : await Listener.webSocket();
    const subject = new Subject(server.port, { endpoint: endpoint(server.port, kind === 'TCP' ? 'mqtt' : 'ws') });
    subject.transport.write(hex('c000'));
    subject.transport.end();
    subject.transport.destroy();
    expect(subject.ends).toEqual([]);
    expect(await subject.closed()).toBeUndefined();
    expect(server.peers).toEqual([]);
  });

  it('destroy() while it connects is an end, too', async () => {
    const server = kind === 'TCP' ? await Listener.tcp() : await Listener.webSocket();
    const create = jest.spyOn(Socket.prototype, 'connect');
    const subject = new Subject(server.port, { endpoint: endpoint(server.port, kind === 'TCP' ? 'mqtt' : 'ws') });
    while (create.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    subject.transport.destroy();
    await subject.closed();
    expect(subject.chunks).toEqual([]);
  });
});

describe('over TCP alone', () => {
  it('a reset keeps its cause', async () => {
    const { subject, peer } = await connected('TCP');
    peer.socket.resetAndDestroy();
    expect(await subject.closed()).toMatchObject({ code: 'ECONNRESET' });
  });

  it('a server that does not speak TLS is a failure with a cause', async () => {
    const server = await Listener.tcp();
    const subject = new Subject(server.port, { endpoint: endpoint(server.port, 'mqtts'), tls: {} });
    await server.until(({ bytes }) => bytes.length > 0, 'TLS begins');
    server.peer.send(hex('2002 0000 2002 0000'));
    const cause = await subject.closed();
    expect((cause as { code?: string }).code).toMatch(/SSL|EPROTO/);
  });
});

describe('over WebSocket alone', () => {
  it('each batch is one frame, CONNECT too', async () => {
    const server = await Listener.webSocket();
    const subject = new Subject(server.port, { protocolVersion: 4, endpoint: endpoint(server.port, 'ws') });
    await server.until(({ bytes }) => bytes.length >= CONNECT_V4, 'CONNECT comes');
    expect(server.peer.received).toHaveLength(1);
    server.peer.received.length = 0;
    // The first leaves at once, the others while it is on its way.
    for (let i = 0; i < 50; i++) subject.transport.write(hex('c000'));
    await server.until(({ bytes }) => bytes.length === 100, 'all has come');
    expect(server.peer.received.length).toBeLessThanOrEqual(2);
  });

  it('path, subprotocol and headers are as asked', async () => {
    const seen: unknown[] = [];
    const server = createHttpServer();
    server.on('upgrade', ({ url, headers }, socket) => {
      seen.push(url, headers['sec-websocket-protocol'], headers['x-token'], headers.host);
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanup(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const subject = new Subject(port, {
      endpoint: endpoint(port, 'ws', '/a/b?c=d'),
      webSocket: { headers: { 'X-Token': 't' } },
    });
    // Its cause tells the refused handshake from a network that is down.
    expect(String(await subject.closed())).toMatch(/401/);
    expect(seen).toEqual(['/a/b?c=d', 'mqtt', 't', `127.0.0.1:${String(port)}`]);
  });
});
