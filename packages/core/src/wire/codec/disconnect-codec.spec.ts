import mqttPacket from 'mqtt-packet';
import { encode, hex } from '../../../test/support/packets.js';
import { caught } from '../../../test/topics/caught.js';
import { decodeDisconnect, encodeDisconnect, type ServerDisconnect } from './disconnect-codec.js';
import { PacketWriter } from './packet-writer.js';
import type { ProtocolVersion } from './packet-type.js';

function decodeBody(body: string): ServerDisconnect {
  const bytes = Buffer.concat([hex('ee'), hex(body), hex('ee')]);
  return decodeDisconnect(bytes, 1, bytes.length - 1);
}

function encoded(version: ProtocolVersion, reasonCode: number, sessionExpiry?: number): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new PacketWriter({ write: (bytes) => chunks.push(bytes), scheduleFlush: () => undefined });
  encodeDisconnect(version, reasonCode, sessionExpiry, writer);
  writer.flush();
  return Buffer.concat(chunks);
}

describe('decodeDisconnect', () => {
  it.each([
    ['nothing, which means a normal end', '', { reasonCode: 0, properties: {} }],
    ['a code alone', '8e', { reasonCode: 0x8e, properties: {} }],
    ['no properties', '8b 00', { reasonCode: 0x8b, properties: {} }],
    [
      'all properties',
      '9d 10 1c 0001 73 1f 0001 72 26 0002 6162 0001 63',
      { reasonCode: 0x9d, properties: { serverReference: 's', reasonString: 'r', userProperties: [['ab', 'c']] } },
    ],
  ])('understands %s', (_, body, expected) => {
    expect(decodeBody(body)).toEqual(expected);
  });

  it('understands what mqtt-packet writes', () => {
    const properties = { reasonString: 'wärmer', serverReference: 'b', userProperties: { k: 'v' } };
    const bytes = encode({ cmd: 'disconnect', reasonCode: 0x9c, properties }, 5);
    expect(decodeDisconnect(bytes, 2, bytes.length)).toEqual({
      reasonCode: 0x9c,
      properties: { ...properties, userProperties: [['k', 'v']] },
    });
  });

  it('takes 0 and failures only as codes', () => {
    for (let code = 0; code < 256; code++) {
      const body = code.toString(16).padStart(2, '0');
      if (code === 0 || code >= 0x80) expect(decodeBody(body).reasonCode).toBe(code);
      else expect(caught(() => decodeBody(body))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x81 });
    }
  });

  it.each([
    ['bytes behind the properties', '8b 00 00'],
    ['properties longer than the packet', '8b 05 1f'],
    ['a session expiry, which is the client’s', '8b 05 11 00000000'],
    ['half a reason string', '8b 04 1f 0002 61'],
  ])('refuses %s', (_, body) => {
    expect(caught(() => decodeBody(body))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x81 });
  });
});

describe('encodeDisconnect', () => {
  it.each([
    [3, 0x00, undefined, 'e0 00'],
    [4, 0x82, 5, 'e0 00'],
    [5, 0x00, undefined, 'e0 00'],
    [5, 0x82, undefined, 'e0 01 82'],
    [5, 0x00, 0, 'e0 07 00 05 11 00000000'],
    [5, 0x04, 0xffff_ffff, 'e0 07 04 05 11 ffffffff'],
  ] as const)('on MQTT version %i writes code %i and expiry %s as %s', (version, reasonCode, sessionExpiry, bytes) => {
    expect(encoded(version, reasonCode, sessionExpiry)).toEqual(hex(bytes));
  });

  it('writes what mqtt-packet reads', () => {
    const read: unknown[] = [];
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    parser.on('packet', (packet) => read.push(packet));
    parser.parse(encoded(5, 0x04, 120));
    expect(read).toEqual([
      expect.objectContaining({ cmd: 'disconnect', reasonCode: 4, properties: { sessionExpiryInterval: 120 } }),
    ]);
  });
});
