import {
  KeepaliveTimeoutError,
  NetworkError,
  ServerDisconnectError,
  UnsupportedError,
} from '../../errors/connection-errors.js';
import type { MqttError } from '../../errors/mqtt-error.js';
import type { Clock } from '../../internal/clock.js';
import { encodeUtf8 } from '../../internal/utf8.js';
import { type AckType, PacketType } from '../../wire/codec/packet-type.js';
import type { PublishPacket } from '../../wire/codec/publish-encoder.js';
import type { SubscribeFilter } from '../../wire/codec/subscribe-encoder.js';
import { Keepalive } from '../../wire/keepalive.js';
import { Pongs } from '../../wire/pongs.js';
import type { ConnectRequest, Wire, WireHandlers } from '../../wire/wire.js';
import type { BrokerPacket, BrokerPacketType } from './broker-packet.js';

/** The broker, as a link sees it. */
export interface LinkServer {
  connect(link: BrokerLink): void;
  publish(
    link: BrokerLink,
    packet: BrokerPacket,
    properties: PublishPacket['properties'],
    expiry: number | undefined,
  ): void;
  acknowledge(link: BrokerLink, type: AckType, packet: BrokerPacket): void;
  subscribe(link: BrokerLink, packet: BrokerPacket, filters: readonly SubscribeFilter[], subscriptionId: number): void;
  unsubscribe(link: BrokerLink, packet: BrokerPacket): void;
  ping(link: BrokerLink, packet: BrokerPacket): void;
  disconnect(link: BrokerLink, packet: BrokerPacket, sessionExpiry: number | undefined): void;
  /** The client is gone without a word. */
  gone(link: BrokerLink): void;
}

const ACK_NAMES: Readonly<Record<AckType, BrokerPacketType>> = {
  [PacketType.puback]: 'puback',
  [PacketType.pubrec]: 'pubrec',
  [PacketType.pubrel]: 'pubrel',
  [PacketType.pubcomp]: 'pubcomp',
};

/** A connection between a client and a test broker: both ends of it, in one process, with the order and the time of a real one. */
export class BrokerLink implements Wire {
  readonly request: ConnectRequest;
  readonly congested = false;
  readonly buffered = 0;
  /** The identifier in use, assigned by the broker if the client asked for it. */
  clientId: string;
  /** QoS 1 and 2 messages of the client that the broker has not answered. */
  readonly unanswered = new Set<number>();
  readonly #handlers: WireHandlers;
  readonly #clock: Clock;
  readonly #server: LinkServer;
  readonly #latency: number;
  readonly #connectTimer;
  /** What comes from the server while the client does not read. */
  readonly #unread: (() => void)[] = [];
  readonly #pongs = new Pongs();
  #keepalive: Keepalive | undefined;
  #paused = false;
  /** Whether the client's end is open, and the server's. */
  #clientOpen = true;
  #serverOpen = true;
  #muted = false;

