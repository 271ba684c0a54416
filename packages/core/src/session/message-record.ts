import type { QoS } from '../message/mqtt-message.js';
import type { PublishProperties } from '../message/publish-properties.js';
import { PacketReader } from '../wire/codec/packet-reader.js';
import { PacketWriter } from '../wire/codec/packet-writer.js';
import { encodeProperties, propertiesLength } from '../wire/codec/properties-encoder.js';
import { readProperties } from '../wire/codec/properties-decoder.js';
import type { PublishPacket } from '../wire/codec/publish-encoder.js';
import { variableIntegerLength } from '../wire/codec/variable-integer.js';

const FORMAT = 1;
const QOS = 3;
const RETAIN = 4;
const TWO_TO_32 = 0x1_0000_0000;

/** A message as it is stored. */
export interface StoredMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: PublishProperties | undefined;
  /** When it was published, in milliseconds since 1970. */
  readonly publishedAt: number;
}

/** Writes messages as bytes: format, flags, time, then topic, properties and payload as PUBLISH has them. */
export class MessageRecordWriter {
  #bytes: Uint8Array = new Uint8Array(0);
  readonly #writer = new PacketWriter({
    write: (bytes) => {
      this.#bytes = bytes;
    },
    scheduleFlush: () => undefined,
  });

  write(
    { topic, topicLength, payload, payloadLength, qos, retain, properties }: PublishPacket,
    publishedAt: number,
  ): Uint8Array {
    const writer = this.#writer;
    const propertyBytes = propertiesLength(properties);
    writer.reserve(12 + topicLength + variableIntegerLength(propertyBytes) + propertyBytes + payloadLength);
    writer.byte(FORMAT);
    writer.byte(qos | (retain ? RETAIN : 0));
    const time = Math.max(0, Math.round(publishedAt));
    writer.uint32(Math.floor(time / TWO_TO_32));
    writer.uint32(time % TWO_TO_32);
    writer.text(topic, topicLength);
    writer.variableInteger(propertyBytes);
    if (properties !== undefined) encodeProperties(properties, writer);
    if (typeof payload === 'string') writer.rawText(payload);
    else writer.raw(payload);
    writer.flush();
    return this.#bytes;
  }
}

/** Reads a message. Throws where the bytes are none: whoever can write to the store can write anything. */
export function readMessageRecord(bytes: Uint8Array): StoredMessage {
  const reader = new PacketReader(bytes, 0, bytes.length);
  if (reader.byte() !== FORMAT) throw new Error('the format is not known');
  const flags = reader.byte();
  const qos = flags & QOS;
  if (qos === QOS || flags > (QOS | RETAIN)) throw new Error('the flags are not those of a message');
  const publishedAt = reader.uint32() * TWO_TO_32 + reader.uint32();
  const topic = reader.text();
  const properties = readProperties(reader, 'publish') as PublishProperties;
  const payload = bytes.subarray(reader.offset);
  return {
    topic,
    payload,
    qos: qos as QoS,
    retain: (flags & RETAIN) !== 0,
    properties: Object.keys(properties).length === 0 ? undefined : properties,
    publishedAt,
  };
}
