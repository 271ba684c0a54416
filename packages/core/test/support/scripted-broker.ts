import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { BrokerConnection } from './broker-connection.js';
import { cleanup } from './globals.js';
import type { Command, IConnackPacket, IConnectPacket } from './packets.js';
import { agreeable, dispatch } from './replies.js';
import type { Handler, Handlers } from './replies.js';
import { Watch } from './watch.js';

/** A server that does what the test says, and agrees to everything else. */
export class ScriptedBroker {
  /** All connections that were ever accepted, in order. */
  readonly connections: BrokerConnection[] = [];
  /** What CONNACK says about the session. */
  sessionPresent: boolean | ((connect: IConnectPacket, index: number) => boolean) = (connect, index) =>
    index > 0 && connect.clean !== true;
  /** The properties of CONNACK, on MQTT 5. */
  connackProperties: IConnackPacket['properties'] = {};
  /** Called for each TCP connection, before anything is read. */
  onAccept: ((connection: BrokerConnection) => void) | undefined;

  readonly #server: Server;
  readonly #watch = new Watch(() => this.toString());
  readonly #handlers: Handlers;

  constructor(handlers: Handlers) {
    this.#handlers = {
      ...agreeable,
      connect: (packet, connection) => {
        this.accept(packet, connection);
      },
      ...handlers,
    };
    this.#server = createServer((socket) => {
      const connection = new BrokerConnection(socket, this.#watch, (packet) => {
        dispatch(this.#handlers, packet, connection);
      });
      this.connections.push(connection);
      this.onAccept?.(connection);
      this.#watch.changed();
    });
  }

  listen(port = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${String(this.port)}`;
  }

  /** The connection accepted last. */
  get latest(): BrokerConnection {
    const latest = this.connections.at(-1);
    if (latest === undefined) throw new Error('nobody has connected');
    return latest;
  }

  /** Replaces what is done with packets of one type, from now on. */
  on<C extends Command>(cmd: C, handler: Handler<C>): this {
    (this.#handlers as Record<Command, unknown>)[cmd] = handler;
    return this;
  }

  /** Goes back to agreeing. */
  reset(cmd: Exclude<Command, 'connect'>): void {
    (this.#handlers as Record<Command, unknown>)[cmd] = agreeable[cmd];
  }

  /** Answers CONNECT with a CONNACK that accepts. */
  accept(connect: IConnectPacket, connection: BrokerConnection): void {
    connection.send(this.connack(connect, connection));
  }

  /** The CONNACK that accepts. */
  connack(connect: IConnectPacket, connection: BrokerConnection): { cmd: 'connack'; [field: string]: unknown } {
    const index = this.connections.indexOf(connection);
    const sessionPresent =
      typeof this.sessionPresent === 'function' ? this.sessionPresent(connect, index) : this.sessionPresent;
    return connect.protocolVersion === 5
      ? { cmd: 'connack', reasonCode: 0, sessionPresent, properties: this.connackProperties }
      : { cmd: 'connack', returnCode: 0, sessionPresent };
  }

  /** The connection of that number, from 0, as soon as it has sent CONNECT. */
  async connection(index: number, deadline?: number): Promise<BrokerConnection> {
    await this.until(
      () => (this.connections[index]?.log.length ?? 0) > 0,
      `connection ${String(index)} sends CONNECT`,
      deadline,
    );
    return this.connections[index] as BrokerConnection;
  }

  /** Fulfils as soon as the condition, which is looked at after everything that happens at the broker, holds. */
  until(condition: () => boolean, what: string, deadline?: number): Promise<void> {
    return this.#watch.until(condition, what, deadline);
  }

  /** Takes no new connections; those that are open stay. */
  stopListening(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => undefined);
      resolve();
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      for (const connection of this.connections) connection.destroy();
    });
  }

  toString(): string {
    return this.connections
      .map((connection, index) => `  connection ${String(index)}: ${connection.toString()}`)
      .join('\n');
  }
}

/** A listening broker, closed after the test. */
export async function startBroker(handlers: Handlers = {}): Promise<ScriptedBroker> {
  const broker = new ScriptedBroker(handlers);
  await broker.listen();
  cleanup(async () => {
    await broker.close();
    const malformed = broker.connections.flatMap((connection) => connection.malformed);
    if (malformed.length > 0) throw new Error(`the client sent malformed packets: ${malformed.map(String).join('; ')}`);
  });
  return broker;
}
