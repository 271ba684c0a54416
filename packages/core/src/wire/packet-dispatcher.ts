import { ProtocolError } from '../errors/connection-errors.js';
import { decodeAck } from './codec/ack-codec.js';
import { type AuthPacket, decodeAuth } from './codec/auth-codec.js';
import { decodeConnack } from './codec/connack-decoder.js';
import { decodeDisconnect, type ServerDisconnect } from './codec/disconnect-codec.js';
import { malformed } from './codec/malformed.js';
import { PROTOCOL_ERROR, PacketType, type ProtocolVersion } from './codec/packet-type.js';
import { PublishDecoder } from './codec/publish-decoder.js';
import { decodeSuback, decodeUnsuback } from './codec/suback-decoder.js';
import { TopicDecoder } from './codec/topic-decoder.js';
import type { WireHandlers } from './wire.js';

/** What concerns the wire itself. */
export interface WireEvents {
  /** CONNACK has accepted; called before `connack`. */
  accepted(): void;
  disconnect(packet: ServerDisconnect): void;
  /** A ping was answered. */
  pong(): void;
}

/** Decodes packets, checks that the server may send them now, and hands them on. Throws a ProtocolError otherwise. */
export class PacketDispatcher {
  readonly #version: ProtocolVersion;
  readonly #publishes: PublishDecoder;
  readonly #handlers: WireHandlers;
  readonly #events: WireEvents;
  /** The authentication method that CONNECT named. */
  readonly #method: string | undefined;
  #connected = false;
  #refused = false;

  constructor(version: ProtocolVersion, handlers: WireHandlers, events: WireEvents, method?: string) {
    this.#version = version;
    this.#publishes = new PublishDecoder(version, new TopicDecoder());
    this.#handlers = handlers;
    this.#events = events;
    this.#method = method;
  }

  /** One packet, as the splitter found it. */
  dispatch(first: number, bytes: Uint8Array, start: number, end: number): void {
    const type = first >> 4;
    const flags = first & 0x0f;
    if (!this.#connected) {
      this.#connack(type, flags, bytes, start, end);
      return;
    }
    if (type === PacketType.publish) {
      this.#handlers.publish(this.#publishes.decode(flags, bytes, start, end));
      return;
    }
    checkFlags(type, flags);
    this.#control(type, bytes, start, end);
  }

  #control(type: number, bytes: Uint8Array, start: number, end: number): void {
    const version = this.#version;
    switch (type) {
      case PacketType.puback:
      case PacketType.pubrec:
      case PacketType.pubrel:
      case PacketType.pubcomp:
        this.#handlers.ack(type, decodeAck(type, version, bytes, start, end));
        return;
      case PacketType.suback:
        this.#handlers.suback(decodeSuback(version, bytes, start, end));
        return;
      case PacketType.unsuback:
        this.#handlers.unsuback(decodeUnsuback(version, bytes, start, end));
        return;
      case PacketType.pingresp:
        if (start !== end) throw malformed('a PINGRESP has a body');
        this.#events.pong();
        return;
      case PacketType.disconnect:
        if (version !== 5) break;
        this.#events.disconnect(decodeDisconnect(bytes, start, end));
        return;
      case PacketType.connack:
        throw new ProtocolError(PROTOCOL_ERROR, 'a second CONNACK came');
      case PacketType.auth:
        this.#auth(bytes, start, end);
        return;
      case 0:
        throw malformed('a packet has type 0');
    }
    throw new ProtocolError(PROTOCOL_ERROR, `a packet of type ${String(type)} came, which only clients send`);
  }

  /** [MQTT-3.2.0-1] the first packet is CONNACK; [MQTT-3.2.2-7] behind a refusal there is none. */
  #connack(type: number, flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#refused) {
      throw new ProtocolError(PROTOCOL_ERROR, `a packet of type ${String(type)} came after a CONNACK that refused`);
    }
    if (type === PacketType.auth && this.#method !== undefined) {
      checkFlags(type, flags);
      this.#auth(bytes, start, end);
      return;
    }
    if (type !== PacketType.connack) {
      throw new ProtocolError(PROTOCOL_ERROR, `a packet of type ${String(type)} came before CONNACK`);
    }
    checkFlags(type, flags);
    const connack = decodeConnack(this.#version, bytes, start, end);
    if (connack.reasonCode === 0) {
      // [MQTT-4.12.0-5]
      this.#checkMethod('a CONNACK', connack.properties.authenticationMethod);
      this.#connected = true;
      this.#events.accepted();
    } else this.#refused = true;
    this.#handlers.connack(connack);
  }

  #auth(bytes: Uint8Array, start: number, end: number): void {
    if (this.#method === undefined) {
      throw new ProtocolError(PROTOCOL_ERROR, 'an AUTH came, but no enhanced authentication is under way');
    }
    const auth: AuthPacket = decodeAuth(bytes, start, end);
    this.#checkMethod('an AUTH', auth.properties.authenticationMethod);
    this.#handlers.auth(auth);
  }

  #checkMethod(packet: string, method: string | undefined): void {
    if (method === this.#method) return;
    throw new ProtocolError(
      PROTOCOL_ERROR,
      `${packet} ${method === undefined ? 'names no' : 'names another'} authentication method than CONNECT did`,
    );
  }
}

/** [MQTT-2.1.3-1] */
function checkFlags(type: number, flags: number): void {
  if (flags !== (type === PacketType.pubrel ? 2 : 0))
    throw malformed(`a packet of type ${String(type)} has wrong flags`);
}
