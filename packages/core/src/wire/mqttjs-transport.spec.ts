import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { cleanup, leavesNothingBehind } from '../../test/support/globals.js';
import { connectRequest } from '../../test/support/connect-request.js';
import { hex } from '../../test/support/packets.js';
import { Watch, WATCH_LIMIT } from '../../test/support/watch.js';
import { mqttjsTransport } from './mqttjs-transport.js';
import type { Transport } from './transport.js';
import type { ConnectRequest } from './wire.js';

/*
 * What is taken for granted of MQTT.js, shown on real sockets: that it makes a stream of the kind that is asked for, and does
 * nothing else. Whoever updates it looks here first.
 */

leavesNothingBehind();
afterEach(() => {
  jest.restoreAllMocks();
});

/** A transport, and what it said. */
class Subject {
  readonly chunks: Uint8Array[] = [];
  readonly ends: unknown[] = [];
  /** How often it said that it is open. */
  opened = 0;
  drains = 0;
  readonly transport: Transport;
  readonly #watch = new Watch(() => `${String(this.chunks.length)} chunks, ends: ${this.ends.map(String).join(', ')}`);

  constructor(port: number, request: Partial<ConnectRequest> = {}) {
    this.transport = mqttjsTransport(requestTo(port, request), {
      opened: () => {
        expect(this.ends).toEqual([]);
        this.opened++;
        this.#watch.changed();
      },
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

/** The simplest request, over that server. */
async function connected(kind: 'TCP' | 'WebSocket'): Promise<{ subject: Subject; server: Listener; peer: Peer }> {
  const server = kind === 'TCP' ? await Listener.tcp() : await Listener.webSocket();
  const subject = new Subject(server.port, {
    protocolVersion: 4,
    endpoint: endpoint(server.port, kind === 'TCP' ? 'mqtt' : 'ws'),
  });
  await subject.until(() => subject.opened === 1, 'it may write');
  subject.transport.write(hex('c000'));
  await server.until(({ bytes }) => bytes.length === 2, 'it connects');
  server.peer.received.length = 0;
  return { subject, server, peer: server.peer };
}

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

  it('nothing is sent by itself, whatever comes, and no timer is set', async () => {
    const start = jest.spyOn(globalThis, 'setTimeout');
    const repeat = jest.spyOn(globalThis, 'setInterval');
    const { subject, server, peer } = await connected(kind);
    // A QoS 1 message behind CONNACK would be acknowledged, if MQTT.js saw it.
    peer.send(hex('2002 0000 3206 0001 61 0001 78'));
    await subject.until(() => subject.bytes.length === 12, 'they come');
    await new Promise((resolve) => setImmediate(resolve));
    // Turns of 0 ms and the timers of `Watch` aside.
    expect(start.mock.calls.map(([, delay]) => delay).filter((delay) => delay! > 0 && delay !== WATCH_LIMIT)).toEqual(
      [],
    );
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

describe('a stream of small pieces over TCP', () => {
  /** Sends numbered bytes one by one until there are enough of them; the answer is how often the client has rested. */
  async function stream(coalesceReads: boolean, enough: (pieces: number, rests: number) => boolean): Promise<number> {
    const server = await Listener.tcp();
    const { port } = server;
    const rests = jest.spyOn(Socket.prototype, 'pause');
    const restsHere = (): number =>
      rests.mock.contexts.filter((socket) => (socket as Socket).remotePort === port).length;
    const subject = new Subject(port, { socket: { ...connectRequest().socket, coalesceReads } });
    await server.until(() => true, 'it connects');
    let pieces = 0;
    while (!enough(pieces, restsHere())) {
      if (pieces > 200_000) throw new Error(`${String(restsHere())} rests in ${String(pieces)} pieces`);
      server.peer.send(Uint8Array.of(pieces++ & 0xff));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await subject.until(() => subject.chunks.reduce((sum, { length }) => sum + length, 0) === pieces, 'all comes');
    expect(subject.bytes.equals(Uint8Array.from({ length: pieces }, (_, i) => i & 0xff))).toBe(true);
    return restsHere();
  }

  it('is read with rests', async () => {
    await stream(true, (_pieces, rests) => rests >= 5);
  });

  it('is read as it comes, where that is asked for', async () => {
    expect(await stream(false, (pieces) => pieces === 5_000)).toBe(0);
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
  it('each batch is one frame, that from before the handshake too', async () => {
    const server = await Listener.webSocket();
    const subject = new Subject(server.port, { protocolVersion: 4, endpoint: endpoint(server.port, 'ws') });
    await subject.until(() => subject.opened === 1, 'it may write');
    subject.transport.write(hex('1002 0000'));
    await server.until(({ bytes }) => bytes.length === 4, 'that comes');
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
