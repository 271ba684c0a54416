import fc from 'fast-check';
import { number } from './number.js';

const utf8 = new TextEncoder();

describe('number', () => {
  it.each([
    ['21.5', 21.5],
    ['0', 0],
    ['-0.5e3', -500],
    ['+5', 5],
    ['.5', 0.5],
    ['5.', 5],
    ['007', 7],
    ['1E3', 1000],
    ['9007199254740993', 9007199254740992],
    [' 7\r\n', 7],
  ])('reads %j', (written, value) => {
    expect(number().decode(utf8.encode(written))).toBe(value);
  });

  it.each([
    '',
    '  ',
    'on',
    '1,5',
    '1_000',
    '12px',
    '1 2',
    '--1',
    '0x10',
    '0B11',
    '0o7',
    'NaN',
    'Infinity',
    '1e400',
    '21.5\0',
  ])('does not read %j', (written) => {
    expect(() => number().decode(utf8.encode(written))).toThrow(RangeError);
  });

  it('does not read what is no text', () => {
    expect(() => number().decode(new Uint8Array([0x32, 0xff]))).toThrow(/not valid/);
  });

  it('reads on after a payload that it could not read', () => {
    const codec = number();

    expect(() => codec.decode(new Uint8Array([0x32, 0xe2]))).toThrow(/not valid/);
    expect(codec.decode(utf8.encode('2'))).toBe(2);
  });

  it('gives back what was sent, whatever the number', () => {
    const codec = number();
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // Text has no -0 in JavaScript.
        expect(codec.decode(utf8.encode(codec.encode(value) as string))).toBe(value + 0);
      }),
    );
  });

  it.each([NaN, Infinity, -Infinity])('does not send %d', (value) => {
    expect(() => number().encode(value)).toThrow(RangeError);
  });

  it('tells the receiver that it is text', () => {
    expect(number()).toMatchObject({
      name: 'a number',
      properties: { payloadFormatIndicator: 1, contentType: 'text/plain' },
    });
  });
});
