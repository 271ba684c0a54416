import fc from 'fast-check';
import { quoteText } from './quote-text.js';

const STEERING = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('quoteText', () => {
  it.each([
    ['plant/7/temp', '"plant/7/temp"'],
    ['', '""'],
    ['größe/温度/😀', '"größe/温度/😀"'],
    ['a"b', '"a\\u0022b"'],
    ['a\\b', '"a\\u005cb"'],
    ['a\nb\u001b[2J', '"a\\u000ab\\u001b[2J"'],
    ['\u202eevil', '"\\u202eevil"'],
    [undefined, '"undefined"'],
    [7, '"7"'],
  ])('shows %j as %s', (topic, expected) => {
    expect(quoteText(topic)).toBe(expected);
  });

  it('shortens after 120 characters and says so', () => {
    expect(quoteText('a'.repeat(120))).toBe(`"${'a'.repeat(120)}"`);
    expect(quoteText('a'.repeat(121))).toBe(`"${'a'.repeat(120)}…"`);
  });

  it('lets nothing through that steers a terminal or ends the quotation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (topic) => {
        const quoted = quoteText(topic);
        expect(quoted).not.toMatch(STEERING);
        expect(quoted.slice(1, -1)).not.toContain('"');
        expect(quoted.length).toBeLessThanOrEqual(2 + 1 + 120 * 6);
      }),
    );
  });
});
