import { utf8Length } from '../../internal/utf8.js';
import type { PublishProperties } from '../../message/publish-properties.js';
import type { PacketWriter } from './packet-writer.js';

/** The bytes that the properties of a PUBLISH take, without their own length. */
export function propertiesLength(properties: PublishProperties | undefined): number {
  if (properties === undefined) return 0;
  let length = 0;
  if (properties.payloadFormatIndicator !== undefined) length += 2;
  if (properties.messageExpiryInterval !== undefined) length += 5;
  if (properties.contentType !== undefined) length += 3 + utf8Length(properties.contentType);
  if (properties.responseTopic !== undefined) length += 3 + utf8Length(properties.responseTopic);
  if (properties.correlationData !== undefined) length += 3 + properties.correlationData.length;
  for (const [name, value] of properties.userProperties ?? []) length += 5 + utf8Length(name) + utf8Length(value);
  return length;
}

/** Writes the properties of a PUBLISH. The values have been validated; subscription identifiers are never sent. */
export function encodeProperties(properties: PublishProperties, writer: PacketWriter): void {
  const { payloadFormatIndicator, messageExpiryInterval, contentType, responseTopic, correlationData } = properties;
  if (payloadFormatIndicator !== undefined) {
    writer.byte(0x01);
    writer.byte(payloadFormatIndicator);
  }
  if (messageExpiryInterval !== undefined) {
    writer.byte(0x02);
    writer.uint32(messageExpiryInterval);
  }
  if (contentType !== undefined) writeText(0x03, contentType, writer);
  if (responseTopic !== undefined) writeText(0x08, responseTopic, writer);
  if (correlationData !== undefined) {
    writer.byte(0x09);
    writer.binary(correlationData);
  }
  for (const [name, value] of properties.userProperties ?? []) {
    writeText(0x26, name, writer);
    writer.text(value, utf8Length(value));
  }
}

function writeText(id: number, text: string, writer: PacketWriter): void {
  writer.byte(id);
  writer.text(text, utf8Length(text));
}
