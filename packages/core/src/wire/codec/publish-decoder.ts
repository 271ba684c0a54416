import { ProtocolError } from '../../errors/connection-errors.js';
import { InboundMessage } from '../../message/inbound-message.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { PublishProperties } from '../../message/publish-properties.js';
import { malformed } from './malformed.js';
import { PacketReader } from './packet-reader.js';
import { PROTOCOL_ERROR, type ProtocolVersion, TOPIC_ALIAS_INVALID } from './packet-type.js';
import { readProperties } from './properties-decoder.js';
import { ALLOWED_PROPERTIES, PROPERTY_TABLE } from './property-table.js';
import type { TopicDecoder } from './topic-decoder.js';

/** Decodes PUBLISH. Everything is checked here; properties are built later, if anybody looks. */
export class PublishDecoder {
  readonly #version: ProtocolVersion;
  readonly #topics: TopicDecoder;

  constructor(version: ProtocolVersion, topics: TopicDecoder) {
    this.#version = version;
    this.#topics = topics;
  }

  /** The message in `bytes[start, end)`, whose fixed header has these flags. Throws a ProtocolError. */
  decode(flags: number, bytes: Uint8Array, start: number, end: number): InboundMessage {
    const qos = (flags >> 1) & 3;
    const dup = (flags & 8) !== 0;
    // [MQTT-3.3.1-4] [MQTT-3.3.1-2]
    if (qos === 3) throw malformed('a PUBLISH has QoS 3');
    if (dup && qos === 0) throw malformed('a PUBLISH of QoS 0 is marked as a duplicate');
    const topicStart = start + 2;
    if (topicStart > end) throw malformed('a PUBLISH ends before its topic');
    let offset = topicStart + ((bytes[start]! << 8) | bytes[start + 1]!);
    if (offset > end) throw malformed('a PUBLISH ends within its topic');
    const topic = this.#topics.decode(bytes, topicStart, offset);

    let packetId = 0;
    if (qos > 0) {
      if (offset + 2 > end) throw malformed('a PUBLISH ends before its packet identifier');
      packetId = (bytes[offset]! << 8) | bytes[offset + 1]!;
      if (packetId === 0) throw malformed('a PUBLISH has packet identifier 0');
      offset += 2;
    }

    let packet: Uint8Array | undefined;
    let subscriptionId = 0;
    let subscriptionIds: number[] | undefined;
    const propertiesStart = offset;
    if (this.#version === 5) {
      if (offset >= end) throw malformed('a PUBLISH ends before its properties');
      if (bytes[offset] === 0) offset++;
      else {
        const reader = new PacketReader(bytes, offset, end);
        const ids = checkProperties(reader);
        offset = reader.offset;
        packet = bytes;
        subscriptionId = ids?.[0] ?? 0;
        if (ids !== undefined && ids.length > 1) subscriptionIds = ids;
      }
    }
    // An empty topic stands for a topic alias, and we allow none. [MQTT 5, 3.3.2.1]
    if (topic.length === 0) throw new ProtocolError(PROTOCOL_ERROR, 'a PUBLISH has neither topic nor alias');

    return new InboundMessage(
      topic,
      bytes.subarray(offset, end),
      qos as QoS,
      (flags & 1) !== 0,
      dup,
      packetId,
      subscriptionId,
      subscriptionIds,
      packet,
      propertiesStart,
      decodeProperties,
    );
  }
}

function decodeProperties(bytes: Uint8Array, start: number): PublishProperties {
  return readProperties(new PacketReader(bytes, start, bytes.length), 'publish');
}

/** Checks the properties of a PUBLISH without building them, and returns the subscription identifiers. */
function checkProperties(reader: PacketReader): number[] | undefined {
  const section = reader.section(reader.variableInteger());
  let ids: number[] | undefined;
  let seenLow = 0;
  while (section.rest > 0) {
    const id = section.variableInteger();
    if (id === 0x26) {
      section.skipText();
      section.skipText();
    } else if (id === 0x0b) {
      const value = section.variableInteger();
      if (value === 0) throw new ProtocolError(PROTOCOL_ERROR, 'a subscription identifier is 0');
      (ids ??= []).push(value);
    } else {
      // Identifiers of PUBLISH are below 32, but for the alias, which ends here anyway.
      if (id === 0x23) throw new ProtocolError(TOPIC_ALIAS_INVALID, 'a topic alias was used, but none is allowed');
      if (!ALLOWED_PROPERTIES.publish.has(id))
        throw malformed(`property 0x${id.toString(16)} does not belong into PUBLISH`);
      if ((seenLow & (1 << id)) !== 0) {
        throw new ProtocolError(PROTOCOL_ERROR, `${PROPERTY_TABLE.get(id)?.name ?? 'a property'} occurs twice`);
      }
      seenLow |= 1 << id;
      checkSingle(section, id);
    }
  }
  return ids;
}

function checkSingle(section: PacketReader, id: number): void {
  switch (id) {
    case 0x01:
      if (section.byte() > 1) throw new ProtocolError(PROTOCOL_ERROR, 'payloadFormatIndicator is neither 0 nor 1');
      return;
    case 0x02:
      section.uint32();
      return;
    case 0x03:
      section.skipText();
      return;
    case 0x08:
      checkResponseTopic(section.text());
      return;
    default:
      section.binary();
  }
}

/** [MQTT-3.3.2-14] */
function checkResponseTopic(topic: string): void {
  if (topic.includes('+') || topic.includes('#'))
    throw new ProtocolError(PROTOCOL_ERROR, 'a response topic contains a wildcard');
}
