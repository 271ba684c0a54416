import { ProtocolError } from '../../errors/connection-errors.js';
import { malformed } from './malformed.js';
import type { PacketReader } from './packet-reader.js';
import { PROTOCOL_ERROR } from './packet-type.js';
import {
  ALLOWED_PROPERTIES,
  PROPERTY_TABLE,
  type Properties,
  type PropertyOwner,
  type PropertyRow,
} from './property-table.js';

/** Reads the properties of a packet: their length, then each of them. What the packet may not carry throws. */
export function readProperties(reader: PacketReader, owner: PropertyOwner): Properties {
  const section = reader.section(reader.variableInteger());
  const properties: Properties = {};
  while (section.rest > 0) {
    const id = section.variableInteger();
    const row = PROPERTY_TABLE.get(id);
    if (row === undefined || !ALLOWED_PROPERTIES[owner].has(id)) {
      throw malformed(`property 0x${id.toString(16)} does not belong into this packet (${owner})`);
    }
    readProperty(section, row, properties);
  }
  return properties;
}

function readProperty(reader: PacketReader, row: PropertyRow, into: Properties): void {
  const { name } = row;
  if (name === 'userProperties') {
    (into.userProperties ??= []).push([reader.text(), reader.text()]);
    return;
  }
  if (name === 'subscriptionIdentifiers') {
    (into.subscriptionIdentifiers ??= []).push(positive(reader.variableInteger(), row));
    return;
  }
  // Only the two above may repeat. [MQTT 5, 2.2.2.2]
  if (into[name] !== undefined) throw new ProtocolError(PROTOCOL_ERROR, `${name} occurs twice`);
  (into as Record<string, unknown>)[name] = positive(readValue(reader, row), row);
}

function readValue(reader: PacketReader, { kind, name }: PropertyRow): number | string | Uint8Array {
  switch (kind) {
    case 'flag': {
      const value = reader.byte();
      if (value > 1) throw new ProtocolError(PROTOCOL_ERROR, `${name} is neither 0 nor 1`);
      return value;
    }
    case 'uint16':
      return reader.uint16();
    case 'uint32':
      return reader.uint32();
    case 'text':
      return reader.text();
    case 'binary':
      return reader.binary();
    default:
      return reader.variableInteger();
  }
}

function positive<V>(value: V, row: PropertyRow): V {
  if (row.positive && value === (0 as V)) throw new ProtocolError(PROTOCOL_ERROR, `${row.name} is 0`);
  return value;
}
