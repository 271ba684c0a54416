import { ProtocolError } from '../../errors/connection-errors.js';
import { malformed } from './malformed.js';
import { PacketReader } from './packet-reader.js';
import { type AckType, PROTOCOL_ERROR, PacketType, type ProtocolVersion } from './packet-type.js';
import { readProperties } from './properties-decoder.js';
import type { Properties } from './property-table.js';
import type { PacketWriter } from './packet-writer.js';

/** A PUBACK, PUBREC, PUBREL or PUBCOMP. */
export interface Ack {
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties: Properties | undefined;
}

const NAMES: Readonly<Record<AckType, string>> = { 4: 'PUBACK', 5: 'PUBREC', 6: 'PUBREL', 7: 'PUBCOMP' };

// [MQTT 5, 3.4.2.1 to 3.7.2.1]
const NO_MATCHING_SUBSCRIBERS = 0x10;
const PACKET_ID_NOT_FOUND = 0x92;

/** Decodes an acknowledgement in any of its lengths; the short forms mean success. [MQTT 5, 3.4.2.1] */
export function decodeAck(type: AckType, version: ProtocolVersion, bytes: Uint8Array, start: number, end: number): Ack {
  const reader = new PacketReader(bytes, start, end);
  const packetId = reader.uint16();
  if (packetId === 0) throw malformed(`a ${NAMES[type]} has packet identifier 0`);
  if (reader.rest === 0) return { packetId, reasonCode: 0, properties: undefined };
  if (version !== 5) throw malformed(`a ${NAMES[type]} is longer than its contents`);
  const reasonCode = reader.byte();
  if (!isAllowed(type, reasonCode)) {
    throw new ProtocolError(PROTOCOL_ERROR, `a ${NAMES[type]} has reason code 0x${reasonCode.toString(16)}`);
  }
  const properties = reader.rest === 0 ? undefined : readProperties(reader, 'ack');
  reader.finish();
  return { packetId, reasonCode, properties };
}

/** Writes an acknowledgement; a reason code other than 0 needs MQTT 5. */
export function encodeAck(type: AckType, packetId: number, reasonCode: number, writer: PacketWriter): void {
  const short = reasonCode === 0;
  writer.reserve(short ? 4 : 5);
  writer.byte((type << 4) | (type === PacketType.pubrel ? 2 : 0));
  writer.byte(short ? 2 : 3);
  writer.uint16(packetId);
  if (!short) writer.byte(reasonCode);
  writer.commit();
}

/**
 * Every code from 0x80 on is a refusal, also one that the specification does not list for this packet: Mosquitto, for one,
 * answers a large PUBLISH with 0x95. To hang up on it would bring the same message and the same answer again.
 */
function isAllowed(type: AckType, reasonCode: number): boolean {
  // Only PUBREL is no answer to us: a server has no reason to say anything else with it. [MQTT 5, 3.6.2.1]
  if (type === PacketType.pubrel) return reasonCode === 0 || reasonCode === PACKET_ID_NOT_FOUND;
  if (reasonCode === 0 || reasonCode >= 0x80) return true;
  return reasonCode === NO_MATCHING_SUBSCRIBERS && (type === PacketType.puback || type === PacketType.pubrec);
}
