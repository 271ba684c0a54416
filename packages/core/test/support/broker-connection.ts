import type { Socket } from 'node:net';
import { Framer } from './framer.js';
import { createDecoder, encode } from './packets.js';
import type { Command, IConnectPacket, Packet, PacketLike, PacketOf } from './packets.js';
import type { Watch } from './watch.js';

/** One packet that the client sent. */
export interface LoggedPacket {
  readonly packet: Packet;
  readonly bytes: Buffer;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly at: number;
}

/** The broker's end of one connection: what the client sent, and the means to answer or to misbehave. */
export class BrokerConnection {
  /** Everything that the client sent, in order. */
  readonly log: LoggedPacket[] = [];
  /** What it sent that could not be decoded. */
  readonly malformed: Error[] = [];
  /** When it was accepted, in milliseconds of `performance.now()`. */
  readonly openedAt = performance.now();
  /** When the socket was closed from either side. */
  closedAt: number | undefined;
  /** When the client ended its side, with FIN or RST. */
  endedByClientAt: number | undefined;

  readonly #socket: Socket;
  readonly #watch: Watch;
  readonly #decode = createDecoder();
  #deaf = false;
  #mute = false;

  constructor(socket: Socket, watch: Watch, handle: (packet: Packet, connection: BrokerConnection) => void) {
    this.#socket = socket;
    this.#watch = watch;
    const framer = new Framer();
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      if (this.#deaf) return;
      for (const bytes of framer.push(chunk)) {
        const packet = this.#decode(bytes);
        if (packet instanceof Error) this.malformed.push(packet);
        else {
          this.log.push({ packet, bytes, at: performance.now() });
          handle(packet, this);
        }
        if (this.#isDeaf()) break;
      }
      watch.changed();
    });
    socket.on('error', () => undefined);
    socket.on('end', () => {
      this.endedByClientAt ??= performance.now();
      watch.changed();
    });
    socket.on('close', () => {
      this.closedAt = performance.now();
      watch.changed();
    });
  }

  /** What CONNECT said. */
  get connect(): IConnectPacket {
    const first = this.log[0]?.packet;
    if (first?.cmd !== 'connect') throw new Error('the client has not sent CONNECT');
    return first;
  }

  get version(): number {
    const first = this.log[0]?.packet;
    return first?.cmd === 'connect' ? (first.protocolVersion ?? 4) : 4;
  }

  /** Whether the socket is closed, or the client has ended its side. */
  get closed(): boolean {
    return this.closedAt !== undefined || this.endedByClientAt !== undefined;
  }

  /** Bytes that were sent and have not left. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Whether `cut()` or `end()` was called. */
  get cutByBroker(): boolean {
    return this.#deaf;
  }

  /** The packets of one type that the client sent, in order. */
  packets<C extends Command>(cmd: C): PacketOf<C>[] {
    return this.log.map(({ packet }) => packet).filter((packet): packet is PacketOf<C> => packet.cmd === cmd);
  }

  /** The raw bytes of the packets of one type. */
  bytes(cmd: Command): Buffer[] {
    return this.log.filter(({ packet }) => packet.cmd === cmd).map(({ bytes }) => bytes);
  }

  /** The types of the packets that the client sent, after CONNECT. */
  get commands(): Command[] {
    return this.log.slice(1).map(({ packet }) => packet.cmd);
  }

  /** Sends packets and raw bytes in one write. */
  send(...items: readonly (PacketLike | Uint8Array)[]): void {
    if (this.#mute || this.#socket.destroyed) return;
    const parts = items.map((item) => (item instanceof Uint8Array ? item : encode(item, this.version)));
    this.#socket.write(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
  }

  /** Sends the pieces one after the other, each in a segment of its own. */
  async sendPieces(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      if (this.#socket.destroyed) return;
      await new Promise((resolve) => this.#socket.write(piece, resolve));
      // Two turns: one for the kernel to hand the segment over, one for the client to read it.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Fulfils when the client has sent `count` packets of this type. */
  async received<C extends Command>(cmd: C, count = 1, deadline?: number): Promise<PacketOf<C>[]> {
    const enough = (): boolean => this.#count(cmd) >= count;
    await this.#watch.until(enough, `${String(count)} ${cmd} received by the broker`, deadline);
    return this.packets(cmd);
  }

  /** Fulfils when the client has closed its side. */
  ended(deadline?: number): Promise<void> {
    return this.#watch.until(() => this.closed, 'the client closes the connection', deadline);
  }

  /** Resets the connection, as a crash would; what is on its way is lost. */
  cut(): void {
    this.#deaf = true;
    this.#mute = true;
    this.#socket.resetAndDestroy();
  }

  /** Closes without a reset: the client still reads all that was sent. What the client sends from now on is ignored. */
  end(): void {
    this.#deaf = true;
    this.#mute = true;
    this.#socket.end();
    this.#socket.resume();
  }

  /** Neither reads nor writes any more, as if the cable had been pulled. */
  stall(): void {
    this.#mute = true;
    this.#socket.pause();
  }

  /** Stops reading, but still writes. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resumeReading(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  toString(): string {
    const sent = this.log.map(
      ({ packet }) => `${packet.cmd}${packet.messageId === undefined ? '' : `#${String(packet.messageId)}`}`,
    );
    const shown = sent.length > 60 ? [...sent.slice(0, 30), '…', ...sent.slice(-30)] : sent;
    return `${shown.join(' ')}${this.malformed.length > 0 ? ` malformed: ${this.malformed.join(', ')}` : ''}${this.closed ? ' (closed)' : ''}`;
  }

  #count(cmd: Command): number {
    let count = 0;
    for (const { packet } of this.log) if (packet.cmd === cmd) count++;
    return count;
  }

  #isDeaf(): boolean {
    return this.#deaf;
  }
}
