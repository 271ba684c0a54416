import fc from 'fast-check';
import { text } from './text.js';

const utf8 = new TextEncoder();

/** What a receiver gets of a text. */
function sent(value: string): Uint8Array {
  return utf8.encode(text().encode(value) as string);
}

describe('text', () => {
  it.each([
    ['nothing', ''],
    ['ASCII', 'on'],
    ['two bytes', 'Grüße'],
    ['four bytes', '🌡️ 21 °C'],
    ['a byte order mark, which is part of the text', '﻿on'],
    ['NUL and line ends', '\0\r\n'],
  ])('reads %s', (_, value) => {
    expect(text().decode(utf8.encode(value))).toBe(value);
  });

  it('gives back what was sent, whatever the text', () => {
    const codec = text();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(codec.decode(sent(value))).toBe(value);
      }),
    );
  });

  it.each([
    ['a byte that never occurs', [0xff]],
    ['a cut character', [0x6f, 0xe2, 0x82]],
    ['an overlong form', [0xc0, 0x80]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('does not read %s', (_, payload) => {
    expect(() => text().decode(new Uint8Array(payload))).toThrow(/not valid/);
  });

  it('reads on after a payload that it could not read', () => {
    const codec = text();

    expect(() => codec.decode(new Uint8Array([0x6f, 0xe2, 0x82]))).toThrow(/not valid/);
    expect(codec.decode(utf8.encode('on'))).toBe('on');
  });

  it('reads the view of a larger buffer only', () => {
    const packet = utf8.encode('<on>');

    expect(text().decode(packet.subarray(1, 3))).toBe('on');
  });

  it('tells the receiver that it is text', () => {
    expect(text()).toMatchObject({
      name: 'UTF-8 text',
      properties: { payloadFormatIndicator: 1, contentType: 'text/plain' },
    });
  });
});
