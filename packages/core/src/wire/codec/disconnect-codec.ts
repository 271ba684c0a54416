import { malformed } from './malformed.js';
import { PacketReader } from './packet-reader.js';
import type { PacketWriter } from './packet-writer.js';
import { PacketType, type ProtocolVersion } from './packet-type.js';
import { readProperties } from './properties-decoder.js';
import type { Properties } from './property-table.js';

/** A DISCONNECT from the server (MQTT 5). */
export interface ServerDisconnect {
  readonly reasonCode: number;
  readonly properties: Properties;
}

/** Decodes DISCONNECT; the short forms mean 0. [MQTT 5, 3.14.2] */
export function decodeDisconnect(bytes: Uint8Array, start: number, end: number): ServerDisconnect {
  const reader = new PacketReader(bytes, start, end);
  if (reader.rest === 0) return { reasonCode: 0, properties: {} };
  const reasonCode = reader.byte();
  // 0x04 is the client's alone; codes up to 0x7F but 0 are not DISCONNECT's.
  if (reasonCode > 0 && reasonCode < 0x80) throw malformed(`a DISCONNECT has reason code 0x${reasonCode.toString(16)}`);
  const properties = reader.rest === 0 ? {} : readProperties(reader, 'disconnect');
  reader.finish();
  return { reasonCode, properties };
}

/**
 * Writes a DISCONNECT.
 * @param sessionExpiry seconds that the server keeps the session from now on; `undefined` leaves it as CONNECT said.
 */
export function encodeDisconnect(
  version: ProtocolVersion,
  reasonCode: number,
  sessionExpiry: number | undefined,
  writer: PacketWriter,
): void {
  const properties = sessionExpiry === undefined ? 0 : 5;
  const body = version !== 5 || (reasonCode === 0 && properties === 0) ? 0 : properties === 0 ? 1 : 2 + properties;
  writer.reserve(2 + body);
  writer.byte(PacketType.disconnect << 4);
  writer.byte(body);
  if (body > 0) writer.byte(reasonCode);
  if (body > 1) {
    writer.byte(properties);
    writer.byte(0x11);
    writer.uint32(sessionExpiry ?? 0);
  }
  writer.commit();
}