  constructor(request: ConnectRequest, handlers: WireHandlers, clock: Clock, server: LinkServer, latency: number) {
    this.request = request;
    this.clientId = request.clientId;
    this.#handlers = handlers;
    this.#clock = clock;
    this.#server = server;
    this.#latency = latency;
    this.#connectTimer = clock.setTimeout(() => {
      this.#hangUp();
      handlers.closed(new NetworkError(request.endpoint.label, 'the test broker did not answer'), 'network');
    }, request.connectTimeout);
    this.#up(() => {
      server.connect(this);
    });
  }

  /** Whether the broker may still send. */
  get isOpen(): boolean {
    return this.#serverOpen && !this.#muted;
  }

  /** Nothing more of the broker reaches the client: the connection is about to break. */
  mute(): void {
    this.#muted = true;
  }

  publish(packet: PublishPacket, packetId: number, dup: boolean, expiry?: number): void {
    const { topic, payload, qos, retain, properties } = packet;
    const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload.slice();
    this.#up(() => {
      const sent = this.#packet('publish', { packetId, topic, payload: bytes, qos, retain, dup });
      this.#server.publish(this, sent, properties, expiry ?? properties?.messageExpiryInterval);
    });
  }

  ack(type: AckType, packetId: number, reasonCode: number): void {
    this.#up(() => {
      this.#server.acknowledge(this, type, this.#packet(ACK_NAMES[type], { packetId, reasonCode }));
    });
  }

  subscribe(packetId: number, filters: readonly SubscribeFilter[], subscriptionId: number): void {
    this.#up(() => {
      const packet = this.#packet('subscribe', { packetId, filters: filters.map(({ filter }) => filter) });
      this.#server.subscribe(this, packet, filters, subscriptionId);
    });
  }

  unsubscribe(packetId: number, filters: readonly string[]): void {
    this.#up(() => {
      this.#server.unsubscribe(this, this.#packet('unsubscribe', { packetId, filters }));
    });
  }

  auth(): void {
    this.fail(new UnsupportedError('the test broker knows no enhanced authentication'));
  }

  ping(answered: () => void): void {
    this.#ping(answered);
  }

  /** The client's oldest ping is answered. */
  ponged(): void {
    this.#pongs.came();
  }

  hold(): void {
    this.pause();
  }

  release(): void {
    this.resume();
  }

  accept(keepalive: number): void {
    this.#keepalive = new Keepalive(this.#clock, keepalive, {
      // Here everything leaves at once.
      written: 0,
      unsent: 0,
      ping: () => {
        this.#ping(undefined);
      },
      dead: () => {
        this.#hangUp();
        this.#handlers.closed(new KeepaliveTimeoutError(this.request.endpoint.label, keepalive), 'keepalive');
      },
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#read(Infinity);
  }

  fail(error: MqttError): void {
    if (!this.#clientOpen) return;
    this.#up(() => {
      this.#server.disconnect(this, this.#packet('disconnect', { reasonCode: error.reasonCode ?? 0x80 }), undefined);
    });
    this.#close();
    this.#handlers.closed(error, 'client');
  }

  end(reasonCode: number, sessionExpiry: number | undefined, done: () => void): void {
    if (this.#clientOpen) {
      this.#up(() => {
        this.#server.disconnect(this, this.#packet('disconnect', { reasonCode }), sessionExpiry);
      });
      this.#close();
    }
    this.#clock.defer(done);
  }

  destroy(): void {
    this.#hangUp();
  }

  /** The broker sends: the client gets it in its time, unless the connection breaks before. */
  send(deliver: (to: WireHandlers) => void): void {
    this.#down(() => {
      if (this.#paused)
        this.#unread.push(() => {
          deliver(this.#handlers);
        });
      else deliver(this.#handlers);
    });
  }

  /** The first packet: the client may not have to wait any more. */
  answered(): void {
    this.#clock.clearTimeout(this.#connectTimer);
  }

  /** The connection breaks, for both sides at once. */
  cut(): void {
    this.#break(new NetworkError(this.request.endpoint.label, 'cut by the test broker'));
  }

  /** Nobody answers at this address. */
  refuse(error: MqttError): void {
    this.#serverOpen = false;
    this.#clock.defer(() => {
      this.#break(error);
    });
  }

  /** The broker hangs up, on MQTT 5 with a reason. */
  hangUp(reasonCode: number): void {
    const { label } = this.request.endpoint;
    const modern = this.request.protocolVersion === 5;
    this.#down(() => {
      this.#close();
      this.#handlers.closed(
        modern ? new ServerDisconnectError(label, reasonCode, {}) : new NetworkError(label, 'the test broker hung up'),
        'server',
      );
    });
    this.#serverOpen = false;
  }

  #break(error: MqttError): void {
    this.#serverOpen = false;
    if (!this.#clientOpen) return;
    this.#close();
    this.#handlers.closed(error, 'network');
  }

  #packet(type: BrokerPacketType, fields: Partial<BrokerPacket>): BrokerPacket {
    return { ...fields, from: 'client', clientId: this.clientId, type };
  }

  /** Towards the broker. */
  #up(arrive: () => void): void {
    if (!this.#clientOpen) return;
    this.#later(() => {
      if (this.#serverOpen) arrive();
    });
  }

  /** Towards the client. */
  #down(arrive: () => void): void {
    if (!this.#serverOpen) return;
    this.#later(() => {
      if (!this.#clientOpen) return;
      this.#keepalive?.heard();
      arrive();
    });
  }

  #later(callback: () => void): void {
    if (this.#latency > 0) this.#clock.setTimeout(callback, this.#latency);
    else this.#clock.defer(callback);
  }

  #read(limit: number): void {
    for (let count = 0; count < limit && this.#clientOpen; count++) {
      const next = this.#unread.shift();
      if (next === undefined) return;
      next();
    }
  }

  #ping(answered: (() => void) | undefined): void {
    this.#pongs.asked(answered);
    this.#up(() => {
      this.#server.ping(this, this.#packet('pingreq', {}));
    });
    // Reads a little, like the real one, to hear whether the server is alive.
    if (this.#paused) this.#read(1);
  }

  #hangUp(): void {
    if (!this.#clientOpen) return;
    this.#up(() => {
      this.#server.gone(this);
    });
    this.#close();
  }

  #close(): void {
    this.#clientOpen = false;
    this.#unread.length = 0;
    this.#keepalive?.stop();
    this.#clock.clearTimeout(this.#connectTimer);
  }
}
