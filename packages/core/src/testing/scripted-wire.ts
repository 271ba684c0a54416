import type { EndedBy } from '../connection/connection-state.js';
import { NetworkError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import { encodeUtf8 } from '../internal/utf8.js';
import { InboundMessage } from '../message/inbound-message.js';
import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties } from '../message/publish-properties.js';
import type { AckType } from '../wire/codec/packet-type.js';
import type { Properties } from '../wire/codec/property-table.js';
import type { PublishPacket } from '../wire/codec/publish-encoder.js';
import type { SubscribeFilter } from '../wire/codec/subscribe-encoder.js';
import { Pongs } from '../wire/pongs.js';
import type { ConnectRequest, Wire, WireHandlers } from '../wire/wire.js';

/** A packet that the client has sent. */
export type SentPacket =
  | {
      readonly type: 'publish';
      readonly topic: string;
      readonly payload: string | Uint8Array;
      readonly qos: QoS;
      readonly retain: boolean;
      readonly packetId: number;
      readonly dup: boolean;
      readonly properties: PublishProperties | undefined;
      readonly expiry: number | undefined;
    }
  | { readonly type: 'ack'; readonly ack: AckType; readonly packetId: number; readonly reasonCode: number }
  | {
      readonly type: 'subscribe';
      readonly packetId: number;
      readonly filters: readonly SubscribeFilter[];
      readonly subscriptionId: number;
    }
  | { readonly type: 'unsubscribe'; readonly packetId: number; readonly filters: readonly string[] }
  | {
      readonly type: 'auth';
      readonly reasonCode: number;
      readonly method: string;
      readonly data: Uint8Array | undefined;
    }
  | { readonly type: 'pingreq' }
  | { readonly type: 'disconnect'; readonly reasonCode: number; readonly sessionExpiry: number | undefined };

/** A message as a test writes it. */
export interface ScriptedMessage {
  readonly topic: string;
  readonly payload?: string | Uint8Array;
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly packetId?: number;
  readonly subscriptionIds?: readonly number[];
  readonly properties?: PublishProperties;
}

/** The twin of a real wire, on which a test plays the server: it keeps what is sent, and says what it is told to say. */
export class ScriptedWire implements Wire {
  readonly request: ConnectRequest;
  /** Everything sent, in its order. */
  readonly sent: SentPacket[] = [];
  readonly #handlers: WireHandlers;
  readonly #pongs = new Pongs();
  /** What the server has said while the client holds it. */
  #held: (() => void)[] | undefined;
  congested = false;
  buffered = 0;
  /** Whether the client does not read. What the script says comes nevertheless, as what had been read already. */
  paused = false;
  /** `open`, then how it ended. */
  ended: 'open' | 'ended' | 'destroyed' | 'failed' | 'closed' = 'open';
  /** The keepalive that was accepted, in seconds. */
  keepalive: number | undefined = undefined;
  /** Why the client gave the wire up. */
  failure: MqttError | undefined = undefined;

  constructor(request: ConnectRequest, handlers: WireHandlers) {
    this.request = request;
    this.#handlers = handlers;
  }

  publish(packet: PublishPacket, packetId: number, dup: boolean, expiry?: number): void {
    const { topic, payload, qos, retain, properties } = packet;
    this.sent.push({ type: 'publish', topic, payload, qos, retain, packetId, dup, properties, expiry });
  }

  ack(ack: AckType, packetId: number, reasonCode: number): void {
    this.sent.push({ type: 'ack', ack, packetId, reasonCode });
  }

  subscribe(packetId: number, filters: readonly SubscribeFilter[], subscriptionId: number): void {
    this.sent.push({ type: 'subscribe', packetId, filters, subscriptionId });
  }

  unsubscribe(packetId: number, filters: readonly string[]): void {
    this.sent.push({ type: 'unsubscribe', packetId, filters });
  }

  auth(reasonCode: number, method: string, data: Uint8Array | undefined): void {
    this.sent.push({ type: 'auth', reasonCode, method, data });
  }

