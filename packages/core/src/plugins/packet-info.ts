import type { QoS } from '../message/mqtt-message.js';
import { PacketReader } from '../wire/codec/packet-reader.js';
import { PacketType, type ProtocolVersion } from '../wire/codec/packet-type.js';
import { PACKET_NAMES, type PacketName } from '../wire/packet-names.js';

/** One packet, for people who look at the traffic: what it is about, without payload, properties and secrets. */
export interface PacketInfo {
  readonly direction: 'out' | 'in';
  readonly type: PacketName;
  /** Bytes of the whole packet; 0 for CONNECT. */
  readonly size: number;
  readonly packetId?: number;
  /** PUBLISH. Foreign text: escape it before it goes to a terminal. */
  readonly topic?: string;
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  /** PUBLISH: bytes of the payload. */
  readonly payloadSize?: number;
  /** CONNACK, acknowledgements, DISCONNECT, AUTH. On MQTT 3.x the return code of CONNACK. */
  readonly reasonCode?: number;
  /** CONNACK. */
  readonly sessionPresent?: boolean;
  /** SUBACK, UNSUBACK. */
  readonly reasonCodes?: readonly number[];
  /** SUBSCRIBE, UNSUBSCRIBE. */
  readonly filters?: readonly string[];
  /** CONNECT. */
  readonly clientId?: string;
  readonly protocolVersion?: ProtocolVersion;
  readonly clean?: boolean;
  /** CONNECT, in seconds. */
  readonly keepalive?: number;
}

/** Where a packet lies: its first byte, and where its body and its whole end. */
export interface PacketPlace {
  readonly first: number;
  readonly bytes: Uint8Array;
  readonly bodyStart: number;
  readonly end: number;
  /** Bytes of the body and of the whole packet, also of what is not in `bytes`. */
  readonly bodySize: number;
  readonly size: number;
}

/** Describes a packet. What cannot be read is left out: the wire tells what is malformed. */
export function describePacket(direction: 'in' | 'out', version: ProtocolVersion, place: PacketPlace): PacketInfo {
  const { first, bytes, bodyStart, end, bodySize, size } = place;
  const type = PACKET_NAMES[(first >> 4) - 1] ?? 'auth';
  let details: Partial<PacketInfo> = {};
  try {
    details = readDetails(first, new PacketReader(bytes, bodyStart, end), version, bodySize);
  } catch {
    // The wire finds it too.
  }
  return { direction, type, size, ...details };
}

/** Where the body of a packet begins, and how long it is. */
export function measurePacket(bytes: Uint8Array): { readonly bodyStart: number; readonly bodySize: number } {
  const reader = new PacketReader(bytes, 1, bytes.length);
  const bodySize = reader.variableInteger();
  return { bodyStart: reader.offset, bodySize };
}

function readDetails(
  first: number,
  reader: PacketReader,
  version: ProtocolVersion,
  bodySize: number,
): Partial<PacketInfo> {
  const modern = version === 5;
  switch (first >> 4) {
    case PacketType.connack: {
      const sessionPresent = reader.byte() === 1;
      return { sessionPresent, reasonCode: reader.byte() };
    }
    case PacketType.publish:
      return publishDetails(first, reader, modern, bodySize);
    case PacketType.puback:
    case PacketType.pubrec:
    case PacketType.pubrel:
    case PacketType.pubcomp: {
      const packetId = reader.uint16();
      return { packetId, reasonCode: modern && reader.rest > 0 ? reader.byte() : 0 };
    }
    case PacketType.subscribe:
    case PacketType.unsubscribe: {
      const packetId = reader.uint16();
      skipProperties(reader, modern);
      return { packetId, filters: readFilters(reader, first >> 4 === PacketType.subscribe) };
    }
    case PacketType.suback:
    case PacketType.unsuback: {
      const packetId = reader.uint16();
      if (!modern && first >> 4 === PacketType.unsuback) return { packetId };
      skipProperties(reader, modern);
      return { packetId, reasonCodes: readCodes(reader) };
    }
    case PacketType.disconnect:
    case PacketType.auth:
      return modern ? { reasonCode: reader.rest > 0 ? reader.byte() : 0 } : {};
    default:
      return {};
  }
}

function publishDetails(first: number, reader: PacketReader, modern: boolean, bodySize: number): Partial<PacketInfo> {
  const qos = ((first >> 1) & 3) as QoS;
  const before = reader.rest;
  const topic = reader.text();
  const packetId = qos > 0 ? { packetId: reader.uint16() } : {};
  skipProperties(reader, modern);
  return {
    topic,
    qos,
    retain: (first & 1) === 1,
    dup: (first & 8) !== 0,
    payloadSize: bodySize - (before - reader.rest),
    ...packetId,
  };
}

function skipProperties(reader: PacketReader, modern: boolean): void {
  if (modern) reader.section(reader.variableInteger());
}

function readFilters(reader: PacketReader, withOptions: boolean): string[] {
  const filters: string[] = [];
  while (reader.rest > 0) {
    filters.push(reader.text());
    if (withOptions) reader.byte();
  }
  return filters;
}

function readCodes(reader: PacketReader): number[] {
  const codes: number[] = [];
  while (reader.rest > 0) codes.push(reader.byte());
  return codes;
}
