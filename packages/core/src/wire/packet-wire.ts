import {
  ConnectTimeoutError,
  KeepaliveTimeoutError,
  ProtocolError,
  ServerDisconnectError,
} from '../errors/connection-errors.js';
import { MqttError } from '../errors/mqtt-error.js';
import type { EndedBy } from '../connection/connection-state.js';
import type { Clock, Timer } from '../internal/clock.js';
import { encodeAck } from './codec/ack-codec.js';
import { encodeAuth } from './codec/auth-codec.js';
import { encodeConnect } from './codec/connect-encoder.js';
import { encodeDisconnect, type ServerDisconnect } from './codec/disconnect-codec.js';
import { type AckType, DISCONNECT_WITH_WILL, IMPLEMENTATION_ERROR, PacketType } from './codec/packet-type.js';
import { PacketWriter } from './codec/packet-writer.js';
import { encodePublish, type PublishPacket } from './codec/publish-encoder.js';
import { encodeSubscribe, encodeUnsubscribe, type SubscribeFilter } from './codec/subscribe-encoder.js';
import { Keepalive } from './keepalive.js';
import { failedBy, networkFailure } from './network-failure.js';
import { PacketDispatcher } from './packet-dispatcher.js';
import { PacketSplitter } from './packet-splitter.js';
import { Pongs } from './pongs.js';
import { Traffic } from './traffic.js';
import type { Transport, TransportFactory } from './transport.js';
import { TurnBudget } from './turn-budget.js';
import type { ConnectRequest, Wire, WireFactory, WireHandlers } from './wire.js';

/** Milliseconds for the server to hang up after the goodbye, and how often that is granted while bytes wait to leave. */
const END_TIME = 200;
const END_ROUNDS = 5;

/**
 * Wires that speak MQTT over transports of this factory.
 * @param traffic counts what goes over them.
 */
export function packetWire(transports: TransportFactory, clock: Clock, traffic = new Traffic(clock)): WireFactory {
  return (request, handlers) => new PacketWire(request, handlers, transports, clock, traffic);
}

class PacketWire implements Wire {
  readonly #request: ConnectRequest;
  readonly #handlers: WireHandlers;
  readonly #clock: Clock;
  readonly #traffic: Traffic;
  readonly #transport: Transport;
  readonly #splitter: PacketSplitter;
  readonly #writer: PacketWriter;
  readonly #connectTimer: Timer;
  readonly #pongs = new Pongs();
  readonly #turn: TurnBudget;
  #keepalive: Keepalive | undefined;
  #endTimer: Timer;
  #done: (() => void) | undefined;
  /** `open`: handlers may be called; `ending`: they may not, but the transport is there; `gone`. */
  #phase: 'open' | 'ending' | 'gone' = 'open';
  #accepted = false;
  #receiving = false;
  #paused = false;
  congested = false;

