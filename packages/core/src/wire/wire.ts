import type { EndedBy } from '../connection/connection-state.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { InboundMessage } from '../message/inbound-message.js';
import type { Endpoint } from '../options/endpoint.js';
import type { ResolvedReach } from '../options/check-reach.js';
import type { Ack } from './codec/ack-codec.js';
import type { AuthPacket } from './codec/auth-codec.js';
import type { Connack } from './codec/connack-decoder.js';
import type { ConnectPacket } from './codec/connect-encoder.js';
import type { AckType } from './codec/packet-type.js';
import type { PublishPacket } from './codec/publish-encoder.js';
import type { SubscribeAck } from './codec/suback-decoder.js';
import type { SubscribeFilter } from './codec/subscribe-encoder.js';

/** One attempt to connect: what CONNECT says, and how the bytes get there. */
export interface ConnectRequest
  extends ConnectPacket,
    Pick<ResolvedReach, 'tls' | 'webSocket' | 'proxy' | 'socket' | 'transport'> {
  /** The number of the attempt since the last stable connection, from 1. */
  readonly attempt: number;
  readonly endpoint: Endpoint;
  /** A host that the user did not name: headers and signed URLs are not for it. */
  readonly foreign: boolean;
  /** Milliseconds until CONNACK must have come. */
  readonly connectTimeout: number;
}

/** What happens on a wire. Each is called synchronously with the bytes behind it, in their order. */
export interface WireHandlers {
  /** The first packet, exactly once; a refusal too. */
  connack(connack: Connack): void;
  /** A step of the authentication that CONNECT began. */
  auth(packet: AuthPacket): void;
  publish(message: InboundMessage): void;
  ack(type: AckType, ack: Ack): void;
  suback(ack: SubscribeAck): void;
  unsuback(ack: SubscribeAck): void;
  /** `congested` was true and is not any more. */
  drain(): void;
  /** The wire has ended, by itself: exactly once, and nothing is called after it. Not called after `end` or `destroy`. */
  closed(error: MqttError, by: EndedBy): void;
}

/**
 * One transport connection with MQTT on it, from the first byte to the last: disposable, never reused. It speaks packets
 * and knows nothing of deliveries, subscriptions or sessions.
 */
export interface Wire {
  /** The socket takes no more for now: do not publish until `drain`. */
  readonly congested: boolean;
  /** What was written and has not left yet: 0 when all has. In bytes, or in chunks where the platform counts those. */
  readonly buffered: number;
  /** Writes a PUBLISH; the payload must never change again. `expiry` replaces the message expiry interval, in seconds. */
  publish(packet: PublishPacket, packetId: number, dup: boolean, expiry?: number): void;
  /** Writes an acknowledgement. */
  ack(type: AckType, packetId: number, reasonCode: number): void;
  /** Writes a SUBSCRIBE; `subscriptionId` 0 sends none. */
  subscribe(packetId: number, filters: readonly SubscribeFilter[], subscriptionId: number): void;
  /** Writes an UNSUBSCRIBE. */
  unsubscribe(packetId: number, filters: readonly string[]): void;
  /** Writes an AUTH (MQTT 5). */
  auth(reasonCode: number, method: string, data: Uint8Array | undefined): void;
  /** Pings the server, and calls back when it has answered; never, when the wire ends before. */
  ping(answered: () => void): void;
  /** Hands nothing on any more, not even from the chunk being read, until `release()`. */
  hold(): void;
  /** Hands on what came meanwhile, and what comes. */
  release(): void;
  /** What CONNACK has settled: starts pinging, with what the server made of our keepalive. */
  accept(keepalive: number): void;
  /** Stops reading, apart from a little after each ping: silence must not look like death, to either side. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** The other side broke the protocol: says so where it can, and ends with `closed(error, 'client')`. */
  fail(error: MqttError): void;
  /**
   * Ends in good order: writes what is waiting and DISCONNECT, and closes. Calls back when the transport is gone. Where MQTT 3.x
   * cannot say 0x04, DISCONNECT is left out: that says it as well.
   */
  end(reasonCode: number, sessionExpiry: number | undefined, done: () => void): void;
  /** Ends at once, without a word. */
  destroy(): void;
}

/** Makes a wire and starts connecting it. Never throws: failures arrive at `handlers.closed`. */
export type WireFactory = (request: ConnectRequest, handlers: WireHandlers) => Wire;