  ping(answered: () => void): void {
    this.sent.push({ type: 'pingreq' });
    this.#pongs.asked(answered);
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const packet of held) this.#say(packet);
  }

  accept(keepalive: number): void {
    this.keepalive = keepalive;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  fail(error: MqttError): void {
    if (this.ended !== 'open') return;
    this.ended = 'failed';
    this.failure = error;
    this.#handlers.closed(error, 'client');
  }

  end(reasonCode: number, sessionExpiry: number | undefined, done: () => void): void {
    if (this.ended === 'open') {
      this.ended = 'ended';
      this.sent.push({ type: 'disconnect', reasonCode, sessionExpiry });
    }
    done();
  }

  destroy(): void {
    if (this.ended === 'open') this.ended = 'destroyed';
  }

  /** The server answers CONNECT. Accepts by default. */
  connack({
    sessionPresent = false,
    reasonCode = 0,
    properties = {},
  }: { sessionPresent?: boolean; reasonCode?: number; properties?: Properties } = {}): void {
    this.#say(() => {
      this.#handlers.connack({ sessionPresent, reasonCode, properties });
    });
  }

  /** The server answers the oldest ping. */
  pong(): void {
    this.#say(() => {
      this.#pongs.came();
    });
  }

  /** The server takes a step of the authentication. Continues by default (0x18); 0 ends a renewal. */
  authenticate(data?: Uint8Array, { reasonCode = 0x18 }: { reasonCode?: number } = {}): void {
    const { method = '' } = this.request.authentication ?? {};
    this.#say(() => {
      this.#handlers.auth({
        reasonCode,
        properties: { authenticationMethod: method, ...(data && { authenticationData: data }) },
      });
    });
  }

  /** The server delivers a message. */
  message(message: ScriptedMessage): void {
    const { topic, payload = '', qos = 0, retain = false, dup = false, packetId = 0, subscriptionIds = [] } = message;
    const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload;
    const ids = subscriptionIds.length > 1 ? subscriptionIds : undefined;
    const properties = {
      ...message.properties,
      ...(subscriptionIds.length > 0 ? { subscriptionIdentifiers: subscriptionIds } : {}),
    };
    this.#say(() => {
      this.#handlers.publish(
        new InboundMessage(
          topic,
          bytes,
          qos,
          retain,
          dup,
          packetId,
          subscriptionIds[0] ?? 0,
          ids,
          bytes,
          0,
          () => properties,
        ),
      );
    });
  }

  /** The server acknowledges (4 PUBACK, 5 PUBREC, 7 PUBCOMP), or releases (6 PUBREL). */
  acknowledge(ack: AckType, packetId: number, reasonCode = 0, properties?: Properties): void {
    this.#say(() => {
      this.#handlers.ack(ack, { packetId, reasonCode, properties });
    });
  }

  /** The server answers SUBSCRIBE; without codes it grants what the last one asked for. */
  suback(packetId?: number, reasonCodes?: readonly number[]): void {
    const asked = [...this.sent]
      .reverse()
      .find((packet) => packet.type === 'subscribe' && (packetId ?? packet.packetId) === packet.packetId);
    if (asked?.type !== 'subscribe') throw new Error('there is no such SUBSCRIBE to answer');
    this.#say(() => {
      this.#handlers.suback({
        packetId: asked.packetId,
        reasonCodes: reasonCodes ?? asked.filters.map(({ qos }) => qos),
        reasonString: undefined,
      });
    });
  }

  /** The server answers UNSUBSCRIBE; without codes it agrees to the last one. */
  unsuback(packetId?: number, reasonCodes?: readonly number[]): void {
    const asked = [...this.sent]
      .reverse()
      .find((packet) => packet.type === 'unsubscribe' && (packetId ?? packet.packetId) === packet.packetId);
    if (asked?.type !== 'unsubscribe') throw new Error('there is no such UNSUBSCRIBE to answer');
    this.#say(() => {
      this.#handlers.unsuback({
        packetId: asked.packetId,
        reasonCodes: reasonCodes ?? asked.filters.map(() => 0),
        reasonString: undefined,
      });
    });
  }

  /** The socket takes no more, or takes more again. */
  setCongested(congested: boolean): void {
    this.congested = congested;
    if (!congested && this.ended === 'open') this.#handlers.drain();
  }

  /** The connection breaks. */
  cut(
    error: MqttError = new NetworkError(this.request.endpoint.label, 'cut by the script'),
    by: EndedBy = 'network',
  ): void {
    if (this.ended !== 'open') return;
    this.ended = 'closed';
    this.#handlers.closed(error, by);
  }

  /** Of a wire that has ended nothing is heard, as of a real one. */
  #say(packet: () => void): void {
    if (this.ended !== 'open') return;
    if (this.#held === undefined) packet();
    else this.#held.push(packet);
  }
}
