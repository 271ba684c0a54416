import { ProtocolError } from '../../errors/connection-errors.js';
import { utf8Length } from '../../internal/utf8.js';
import { PacketReader } from './packet-reader.js';
import { PROTOCOL_ERROR, PacketType } from './packet-type.js';
import type { PacketWriter } from './packet-writer.js';
import { readProperties } from './properties-decoder.js';
import type { Properties } from './property-table.js';
import { variableIntegerLength } from './variable-integer.js';

// [MQTT 5, 3.15.2.1]
export const AUTH_SUCCESS = 0x00;
export const AUTH_CONTINUE = 0x18;
export const AUTH_RENEW = 0x19;

/** A step of enhanced authentication. */
export interface AuthPacket {
  readonly reasonCode: number;
  readonly properties: Properties;
}

/** Decodes an AUTH of the server; the short form means success. [MQTT 5, 3.15.2] */
export function decodeAuth(bytes: Uint8Array, start: number, end: number): AuthPacket {
  const reader = new PacketReader(bytes, start, end);
  if (reader.rest === 0) return { reasonCode: AUTH_SUCCESS, properties: {} };
  const reasonCode = reader.byte();
  if (reasonCode !== AUTH_SUCCESS && reasonCode !== AUTH_CONTINUE) {
    throw new ProtocolError(PROTOCOL_ERROR, `an AUTH has reason code 0x${reasonCode.toString(16)}`);
  }
  const properties = reader.rest === 0 ? {} : readProperties(reader, 'auth');
  reader.finish();
  return { reasonCode, properties };
}

/** Writes an AUTH. */
export function encodeAuth(
  reasonCode: number,
  method: string,
  data: Uint8Array | undefined,
  writer: PacketWriter,
): void {
  const methodLength = utf8Length(method);
  const properties = 3 + methodLength + (data === undefined ? 0 : 3 + data.length);
  const body = 1 + variableIntegerLength(properties) + properties;
  writer.reserve(5 + body);
  writer.byte(PacketType.auth << 4);
  writer.variableInteger(body);
  writer.byte(reasonCode);
  writer.variableInteger(properties);
  writer.byte(0x15);
  writer.text(method, methodLength);
  if (data !== undefined) {
    writer.byte(0x16);
    writer.binary(data);
  }
  writer.commit();
}
