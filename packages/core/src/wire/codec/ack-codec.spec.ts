import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { encode, hex } from '../../../test/support/packets.js';
import { caught } from '../../../test/topics/caught.js';
import { type Ack, decodeAck, encodeAck } from './ack-codec.js';
import { PacketWriter } from './packet-writer.js';
import type { AckType, ProtocolVersion } from './packet-type.js';

const commands = { 4: 'puback', 5: 'pubrec', 6: 'pubrel', 7: 'pubcomp' } as const;
const types: readonly AckType[] = [4, 5, 6, 7];
const versions: readonly ProtocolVersion[] = [3, 4, 5];

// [MQTT 5, 3.4.2.1, 3.5.2.1, 3.6.2.1, 3.7.2.1]
const published = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const released = [0x00, 0x92];
const codes: Readonly<Record<AckType, readonly number[]>> = {
  4: published,
  5: published,
  6: released,
  7: released,
};

function decodeBody(type: AckType, version: ProtocolVersion, body: string): Ack {
  const bytes = Buffer.concat([hex('aaaaaa'), hex(body), hex('bbbbbb')]);
  return decodeAck(type, version, bytes, 3, bytes.length - 3);
}

function encoded(type: AckType, packetId: number, reasonCode: number): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new PacketWriter({ write: (bytes) => chunks.push(bytes), scheduleFlush: () => undefined });
  encodeAck(type, packetId, reasonCode, writer);
  writer.flush();
  return Buffer.concat(chunks);
}

describe('decodeAck', () => {
  it.each([
    ['two bytes', '1234', { packetId: 0x1234, reasonCode: 0, properties: undefined }],
    ['three bytes', '1234 00', { packetId: 0x1234, reasonCode: 0, properties: undefined }],
    ['four bytes', '1234 00 00', { packetId: 0x1234, reasonCode: 0, properties: {} }],
    [
      'a reason string',
      '1234 00 05 1f 0002 6f6b',
      { packetId: 0x1234, reasonCode: 0, properties: { reasonString: 'ok' } },
    ],
    [
      'user properties',
      'ffff 00 0e 26 0001 61 0001 62 26 0001 61 0001 63',
      {
        packetId: 0xffff,
        reasonCode: 0,
        properties: {
          userProperties: [
            ['a', 'b'],
            ['a', 'c'],
          ],
        },
      },
    ],
  ])('understands %s of MQTT 5, in every acknowledgement', (_, body, ack) => {
    for (const type of types) expect(decodeBody(type, 5, body)).toEqual(ack);
  });

  it('takes success and every refusal, listed for the packet or not, and no other code; of PUBREL the listed ones', () => {
    for (const type of types) {
      for (let code = 0; code < 256; code++) {
        const body = `0001 ${code.toString(16).padStart(2, '0')}`;
        if ((type !== 6 && code >= 0x80) || codes[type].includes(code))
          expect(decodeBody(type, 5, body).reasonCode).toBe(code);
        else
          expect(caught(() => decodeBody(type, 5, body))).toMatchObject({
            code: 'ERR_MQTT_PROTOCOL',
            reasonCode: 0x82,
          });
      }
    }
  });

  it.each([
    ['nothing', ''],
    ['one byte', '00'],
    ['identifier 0', '0000'],
  ])('refuses %s, in every version', (_, body) => {
    for (const type of types) {
      for (const version of versions)
        expect(caught(() => decodeBody(type, version, body))).toMatchObject({ reasonCode: 0x81 });
    }
  });

  it.each([
    ['a length of properties without them', '0001 00 05'],
    ['bytes behind the properties', '0001 00 00 00'],
    ['half a property', '0001 00 04 1f 0002 6f'],
    ['a property of PUBLISH', '0001 00 02 0101'],
  ])('refuses %s', (_, body) => {
    for (const type of types) expect(caught(() => decodeBody(type, 5, body))).toMatchObject({ reasonCode: 0x81 });
  });

  it.each([3, 4] as const)('takes two bytes and no more on MQTT version %i', (version) => {
    for (const type of types) {
      expect(decodeBody(type, version, '0102')).toEqual({ packetId: 0x0102, reasonCode: 0, properties: undefined });
      expect(caught(() => decodeBody(type, version, '0102 00'))).toMatchObject({ reasonCode: 0x81 });
    }
  });

  it('understands what mqtt-packet writes', () => {
    const anyAck = fc.constantFrom(...types).chain((type) =>
      fc.record({
        type: fc.constant(type),
        packetId: fc.integer({ min: 1, max: 0xffff }),
        reasonCode: fc.constantFrom(...codes[type]),
        reasonString: fc.option(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((text) => text.replaceAll('\0', '0')),
        ),
      }),
    );
    fc.assert(
      fc.property(anyAck, ({ type, packetId, reasonCode, reasonString }) => {
        const properties = reasonString === null ? {} : { reasonString };
        const bytes = encode({ cmd: commands[type], messageId: packetId, reasonCode, properties }, 5);
        expect(decodeAck(type, 5, bytes, bytes[1]! < 128 ? 2 : 3, bytes.length)).toEqual({
          packetId,
          reasonCode,
          properties,
        });
      }),
    );
  });
});

describe('encodeAck', () => {
  it('writes what mqtt-packet reads', () => {
    for (const type of types) {
      for (const reasonCode of codes[type]) {
        const read: unknown[] = [];
        const parser = mqttPacket.parser({ protocolVersion: 5 });
        parser.on('packet', (packet) => read.push(packet));
        parser.on('error', (error) => read.push(error));
        parser.parse(encoded(type, 0xabcd, reasonCode));
        expect(read).toEqual([expect.objectContaining({ cmd: commands[type], messageId: 0xabcd, reasonCode })]);
      }
    }
  });

  it.each([
    [4, '40 02 1234'],
    [5, '50 02 1234'],
    [6, '62 02 1234'],
    [7, '70 02 1234'],
  ] as const)('writes success of type %i in four bytes, which all versions understand', (type, bytes) => {
    expect(encoded(type, 0x1234, 0)).toEqual(hex(bytes));
  });
});
