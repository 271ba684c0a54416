import { ProtocolError } from '../../errors/connection-errors.js';
import { malformed } from './malformed.js';
import { PacketReader } from './packet-reader.js';
import { PROTOCOL_ERROR, type ProtocolVersion } from './packet-type.js';
import { readProperties } from './properties-decoder.js';

/** A SUBACK or UNSUBACK. */
export interface SubscribeAck {
  readonly packetId: number;
  /** One per filter, in the order of the request; empty for an UNSUBACK of MQTT 3.x. */
  readonly reasonCodes: readonly number[];
  readonly reasonString: string | undefined;
}

const SUBACK_V3: ReadonlySet<number> = new Set([0, 1, 2, 0x80]);
const SUBACK_V5: ReadonlySet<number> = new Set([0, 1, 2]);
const UNSUBACK_V5: ReadonlySet<number> = new Set([0, 0x11]);

/** Decodes SUBACK. [MQTT 5, 3.9] */
export function decodeSuback(version: ProtocolVersion, bytes: Uint8Array, start: number, end: number): SubscribeAck {
  return decode('SUBACK', version === 5 ? SUBACK_V5 : SUBACK_V3, version, new PacketReader(bytes, start, end));
}

/** Decodes UNSUBACK. [MQTT 5, 3.11] */
export function decodeUnsuback(version: ProtocolVersion, bytes: Uint8Array, start: number, end: number): SubscribeAck {
  const reader = new PacketReader(bytes, start, end);
  if (version === 5) return decode('UNSUBACK', UNSUBACK_V5, version, reader);
  const packetId = readPacketId('UNSUBACK', reader);
  reader.finish();
  return { packetId, reasonCodes: [], reasonString: undefined };
}

function decode(
  name: string,
  allowed: ReadonlySet<number>,
  version: ProtocolVersion,
  reader: PacketReader,
): SubscribeAck {
  const packetId = readPacketId(name, reader);
  const reasonString = version === 5 ? readProperties(reader, 'ack').reasonString : undefined;
  const reasonCodes: number[] = [];
  while (reader.rest > 0) {
    const code = reader.byte();
    // On MQTT 5 every code from 0x80 on is a refusal, listed for this packet or not.
    if (!allowed.has(code) && (version !== 5 || code < 0x80))
      throw new ProtocolError(PROTOCOL_ERROR, `a ${name} has reason code 0x${code.toString(16)}`);
    reasonCodes.push(code);
  }
  if (reasonCodes.length === 0) throw malformed(`a ${name} has no reason codes`);
  return { packetId, reasonCodes, reasonString };
}

function readPacketId(name: string, reader: PacketReader): number {
  const packetId = reader.uint16();
  if (packetId === 0) throw malformed(`a ${name} has packet identifier 0`);
  return packetId;
}
