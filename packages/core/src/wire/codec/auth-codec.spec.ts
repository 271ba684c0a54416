import { hex } from '../../../test/support/packets.js';
import { decodeAuth, encodeAuth } from './auth-codec.js';
import { PacketWriter } from './packet-writer.js';

function encoded(...args: [reasonCode: number, method: string, data?: Uint8Array]): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new PacketWriter({ write: (bytes) => void chunks.push(bytes), scheduleFlush: () => undefined });
  const [reasonCode, method, data] = args;
  encodeAuth(reasonCode, method, data, writer);
  writer.flush();
  return Buffer.concat(chunks);
}

function decoded(body: string) {
  const bytes = hex(body);
  return decodeAuth(bytes, 0, bytes.length);
}

describe('AUTH', () => {
  it('is written as the specification says', () => {
    expect(encoded(0x18, 'M', Uint8Array.of(1, 2))).toEqual(hex('f0 0b 18 09 15 0001 4d 16 0002 0102'));
    expect(encoded(0x19, 'M')).toEqual(hex('f0 06 19 04 15 0001 4d'));
    expect(encoded(0x18, 'M', new Uint8Array())).toEqual(hex('f0 09 18 07 15 0001 4d 16 0000'));
  });

  it('can be as long as it must', () => {
    const bytes = encoded(0x18, 'M', new Uint8Array(65_535));
    expect(decodeAuth(bytes, 4, bytes.length).properties.authenticationData).toHaveLength(65_535);
  });

  it('is read with its properties, and in its short form', () => {
    expect(decoded('18 09 15 0001 4d 16 0002 0102')).toEqual({
      reasonCode: 0x18,
      properties: { authenticationMethod: 'M', authenticationData: Uint8Array.of(1, 2) },
    });
    expect(decoded('')).toEqual({ reasonCode: 0, properties: {} });
    expect(decoded('00 04 15 0001 4d').reasonCode).toBe(0);
  });

  it.each([
    '19 00',
    '01 00',
    '80 00',
    '18 09 15 0001 4d',
    '18 00 00',
    '18 04 1c 0001 4d',
    '18 08 15 0001 4d 15 0001 4d',
  ])('is malformed or forbidden as %s', (body) => {
    expect(() => decoded(body)).toThrow(expect.objectContaining({ code: 'ERR_MQTT_PROTOCOL' }));
  });
});
