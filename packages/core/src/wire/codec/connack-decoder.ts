import { ProtocolError } from '../../errors/connection-errors.js';
import { reasonOfReturnCode } from '../../errors/reason-code.js';
import { malformed } from './malformed.js';
import { PacketReader } from './packet-reader.js';
import { PROTOCOL_ERROR, type ProtocolVersion } from './packet-type.js';
import { readProperties } from './properties-decoder.js';
import type { Properties } from './property-table.js';

/** The server's answer to CONNECT. */
export interface Connack {
  readonly sessionPresent: boolean;
  /** In terms of MQTT 5, also when the server spoke 3.x. */
  readonly reasonCode: number;
  readonly properties: Properties;
}

/** Decodes CONNACK. A server that does not know MQTT 5 refuses it in the two bytes of 3.x, which is understood too. */
export function decodeConnack(version: ProtocolVersion, bytes: Uint8Array, start: number, end: number): Connack {
  const reader = new PacketReader(bytes, start, end);
  const flags = reader.byte();
  const code = reader.byte();
  // [MQTT-3.2.2-1]
  if (flags > 1) throw malformed('a CONNACK has reserved flags');
  const sessionPresent = flags === 1;
  const old = version !== 5 || (reader.rest === 0 && code !== 0);
  if (old) reader.finish();
  const reasonCode = old ? (reasonOfReturnCode(code) ?? (code >= 0x80 ? code : undefined)) : code;
  if (reasonCode === undefined) throw malformed(`a CONNACK has return code ${String(code)}`);
  if (reasonCode !== 0) {
    if (reasonCode < 0x80) throw malformed(`a CONNACK has reason code 0x${reasonCode.toString(16)}`);
    // [MQTT-3.2.2-6]
    if (sessionPresent) throw new ProtocolError(PROTOCOL_ERROR, 'a CONNACK refuses and claims a session');
  }
  const properties = old ? {} : readProperties(reader, 'connack');
  reader.finish();
  return { sessionPresent, reasonCode, properties };
}