  constructor(
    request: ConnectRequest,
    handlers: WireHandlers,
    transports: TransportFactory,
    clock: Clock,
    traffic: Traffic,
  ) {
    this.#request = request;
    this.#traffic = traffic;
    this.#handlers = handlers;
    this.#clock = clock;
    const flush = (): void => {
      this.#writer.flush();
    };
    this.#writer = new PacketWriter(
      {
        write: (bytes) => {
          if (this.#phase !== 'open') return;
          traffic.bytesOut += bytes.length;
          if (!this.#transport.write(bytes)) this.congested = true;
        },
        scheduleFlush: () => {
          // What is written while a chunk is handled leaves at its end.
          if (!this.#receiving) clock.defer(flush);
        },
      },
      traffic,
    );
    const dispatcher = this.#dispatcher();
    this.#splitter = new PacketSplitter(request.maximumPacketSize, (first, bytes, start, end) => {
      traffic.received(first, bytes, start, end);
      dispatcher.dispatch(first, bytes, start, end);
    });
    this.#turn = new TurnBudget(clock, () => {
      // Who has said goodbye reads what is left.
      if (this.#phase === 'ending' || (this.#phase === 'open' && !this.#paused)) this.#transport.resume();
    });
    this.#connectTimer = clock.setTimeout(() => {
      this.#close(new ConnectTimeoutError(request.endpoint.label, request.connectTimeout), 'network');
    }, request.connectTimeout);
    this.#transport = transports(request, {
      opened: () => {
        encodeConnect(request, this.#writer);
        this.#writer.flush();
      },
      data: (chunk) => {
        this.#receive(chunk);
      },
      drain: () => {
        this.#drained();
      },
      closed: (cause) => {
        this.#gone(cause);
      },
    });
  }

  #dispatcher(): PacketDispatcher {
    const { protocolVersion } = this.#request;
    return new PacketDispatcher(
      protocolVersion,
      this.#handlers,
      {
        accepted: () => {
          this.#accepted = true;
          this.#clock.clearTimeout(this.#connectTimer);
        },
        disconnect: (packet) => {
          this.#disconnected(packet);
        },
        pong: () => {
          this.#pongs.came();
        },
      },
      this.#request.authentication?.method,
    );
  }

  get buffered(): number {
    return this.#phase === 'open' ? this.#writer.pending + this.#transport.buffered : 0;
  }

  publish(packet: PublishPacket, packetId: number, dup: boolean, expiry?: number): void {
    encodePublish(packet, packetId, dup, this.#request.protocolVersion, this.#writer, expiry);
  }

  ack(type: AckType, packetId: number, reasonCode: number): void {
    encodeAck(type, packetId, reasonCode, this.#writer);
  }

  subscribe(packetId: number, filters: readonly SubscribeFilter[], subscriptionId: number): void {
    encodeSubscribe(packetId, filters, subscriptionId, this.#request.protocolVersion, this.#writer);
  }

  unsubscribe(packetId: number, filters: readonly string[]): void {
    encodeUnsubscribe(packetId, filters, this.#request.protocolVersion, this.#writer);
  }

  auth(reasonCode: number, method: string, data: Uint8Array | undefined): void {
    encodeAuth(reasonCode, method, data, this.#writer);
  }

  ping(answered: () => void): void {
    this.#ping(answered);
  }

  hold(): void {
    this.#splitter.hold();
    this.pause();
  }

  release(): void {
    if (this.#phase !== 'open') return;
    this.resume();
    this.#read(() => {
      this.#splitter.release();
    });
  }

  accept(keepalive: number): void {
    const traffic = this.#traffic;
    const transport = this.#transport;
    this.#keepalive = new Keepalive(this.#clock, keepalive, {
      get written() {
        return traffic.bytesOut;
      },
      get unsent() {
        return transport.unsent;
      },
      ping: () => {
        this.#ping(undefined);
      },
      dead: () => {
        this.#close(new KeepaliveTimeoutError(this.#request.endpoint.label, keepalive), 'keepalive');
      },
    });
  }

  pause(): void {
    this.#paused = true;
    this.#transport.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#transport.resume();
  }

  fail(error: MqttError): void {
    if (this.#phase !== 'open') return;
    const { protocolVersion } = this.#request;
    // MQTT 3.x has no reasons: just hang up. [MQTT-4.13.1-1]
    if (this.#accepted && protocolVersion === 5) this.#sayGoodbye(error.reasonCode ?? IMPLEMENTATION_ERROR, undefined);
    else this.#hangUp();
    this.#handlers.closed(error, 'client');
  }

  end(reasonCode: number, sessionExpiry: number | undefined, done: () => void): void {
    if (this.#phase === 'gone') {
      done();
      return;
    }
    this.#done = done;
    if (this.#phase !== 'open') return;
    if (this.#accepted) this.#sayGoodbye(reasonCode, sessionExpiry);
    else this.#hangUp();
  }

  destroy(): void {
    if (this.#phase === 'open') this.#leave('ending');
    this.#transport.destroy();
  }

  #ping(answered: (() => void) | undefined): void {
    this.#pongs.asked(answered);
    this.#writer.reserve(2);
    this.#writer.byte(PacketType.pingreq << 4);
    this.#writer.byte(0);
    this.#writer.commit();
    if (this.#paused) this.#transport.resume();
  }

  #sayGoodbye(reasonCode: number, sessionExpiry: number | undefined): void {
    const { protocolVersion } = this.#request;
    // MQTT 3.x has no reason codes: the will of whoever leaves without DISCONNECT is published. [MQTT-3.1.2-8]
    const leavesWithWill = protocolVersion !== 5 && reasonCode === DISCONNECT_WITH_WILL;
    if (!leavesWithWill) encodeDisconnect(protocolVersion, reasonCode, sessionExpiry, this.#writer);
    this.#writer.flush();
    this.#leave('ending');
    this.#awaitEnd(END_ROUNDS);
    // A socket that is closed with unread bytes resets the connection, and the goodbye may be lost with it.
    if (this.#paused) this.#transport.resume();
    this.#transport.end();
  }

  /** The server hangs up when it has read everything; bytes that have not left yet get some more time for that. */
  #awaitEnd(rounds: number): void {
    this.#endTimer = this.#clock.setTimeout(() => {
      if (rounds > 1 && this.#transport.buffered > 0) this.#awaitEnd(rounds - 1);
      else this.#transport.destroy();
    }, END_TIME);
  }

  /** First the phase: a transport may report its end before `destroy` returns. */
  #hangUp(): void {
    this.#leave('ending');
    this.#transport.destroy();
  }

  #drained(): void {
    if (!this.congested) return;
    this.congested = false;
    if (this.#phase !== 'open') return;
    try {
      this.#handlers.drain();
    } catch (error) {
      this.#failed(error);
    }
  }

  #receive(chunk: Uint8Array): void {
    if (this.#phase !== 'open') return;
    this.#traffic.bytesIn += chunk.length;
    this.#keepalive?.heard();
    this.#read(() => {
      this.#splitter.push(chunk);
    });
    if (this.#turn.spend(chunk.length)) this.#rest();
  }

  /** The rest is read in another turn, unless a handler has ended it. */
  #rest(): void {
    if (this.#phase === 'open') this.#transport.pause();
  }

  #read(read: () => void): void {
    this.#receiving = true;
    try {
      read();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#receiving = false;
      this.#writer.flush();
      // It was only to hear whether the server is alive.
      if (this.#paused) this.#transport.pause();
    }
  }

  /** Whatever was thrown must not escape into the socket's handler. */
  #failed(error: unknown): void {
    this.fail(
      error instanceof MqttError ? error : new ProtocolError(IMPLEMENTATION_ERROR, 'see cause', { cause: error }),
    );
  }

  /** The server said goodbye: it will hang up, and if it does not, we do. [MQTT-3.14.4-3] */
  #disconnected({ reasonCode, properties }: ServerDisconnect): void {
    const { label } = this.#request.endpoint;
    this.#close(new ServerDisconnectError(label, reasonCode, properties), 'server');
  }

  #close(error: MqttError, by: EndedBy): void {
    if (this.#phase !== 'open') return;
    this.#hangUp();
    this.#handlers.closed(error, by);
  }

  #gone(cause: unknown): void {
    const wasOpen = this.#phase === 'open';
    this.#leave('gone');
    this.#clock.clearTimeout(this.#endTimer);
    if (wasOpen) {
      const error = networkFailure(this.#request.endpoint.label, this.#accepted, cause);
      this.#handlers.closed(error, this.#accepted && cause === undefined ? 'server' : failedBy(error));
    }
    this.#done?.();
    this.#done = undefined;
  }

  #leave(phase: 'ending' | 'gone'): void {
    this.#phase = phase;
    this.#traffic.ended();
    this.#splitter.stop();
    this.#keepalive?.stop();
    this.#clock.clearTimeout(this.#connectTimer);
  }
}
