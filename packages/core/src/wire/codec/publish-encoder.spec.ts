import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { topicName } from '../../../test/topics/arbitraries.js';
import { hex } from '../../../test/support/packets.js';
import { utf8Length } from '../../internal/utf8.js';
import type { PublishProperties } from '../../message/publish-properties.js';
import { PacketWriter } from './packet-writer.js';
import type { ProtocolVersion } from './packet-type.js';
import { PublishDecoder } from './publish-decoder.js';
import { encodePublish, payloadLength, type PublishPacket, publishSize } from './publish-encoder.js';
import { TopicDecoder } from './topic-decoder.js';

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => value.replaceAll('\0', ''));
const bytes = fc.uint8Array({ maxLength: 200 });
const uint32 = fc.oneof(fc.constantFrom(0, 1, 0xffff_ffff), fc.integer({ min: 0, max: 0xffff_ffff }));

/** `value` is the text of the values of user properties. */
function propertiesWith(value: fc.Arbitrary<string>): fc.Arbitrary<PublishProperties> {
  const fields = {
    payloadFormatIndicator: fc.constantFrom<(0 | 1)[]>(0, 1),
    messageExpiryInterval: uint32,
    contentType: text,
    responseTopic: topicName,
    correlationData: bytes,
    userProperties: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'ä', '__proto__'), value), {
      minLength: 1,
      maxLength: 5,
    }),
  };
  return fc.record(fields, { requiredKeys: [] });
}

interface Publish {
  readonly packet: PublishPacket;
  readonly packetId: number;
  readonly dup: boolean;
}

function publishWith(properties: fc.Arbitrary<PublishProperties>): fc.Arbitrary<Publish> {
  const fields = {
    topic: topicName,
    payload: fc.oneof(text, bytes),
    qos: fc.constantFrom<(0 | 1 | 2)[]>(0, 1, 2),
    retain: fc.boolean(),
    properties: fc.option(properties, { nil: undefined }),
    packetId: fc.integer({ min: 1, max: 0xffff }),
    dup: fc.boolean(),
  };
  return fc.record(fields).map(({ packetId, dup, ...message }) => ({
    packet: packetOf(message),
    packetId: message.qos === 0 ? 0 : packetId,
    dup: dup && message.qos > 0,
  }));
}

function packetOf(message: Partial<PublishPacket>): PublishPacket {
  const { topic = 'a', payload = '', qos = 0, retain = false, properties } = message;
  return {
    topic,
    topicLength: utf8Length(topic),
    payload,
    payloadLength: payloadLength(payload),
    qos,
    retain,
    properties,
  };
}

function encoded({ packet, packetId, dup }: Publish, version: ProtocolVersion, expiry?: number): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new PacketWriter({ write: (chunk) => chunks.push(chunk), scheduleFlush: () => undefined });
  encodePublish(packet, packetId, dup, version, writer, expiry);
  writer.flush();
  return Buffer.concat(chunks);
}

function parse(packet: Buffer, protocolVersion: number): unknown[] {
  const read: unknown[] = [];
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (each) => read.push(each));
  parser.on('error', (error) => read.push(error));
  parser.parse(packet);
  return read;
}

/** The properties as `mqtt-packet` puts them. */
function foreign(properties: PublishProperties | undefined): Record<string, unknown> | undefined {
  if (properties === undefined || Object.keys(properties).length === 0) return undefined;
  const { payloadFormatIndicator, correlationData, userProperties, ...rest } = properties;
  const grouped = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of userProperties ?? []) {
    const earlier = grouped[name];
    grouped[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return {
    ...rest,
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator: payloadFormatIndicator === 1 }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
    ...(userProperties === undefined ? {} : { userProperties: grouped }),
  };
}

/** Where the body of a packet begins. */
function bodyStart(packet: Uint8Array): number {
  return 2 + packet.subarray(1).findIndex((byte) => byte < 0x80);
}

describe('encodePublish', () => {
  it.each([3, 4, 5] as const)('writes what mqtt-packet reads, on MQTT version %i', (version) => {
    // It confuses repeated names when a value is empty.
    const publish = publishWith(propertiesWith(text.filter((value) => value !== '')));
    fc.assert(
      fc.property(publish, (message) => {
        const { packet, packetId, dup } = message;
        const { topic, payload, qos, retain } = packet;
        const [read] = parse(encoded(message, version), version);
        const expected = { cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain, dup };
        expect(read).toMatchObject(qos === 0 ? expected : { ...expected, messageId: packetId });
        expect((read as { properties?: unknown }).properties).toEqual(
          version === 5 ? foreign(packet.properties) : undefined,
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each([3, 4, 5] as const)('writes what we read, and as many bytes as announced, on MQTT version %i', (version) => {
    fc.assert(
      fc.property(publishWith(propertiesWith(text)), (message) => {
        const { packet, packetId, dup } = message;
        const whole = encoded(message, version);
        expect(whole).toHaveLength(publishSize(packet, version));
        const decoder = new PublishDecoder(version, new TopicDecoder());
        const read = decoder.decode(whole[0]! & 0x0f, whole, bodyStart(whole), whole.length);
        const { topic, qos, retain } = packet;
        expect(read).toMatchObject({ topic, qos, retain, dup, packetId });
        expect(Buffer.from(read.payload)).toEqual(Buffer.from(packet.payload));
        const sent = version === 5 ? (packet.properties ?? {}) : {};
        expect(plain(read.properties)).toEqual(plain(sent));
      }),
      { numRuns: 200 },
    );
  });

  it.each([0, 1, 63, 64, 65, 127, 128, 16_383, 16_384, 16_385, 65_535, 65_536, 10_000_000])(
    'takes a payload of %i bytes, as text and as bytes',
    (size) => {
      for (const payload of ['ä'.repeat(size >> 1) + 'b'.repeat(size & 1), new Uint8Array(size).fill(0xc3)]) {
        const whole = encoded({ packet: packetOf({ payload, qos: 1 }), packetId: 5, dup: false }, 4);
        const start = bodyStart(whole) + 5;
        expect(whole.length - start).toBe(size);
        expect(Buffer.compare(whole.subarray(start), Buffer.from(payload as string))).toBe(0);
      }
    },
  );

  it('sends the expiry it is told instead of the one of the message', () => {
    const message = { packet: packetOf({ properties: { messageExpiryInterval: 60 } }), packetId: 0, dup: false };
    expect(encoded(message, 5, 7)).toEqual(hex('30 09 0001 61 05 02 00000007'));
    expect(encoded(message, 5)).toEqual(hex('30 09 0001 61 05 02 0000003c'));
    expect(encoded(message, 4, 7)).toEqual(hex('30 03 0001 61'));
    expect(message.packet.properties).toEqual({ messageExpiryInterval: 60 });
  });

  it('sends no subscription identifiers', () => {
    const packet = packetOf({ properties: { subscriptionIdentifiers: [1] } });
    expect(encoded({ packet, packetId: 0, dup: false }, 5)).toEqual(hex('30 04 0001 61 00'));
  });
});

describe('payloadLength', () => {
  it.each([
    ['', 0],
    ['aä€😀', 10],
    ['\ud83d', -1],
    [new Uint8Array(3), 3],
  ])('of %j is %i', (payload, length) => {
    expect(payloadLength(payload)).toBe(length);
  });
});

/** With bytes as plain arrays, whatever class they are of. */
function plain(properties: PublishProperties): Record<string, unknown> {
  return { ...properties, correlationData: properties.correlationData && [...properties.correlationData] };
}
