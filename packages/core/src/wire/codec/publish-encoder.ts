import { utf8Length } from '../../internal/utf8.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { PublishProperties } from '../../message/publish-properties.js';
import type { PacketWriter } from './packet-writer.js';
import { PacketType, type ProtocolVersion } from './packet-type.js';
import { encodeProperties, propertiesLength } from './properties-encoder.js';
import { variableIntegerLength } from './variable-integer.js';

/** What the encoder needs of a message. Lengths are those in UTF-8. */
export interface PublishPacket {
  readonly topic: string;
  readonly topicLength: number;
  readonly payload: string | Uint8Array;
  readonly payloadLength: number;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: PublishProperties | undefined;
}

/** The bytes that a message takes on the wire, all headers included. */
export function publishSize(packet: PublishPacket, version: ProtocolVersion): number {
  const body = bodyLength(packet, version === 5 ? propertiesLength(packet.properties) : 0, version);
  return 1 + variableIntegerLength(body) + body;
}

/**
 * Writes a PUBLISH.
 * @param packetId 0 for QoS 0.
 * @param expiry the message expiry interval to send instead of the packet's own, in seconds.
 */
export function encodePublish(
  packet: PublishPacket,
  packetId: number,
  dup: boolean,
  version: ProtocolVersion,
  writer: PacketWriter,
  expiry?: number,
): void {
  const { topic, topicLength, payload, payloadLength, qos } = packet;
  let properties = version === 5 ? packet.properties : undefined;
  if (expiry !== undefined && properties !== undefined) properties = { ...properties, messageExpiryInterval: expiry };
  const propertyBytes = properties === undefined ? 0 : propertiesLength(properties);
  const body = bodyLength(packet, propertyBytes, version);
  const large = typeof payload !== 'string' && writer.isLarge(payloadLength);
  writer.reserve(5 + body - (large ? payloadLength : 0));
  writer.byte((PacketType.publish << 4) | (dup ? 8 : 0) | (qos << 1) | (packet.retain ? 1 : 0));
  writer.variableInteger(body);
  writer.text(topic, topicLength);
  if (qos > 0) writer.uint16(packetId);
  if (version === 5) {
    writer.variableInteger(propertyBytes);
    if (properties !== undefined) encodeProperties(properties, writer);
  }
  if (typeof payload === 'string') writer.rawText(payload);
  else if (large) writer.large(payload);
  else writer.raw(payload);
  writer.commit();
}

function bodyLength(packet: PublishPacket, propertyBytes: number, version: ProtocolVersion): number {
  const properties = version === 5 ? variableIntegerLength(propertyBytes) + propertyBytes : 0;
  return 2 + packet.topicLength + (packet.qos > 0 ? 2 : 0) + properties + packet.payloadLength;
}

/** The length of a payload in bytes; -1 for text with a lone surrogate. */
export function payloadLength(payload: string | Uint8Array): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.length;
}
