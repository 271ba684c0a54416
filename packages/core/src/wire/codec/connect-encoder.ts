import { encodeUtf8, utf8Length } from '../../internal/utf8.js';
import type { UserProperty } from '../../message/publish-properties.js';
import type { AuthenticationExchange } from '../../options/authentication.js';
import type { Will } from '../../options/connection-options.js';
import { PacketType, type ProtocolVersion } from './packet-type.js';
import type { PacketWriter } from './packet-writer.js';
import { encodeProperties, propertiesLength } from './properties-encoder.js';
import { variableIntegerLength } from './variable-integer.js';

/** What the exchange of enhanced authentication begins with (MQTT 5). */
export interface AuthenticationStart {
  readonly method: string;
  readonly data: Uint8Array | undefined;
  /** Who goes on with it. */
  readonly exchange: AuthenticationExchange;
}

/** What CONNECT says. The values have been validated. */
export interface ConnectPacket {
  readonly protocolVersion: ProtocolVersion;
  readonly clientId: string;
  readonly clean: boolean;
  /** Seconds. */
  readonly keepalive: number;
  readonly username: string | undefined;
  readonly password: string | Uint8Array | undefined;
  readonly will: Will | undefined;
  /** Seconds; sent on MQTT 5, as is what follows. */
  readonly sessionExpiry: number;
  readonly receiveMaximum: number;
  readonly maximumPacketSize: number;
  readonly userProperties: readonly UserProperty[];
  readonly authentication: AuthenticationStart | undefined;
}

/** Writes a CONNECT. [MQTT 5, 3.1] */
export function encodeConnect(packet: ConnectPacket, writer: PacketWriter): void {
  const { protocolVersion, clientId, will, keepalive } = packet;
  const modern = protocolVersion === 5;
  const protocol = encodeUtf8(protocolVersion === 3 ? 'MQIsdp' : 'MQTT');
  const id = encodeUtf8(clientId);
  const willFields = will === undefined ? [] : [encodeUtf8(will.topic), toBytes(will.payload)];
  const { username, password } = loginOf(packet);
  const login = [username, password].filter((field) => field !== undefined).map(toBytes);
  const propertyBytes = modern ? connectPropertiesLength(packet) : 0;
  const willPropertyBytes = modern && will !== undefined ? willPropertiesLength(will) : undefined;

  let body = 2 + protocol.length + 4 + (modern ? sectionLength(propertyBytes) : 0);
  if (willPropertyBytes !== undefined) body += sectionLength(willPropertyBytes);
  for (const field of [id, ...willFields, ...login]) body += 2 + field.length;

  writer.reserve(5 + body);
  writer.byte(PacketType.connect << 4);
  writer.variableInteger(body);
  writer.binary(protocol);
  writer.byte(protocolVersion);
  writer.byte(connectFlags(packet.clean, will, username, password));
  writer.uint16(keepalive);
  if (modern) {
    writer.variableInteger(propertyBytes);
    encodeConnectProperties(packet, writer);
  }
  writer.binary(id);
  if (will !== undefined && willPropertyBytes !== undefined) {
    writer.variableInteger(willPropertyBytes);
    encodeWillProperties(will, writer);
  }
  for (const field of [...willFields, ...login]) writer.binary(field);
  writer.commit();
}

/** MQTT 3.x allows no password without a user name; an empty name is the nearest. [MQTT-3.1.2-22] */
function loginOf({ protocolVersion, username, password }: ConnectPacket): Pick<ConnectPacket, 'username' | 'password'> {
  return { username: username ?? (protocolVersion !== 5 && password !== undefined ? '' : undefined), password };
}

function connectFlags(clean: boolean, will: Will | undefined, username: unknown, password: unknown): number {
  const willFlags = will === undefined ? 0 : 0x04 | ((will.qos ?? 0) << 3) | (will.retain === true ? 0x20 : 0);
  return willFlags | (clean ? 0x02 : 0) | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
}

function connectPropertiesLength({ sessionExpiry, userProperties, authentication }: ConnectPacket): number {
  let length = propertiesLength({ userProperties }) + (sessionExpiry > 0 ? 5 : 0) + 3 + 5;
  if (authentication !== undefined) {
    length += 3 + utf8Length(authentication.method);
    if (authentication.data !== undefined) length += 3 + authentication.data.length;
  }
  return length;
}

function encodeConnectProperties(packet: ConnectPacket, writer: PacketWriter): void {
  const { sessionExpiry, receiveMaximum, maximumPacketSize, userProperties, authentication } = packet;
  if (sessionExpiry > 0) {
    writer.byte(0x11);
    writer.uint32(sessionExpiry);
  }
  writer.byte(0x21);
  writer.uint16(receiveMaximum);
  writer.byte(0x27);
  writer.uint32(maximumPacketSize);
  encodeProperties({ userProperties }, writer);
  if (authentication === undefined) return;
  writer.byte(0x15);
  writer.text(authentication.method, utf8Length(authentication.method));
  if (authentication.data === undefined) return;
  writer.byte(0x16);
  writer.binary(authentication.data);
}

function willPropertiesLength({ delay = 0, properties }: Will): number {
  return propertiesLength(properties) + (delay > 0 ? 5 : 0);
}

function encodeWillProperties({ delay = 0, properties }: Will, writer: PacketWriter): void {
  if (delay > 0) {
    writer.byte(0x18);
    writer.uint32(delay);
  }
  if (properties !== undefined) encodeProperties(properties, writer);
}

function sectionLength(bytes: number): number {
  return variableIntegerLength(bytes) + bytes;
}

function toBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? encodeUtf8(value) : value;
}
