import fc from 'fast-check';
import { caught } from '../../test/topics/caught.js';
import { decodeUtf8, encodeUtf8, isPlainAscii, utf8Length, writeUtf8 } from './utf8.js';

// Any code units, surrogates often, or random ones would hardly ever make a pair.
const units = fc.array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd7ff, max: 0xe000 })), {
  maxLength: 80,
});
const anyText = units.map((codes) => String.fromCharCode(...codes));
const wellFormed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ unit: 'binary-ascii', maxLength: 100 }),
);

/** Whether encoding keeps the text as it is. */
function survives(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text;
}

describe('utf8Length', () => {
  it('is the length of what is encoded, or -1 for text that has no encoding', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, wellFormed), (text) => {
        expect(utf8Length(text)).toBe(survives(text) ? Buffer.byteLength(text) : -1);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['', 0],
    ['\u007f', 1],
    ['\u0080', 2],
    ['\u07ff', 2],
    ['\u0800', 3],
    ['\ud7ff', 3],
    ['\ue000', 3],
    ['\uffff', 3],
    ['\u{10000}', 4],
    ['\u{10ffff}', 4],
    ['\ud800', -1],
    ['\udbffa', -1],
    ['\udc00\ud800', -1],
    ['a\ud83d', -1],
    ['\ud83d\ud83d\ude00', -1],
  ])('of %j is %i', (text, length) => {
    expect(utf8Length(text)).toBe(length);
  });
});

describe('writeUtf8', () => {
  it('writes the bytes of the text, and no others', () => {
    fc.assert(
      fc.property(wellFormed, fc.nat(5), (text, offset) => {
        const expected = Buffer.from(text, 'utf8');
        const into = new Uint8Array(offset + expected.length + 3).fill(0xee);
        const end = writeUtf8(text, into, offset);
        expect(end).toBe(offset + expected.length);
        expect(Buffer.from(into.subarray(offset, end))).toEqual(expected);
        expect(into.subarray(0, offset).every((byte) => byte === 0xee)).toBe(true);
        expect(into.subarray(end).every((byte) => byte === 0xee)).toBe(true);
      }),
    );
  });

  it.each([63, 64, 65])('writes %i characters, of which the last may be any', (length) => {
    for (const last of ['a', '\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '😀']) {
      const text = 'x'.repeat(length - last.length) + last;
      const into = new Uint8Array(utf8Length(text));
      expect(writeUtf8(text, into, 0)).toBe(into.length);
      expect(Buffer.from(into).toString()).toBe(text);
    }
  });
});

describe('decodeUtf8', () => {
  it('gives back what was encoded, from within other bytes', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const bytes = encodeUtf8(text);
        const around = Buffer.concat([Buffer.of(0x80), bytes, Buffer.of(0xc0)]);
        expect(decodeUtf8(around, 1, 1 + bytes.length)).toBe(text);
      }),
    );
  });

  it('keeps a byte order mark', () => {
    expect(decodeUtf8(Buffer.from('\ufeffa'), 0, 4)).toBe('\ufeffa');
  });

  it('throws for exactly those bytes that no text has', () => {
    const pieces = fc.constantFrom(
      0x00,
      0x61,
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xa0,
      0xed,
      0xef,
      0xf0,
      0x90,
      0xf4,
      0x8f,
      0xff,
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 5 }), (list) => {
        const bytes = Buffer.from(list);
        const exists = Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes);
        if (exists) expect(decodeUtf8(bytes, 0, bytes.length)).toBe(bytes.toString('utf8'));
        else expect(caught(() => decodeUtf8(bytes, 0, bytes.length))).toMatchObject({ name: 'TypeError' });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('isPlainAscii', () => {
  it('refuses NUL and all that is not ASCII, within its limits only', () => {
    for (let byte = 0; byte < 256; byte++) {
      const bytes = Buffer.of(0, 0x61, byte, 0x61, 0x80);
      expect(isPlainAscii(bytes, 1, 4)).toBe(byte > 0 && byte < 0x80);
      expect(isPlainAscii(bytes, 1, 2)).toBe(true);
      expect(isPlainAscii(bytes, 2, 2)).toBe(true);
    }
  });
});
