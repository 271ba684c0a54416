import fc from 'fast-check';
import { hex } from '../../../test/support/packets.js';
import { caught } from '../../../test/topics/caught.js';
import { PacketReader } from './packet-reader.js';

type Method = 'byte' | 'uint16' | 'uint32' | 'variableInteger' | 'binary' | 'text' | 'skipText';

/** A reader of these bytes, with others around them that it must not see. */
function readerOf(bytes: Uint8Array): PacketReader {
  return new PacketReader(Buffer.concat([hex('0001 61'), bytes, hex('0001 61')]), 3, 3 + bytes.length);
}

const malformedPacket = { code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x81 };

describe('PacketReader', () => {
  it.each<[Method, string, unknown]>([
    ['byte', 'ff', 255],
    ['uint16', 'fffe', 0xfffe],
    ['uint32', 'fffefdfc', 0xfffe_fdfc],
    ['variableInteger', 'ffffff7f', 268_435_455],
    ['binary', '0003 00ff80', Uint8Array.of(0, 255, 128)],
    ['binary', '0000', new Uint8Array()],
    ['text', '0000', ''],
    ['text', '0004 f09f9880', '😀'],
    ['text', '0004 efbbbf61', '\ufeffa'],
    ['text', '0003 efbfbf', '\uffff'],
    ['skipText', '0004 f09f9880', undefined],
    ['skipText', '0002 6162', undefined],
    ['skipText', '0000', undefined],
  ])('%s() reads %s, and any part of it is malformed', (method, bytes, value) => {
    const whole = hex(bytes);
    const reader = readerOf(whole);
    const read = reader[method]();
    if (read instanceof Uint8Array) expect([...read]).toEqual([...(value as Uint8Array)]);
    else expect(read).toBe(value);
    expect(reader.rest).toBe(0);
    reader.finish();
    for (let length = 0; length < whole.length; length++) {
      expect(caught(() => readerOf(whole.subarray(0, length))[method]())).toMatchObject(malformedPacket);
    }
  });

  it.each([
    ['an overlong NUL', 'c080'],
    ['an overlong slash', 'c0af'],
    ['half a surrogate pair', 'eda080'],
    ['a surrogate pair', 'eda080edb080'],
    ['a character beyond U+10FFFF', 'f4908080'],
    ['a truncated character', 'e282'],
    ['a lone continuation', '80'],
    ['NUL', '00'],
    ['NUL within a text', '610062'],
    ['NUL behind a character that is not ASCII', 'c3a400'],
  ])('refuses a text with %s, read or skipped', (_, content) => {
    const bytes = hex(content);
    const field = Buffer.concat([Buffer.of(0, bytes.length), bytes]);
    for (const method of ['text', 'skipText'] as const) {
      expect(caught(() => readerOf(field)[method]())).toMatchObject(malformedPacket);
    }
  });

  it('skips exactly the texts that it reads', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(content, fc.uint8Array({ maxLength: 3 }), (bytes, behind) => {
        const field = Buffer.concat([Buffer.of(0, bytes.length), bytes, behind]);
        const outcome = (method: 'text' | 'skipText'): number | string => {
          const reader = readerOf(field);
          try {
            reader[method]();
            return reader.rest;
          } catch {
            return 'malformed';
          }
        };
        expect(outcome('skipText')).toBe(outcome('text'));
      }),
    );
  });

  it.each(['8000', '8100', '808000', 'ff8000', '80808000', '8080808000', '8080808001', 'ffffffff7f'])(
    'refuses %s as a variable byte integer',
    (bytes) => {
      expect(caught(() => readerOf(hex(bytes)).variableInteger())).toMatchObject(malformedPacket);
    },
  );

  it('keeps a section to its length', () => {
    const reader = readerOf(hex('0102 0304'));
    const section = reader.section(2);
    expect(section.uint16()).toBe(0x0102);
    expect(caught(() => section.byte())).toMatchObject(malformedPacket);
    expect(reader.rest).toBe(2);
    expect(caught(() => reader.finish())).toMatchObject(malformedPacket);
    expect(caught(() => reader.section(3))).toMatchObject(malformedPacket);
    expect(reader.uint16()).toBe(0x0304);
    reader.finish();
  });
});
