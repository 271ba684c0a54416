import fc from 'fast-check';
import { encode, hex } from '../../../test/support/packets.js';
import { caught } from '../../../test/topics/caught.js';
import type { ProtocolVersion } from './packet-type.js';
import { decodeSuback, decodeUnsuback } from './suback-decoder.js';

type Decoder = typeof decodeSuback;

function decodeBody(decoder: Decoder, version: ProtocolVersion, body: string): ReturnType<Decoder> {
  const bytes = Buffer.concat([hex('ee'), hex(body), hex('ee')]);
  return decoder(version, bytes, 1, bytes.length - 1);
}

/** From 0x80 on every code is a refusal, also one that is not listed for the packet: servers use others. */
const REFUSALS = Array.from({ length: 128 }, (_, index) => 0x80 + index);

// [MQTT 5, 3.9.3 and 3.11.3] [MQTT 3.1.1, 3.9.3]
const allowed: readonly (readonly [string, Decoder, ProtocolVersion, readonly number[]])[] = [
  ['SUBACK', decodeSuback, 5, [0, 1, 2, ...REFUSALS]],
  ['SUBACK', decodeSuback, 4, [0, 1, 2, 0x80]],
  ['SUBACK', decodeSuback, 3, [0, 1, 2, 0x80]],
  ['UNSUBACK', decodeUnsuback, 5, [0, 0x11, ...REFUSALS]],
];

describe.each(allowed)('a %s', (_name, decoder, version, codes) => {
  const properties = version === 5 ? '00' : '';

  it(`takes the codes of MQTT version ${String(version)}, and no others`, () => {
    for (let code = 0; code < 256; code++) {
      const body = `0001 ${properties} ${code.toString(16).padStart(2, '0')}`;
      if (codes.includes(code)) expect(decodeBody(decoder, version, body).reasonCodes).toEqual([code]);
      else
        expect(caught(() => decodeBody(decoder, version, body))).toMatchObject({
          code: 'ERR_MQTT_PROTOCOL',
          reasonCode: 0x82,
        });
    }
  });

  it(`keeps the order of many codes on MQTT version ${String(version)}`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 0xffff }),
        fc.array(fc.constantFrom(...codes), { minLength: 1, maxLength: 300 }),
        (packetId, granted) => {
          const id = packetId.toString(16).padStart(4, '0');
          const body = `${id} ${properties} ${Buffer.from(granted).toString('hex')}`;
          expect(decodeBody(decoder, version, body)).toEqual({
            packetId,
            reasonCodes: granted,
            reasonString: undefined,
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ['nothing', ''],
    ['one byte', '00'],
    ['identifier 0', `0000 ${properties} 00`],
    ['no codes', `0001 ${properties}`],
  ])(`with %s is malformed on MQTT version ${String(version)}`, (_, body) => {
    expect(caught(() => decodeBody(decoder, version, body))).toMatchObject({
      code: 'ERR_MQTT_PROTOCOL',
      reasonCode: 0x81,
    });
  });
});

describe('the properties of SUBACK and UNSUBACK', () => {
  it.each([
    ['suback', decodeSuback],
    ['unsuback', decodeUnsuback],
  ] as const)('may explain a %s', (cmd, decoder) => {
    const bytes = encode(
      { cmd, messageId: 7, granted: [0x87], properties: { reasonString: 'not you', userProperties: { a: 'b' } } },
      5,
    );
    expect(decoder(5, bytes, 2, bytes.length)).toEqual({ packetId: 7, reasonCodes: [0x87], reasonString: 'not you' });
  });

  it.each([
    ['longer than the packet', '0001 09 00'],
    ['of PUBLISH', '0001 02 0101 00'],
    ['twice', '0001 08 1f 0001 61 1f 0001 62 00'],
    ['missing', '0001'],
  ])('are checked: %s', (_, body) => {
    for (const decoder of [decodeSuback, decodeUnsuback]) {
      expect(caught(() => decodeBody(decoder, 5, body))).toMatchObject({ code: 'ERR_MQTT_PROTOCOL' });
    }
  });
});

describe('UNSUBACK of MQTT 3.x', () => {
  it.each([3, 4] as const)('has two bytes on version %i', (version) => {
    expect(decodeBody(decodeUnsuback, version, '1234')).toEqual({
      packetId: 0x1234,
      reasonCodes: [],
      reasonString: undefined,
    });
    for (const body of ['', '12', '0000', '1234 00']) {
      expect(caught(() => decodeBody(decodeUnsuback, version, body))).toMatchObject({ reasonCode: 0x81 });
    }
  });
});
