import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Framer } from './framer.js';
import { cleanup } from './globals.js';
import { within } from './within.js';

/** One connection of the client under attack: its CONNECT has come, and nothing has been answered. */
export class FuzzingPeer {
  /** What the client sent after CONNECT. */
  readonly packets: Buffer[] = [];
  readonly #socket: Socket;
  readonly #ended: Promise<void>;

  constructor(socket: Socket, framer: Framer) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.packets.push(...framer.push(chunk)));
    this.#ended = new Promise((resolve) => {
      socket.once('end', resolve);
      socket.once('close', () => {
        resolve();
      });
    });
  }

  /** Writes the pieces, and fulfils when the client has closed the connection. */
  async attack(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) if (piece.length > 0) this.#socket.write(piece);
    await within(this.#ended, 10_000, 'the client closes the connection');
    this.#socket.destroy();
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  cut(): void {
    this.#socket.resetAndDestroy();
  }
}

/** A server that says anything, to one client, and remembers nothing but the current connection. */
export class FuzzingBroker {
  readonly #server: Server;
  readonly #waiting: FuzzingPeer[] = [];
  #take: ((peer: FuzzingPeer) => void) | undefined;
  #sockets = new Set<Socket>();
  /** How often the client has connected. */
  connections = 0;

  constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
      const framer = new Framer();
      const greet = (chunk: Buffer): void => {
        if (framer.push(chunk).length === 0) return;
        socket.off('data', greet);
        this.connections++;
        const peer = new FuzzingPeer(socket, framer);
        if (this.#take === undefined) this.#waiting.push(peer);
        else this.#take(peer);
        this.#take = undefined;
      };
      socket.on('data', greet);
    });
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  /** The next connection that the client makes. */
  next(): Promise<FuzzingPeer> {
    const peer = this.#waiting.shift();
    if (peer !== undefined) return Promise.resolve(peer);
    const made = new Promise<FuzzingPeer>((resolve) => {
      this.#take = resolve;
    });
    return within(made, 10_000, 'the client connects again');
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      for (const socket of this.#sockets) socket.destroy();
    });
  }
}

/** A listening broker, closed after the test. */
export async function startFuzzingBroker(): Promise<FuzzingBroker> {
  const broker = new FuzzingBroker();
  await broker.listen();
  cleanup(() => broker.close());
  return broker;
}
