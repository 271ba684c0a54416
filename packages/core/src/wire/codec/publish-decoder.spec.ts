import fc from 'fast-check';
import { encode, hex } from '../../../test/support/packets.js';
import { topicName } from '../../../test/topics/arbitraries.js';
import { caught } from '../../../test/topics/caught.js';
import type { InboundMessage } from '../../message/inbound-message.js';
import { PacketReader } from './packet-reader.js';
import type { ProtocolVersion } from './packet-type.js';
import { readProperties } from './properties-decoder.js';
import { PublishDecoder } from './publish-decoder.js';
import { TopicDecoder } from './topic-decoder.js';

/** Decodes a packet that lies somewhere in a larger chunk. */
function decode(version: ProtocolVersion, packet: Uint8Array): InboundMessage {
  const chunk = Buffer.concat([hex('ffff ff'), packet, hex('0b01 0101 ff')]);
  const body = 3 + 2 + packet.subarray(1).findIndex((byte) => byte < 0x80);
  return new PublishDecoder(version, new TopicDecoder()).decode(packet[0]! & 0x0f, chunk, body, 3 + packet.length);
}

/** A PUBLISH with this body. */
function publish(flags: number, body: Uint8Array): Buffer {
  expect(body.length).toBeLessThan(128);
  return Buffer.concat([Buffer.of(0x30 | flags, body.length), body]);
}

