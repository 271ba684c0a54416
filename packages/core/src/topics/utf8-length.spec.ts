import fc from 'fast-check';
import { exceedsUtf8, utf8Length } from './utf8-length.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
);

describe('utf8Length', () => {
  it('is what TextEncoder writes', () => {
    const encoder = new TextEncoder();
    fc.assert(fc.property(anyText, (text) => utf8Length(text) === encoder.encode(text).length));
  });

  it.each([
    ['', 0],
    ['a\u007f', 2],
    ['\u0080\u07ff', 4],
    ['\u0800\uffff', 6],
    ['😀', 4],
    ['\ud83d', 3],
    ['\ude00\ud83d', 6],
    ['\ud83d😀', 7],
  ])('of %j is %i', (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
  });
});

describe('exceedsUtf8', () => {
  it('agrees with the length', () => {
    fc.assert(fc.property(anyText, fc.nat(40), (text, limit) => exceedsUtf8(text, limit) === utf8Length(text) > limit));
  });
});