function publishWith(properties: Uint8Array): Buffer {
  return publish(0, Buffer.concat([hex('0001 61'), Buffer.of(properties.length), properties]));
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((value) => value.replaceAll('\0', ''));

describe('PublishDecoder', () => {
  it.each([3, 4] as const)('reads what mqtt-packet writes, on MQTT version %i', (version) => {
    const anyPublish = fc.record({
      topic: topicName,
      payload: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      qos: fc.constantFrom<(0 | 1 | 2)[]>(0, 1, 2),
      retain: fc.boolean(),
      dup: fc.boolean(),
      messageId: fc.integer({ min: 1, max: 0xffff }),
    });
    fc.assert(
      fc.property(anyPublish, (fields) => {
        const { topic, payload, qos, retain } = fields;
        const dup = qos > 0 && fields.dup;
        const message = decode(version, encode({ ...fields, cmd: 'publish', dup }, version));
        expect(message).toMatchObject({
          topic,
          qos,
          retain,
          dup,
          packetId: qos === 0 ? 0 : fields.messageId,
          subscriptionId: 0,
        });
        expect(Buffer.from(message.payload)).toEqual(payload);
        expect(message.properties).toEqual({});
      }),
    );
  });

  it('reads what mqtt-packet writes, with all properties of MQTT 5', () => {
    const properties = fc.record(
      {
        payloadFormatIndicator: fc.boolean(),
        messageExpiryInterval: fc.integer({ min: 0, max: 0xffff_ffff }),
        contentType: text,
        responseTopic: topicName,
        correlationData: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        subscriptionIdentifier: fc.array(fc.integer({ min: 1, max: 268_435_455 }), { minLength: 1, maxLength: 4 }),
        userProperties: fc.dictionary(text, fc.array(text, { minLength: 1, maxLength: 3 }), { minKeys: 1, maxKeys: 3 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(topicName, properties, fc.uint8Array({ maxLength: 20 }), (topic, sent, payload) => {
        const packet = encode(
          {
            cmd: 'publish',
            topic,
            payload: Buffer.from(payload),
            qos: 1,
            dup: false,
            retain: true,
            messageId: 9,
            properties: sent,
          },
          5,
        );
        const message = decode(5, packet);
        const ids = sent.subscriptionIdentifier;
        expect(message).toMatchObject({ topic, qos: 1, retain: true, packetId: 9, subscriptionId: ids?.[0] ?? 0 });
        expect(message.subscriptionIds).toEqual(ids !== undefined && ids.length > 1 ? ids : undefined);
        expect([...message.payload]).toEqual([...payload]);

        const { payloadFormatIndicator, subscriptionIdentifier, correlationData, userProperties, ...same } = sent;
        const expected: Record<string, unknown> = { ...same };
        if (payloadFormatIndicator !== undefined) expected['payloadFormatIndicator'] = payloadFormatIndicator ? 1 : 0;
        if (subscriptionIdentifier !== undefined) expected['subscriptionIdentifiers'] = subscriptionIdentifier;
        if (correlationData !== undefined) expected['correlationData'] = correlationData;
        if (userProperties !== undefined) {
          expected['userProperties'] = Object.entries(userProperties).flatMap(([name, values]) =>
            values.map((value) => [name, value]),
          );
        }
        expect(message.properties).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('hands on the payload where it lies', () => {
    const chunk = hex('30 06 0001 61 00 7879');
    const { payload } = new PublishDecoder(5, new TopicDecoder()).decode(0, chunk, 2, chunk.length);
    expect(payload.buffer).toBe(chunk.buffer);
    expect(Buffer.from(payload)).toEqual(Buffer.from('xy'));
  });

  it('takes a packet of nothing but user properties, at a cost per pair', () => {
    const content = Buffer.concat(new Array<Buffer>(200_000).fill(hex('26 0001 61 0001 62')));
    const length = Buffer.of(
      (content.length & 0x7f) | 0x80,
      ((content.length >> 7) & 0x7f) | 0x80,
      content.length >> 14,
    );
    const body = Buffer.concat([hex('0001 61'), length, content]);
    const message = new PublishDecoder(5, new TopicDecoder()).decode(0, body, 0, body.length);
    expect(message.properties.userProperties).toHaveLength(200_000);
  });

  it.each([
    ['QoS 3', 6, '0001 61 0001 00', 0x81],
    ['a duplicate of QoS 0', 8, '0001 61 00', 0x81],
    ['no body', 0, '', 0x81],
    ['half a topic length', 0, '00', 0x81],
    ['a topic longer than the packet', 0, '0004 61', 0x81],
    ['a topic that is not UTF-8', 0, '0002 c080 00', 0x81],
    ['a wildcard in its topic', 0, '0001 23 00', 0x81],
    ['no topic', 0, '0000 00', 0x82],
    ['no packet identifier', 2, '0001 61', 0x81],
    ['half a packet identifier', 4, '0001 61 00', 0x81],
    ['packet identifier 0', 2, '0001 61 0000 00', 0x81],
  ])('refuses %s, in every version', (_, flags, body, reasonCode) => {
    for (const version of [3, 4, 5] as const) {
      expect(caught(() => decode(version, publish(flags, hex(body))))).toMatchObject({
        code: 'ERR_MQTT_PROTOCOL',
        reasonCode,
      });
    }
  });

  it.each([
    ['no properties', '', 0x81],
    ['properties longer than the packet', '05 0101', 0x81],
    ['a length of properties of five bytes', 'ffffffff01', 0x81],
    ['a length of properties that is not the shortest', '8000', 0x81],
    ['an unknown property', '02 7f01', 0x81],
    ['property 0', '02 0000', 0x81],
    ['a property of CONNACK', '05 1100000001', 0x81],
    ['half a property', '02 0200', 0x81],
    ['half a user property', '04 26 0001 61', 0x81],
    ['a user property whose value is not UTF-8', '08 26 0001 61 0002 c080', 0x81],
    ['a user property whose name is not UTF-8', '08 26 0002 c080 0001 61', 0x81],
    ['a user property whose name contains NUL', '07 26 0001 00 0001 61', 0x81],
    ['a content type with NUL', '04 03 0001 00', 0x81],
    ['a property twice', '04 0100 0100', 0x82],
    ['payload format 2', '02 0102', 0x82],
    ['subscription identifier 0', '02 0b00', 0x82],
    ['a wildcard in its response topic', '06 08 0003 612f2b', 0x82],
    ['topic alias 0', '03 230000', 0x94],
    ['a topic alias', '03 230001', 0x94],
  ])('refuses %s', (_, properties, reasonCode) => {
    const packet = publish(0, Buffer.concat([hex('0001 61'), hex(properties)]));
    expect(caught(() => decode(5, packet))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode });
  });

  it('refuses an alias in place of the topic', () => {
    expect(caught(() => decode(5, publish(0, hex('0000 03 230001 78'))))).toMatchObject({ reasonCode: 0x94 });
  });

  it('takes at once the properties that can be built later, and no others', () => {
    // What mutates is made of pieces of properties, or hardly any list would be valid.
    const piece = fc.constantFrom(
      '0100',
      '0101',
      '02 00000009',
      '03 0001 61',
      '08 0001 72',
      '09 0002 ff00',
      '0b05',
      '0b8101',
      '26 0001 61 0000',
      '26 0000 0001 62',
    );
    const junk = fc.oneof({ weight: 2, arbitrary: fc.constant(new Uint8Array()) }, fc.uint8Array({ maxLength: 3 }));
    const content = fc
      .tuple(fc.array(piece, { maxLength: 5 }), junk, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 1 }))
      .map(([pieces, more, changes]) => {
        const bytes = Buffer.concat([...pieces.map(hex), more]);
        for (const [place, value] of changes) if (bytes.length > 0) bytes[place % bytes.length] = value;
        return bytes;
      })
      .filter((bytes) => bytes.length < 120);
    const tally = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(content, (bytes) => {
        const whole = Buffer.concat([Buffer.of(bytes.length), bytes]);
        let built: Record<string, unknown> | undefined;
        try {
          built = { ...readProperties(new PacketReader(whole, 0, whole.length), 'publish') };
        } catch {
          built = undefined;
        }
        // These two are PUBLISH's own rules.
        const refused = built === undefined || 'topicAlias' in built || /[+#]/.test(String(built['responseTopic']));
        tally[refused ? 'refused' : 'taken']++;
        if (refused) expect(caught(() => decode(5, publishWith(bytes)))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL' });
        else expect(decode(5, publishWith(bytes)).properties).toEqual(built);
      }),
      { numRuns: 1_000, seed: 1 },
    );
    expect(tally.taken).toBeGreaterThan(150);
    expect(tally.refused).toBeGreaterThan(150);
  });
});
