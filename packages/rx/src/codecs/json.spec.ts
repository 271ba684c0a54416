import fc from 'fast-check';
import { json } from './json.js';

const utf8 = new TextEncoder();

function isReading(value: unknown): { celsius: number } {
  if (typeof value === 'object' && value !== null && 'celsius' in value && typeof value.celsius === 'number') {
    return { celsius: value.celsius };
  }
  throw new TypeError('no reading');
}

describe('json', () => {
  it.each([
    ['an object', '{"celsius":21.5}', { celsius: 21.5 }],
    ['a list', '[1,null,"x"]', [1, null, 'x']],
    ['a text', '"on"', 'on'],
    ['a number', '21.5', 21.5],
    ['null', 'null', null],
    ['white space around it', ' {\n} ', {}],
    ['a byte order mark in front of it', '﻿true', true],
  ])('reads %s', (_, written, value) => {
    expect(json().decode(utf8.encode(written))).toEqual(value);
  });

  it.each([
    ['nothing', ''],
    ['a cut object', '{"celsius":'],
    ['more than one value', '1 2'],
    ['single quotes', "{'a':1}"],
    ['NaN', 'NaN'],
  ])('does not read %s', (_, written) => {
    expect(() => json().decode(utf8.encode(written))).toThrow(SyntaxError);
  });

  it('does not read what is no text, and reads on afterwards', () => {
    const codec = json();

    expect(() => codec.decode(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(/not valid/);
    expect(() => codec.decode(new Uint8Array([0x22, 0xe2, 0x82]))).toThrow(/not valid/);
    expect(codec.decode(utf8.encode('"on"'))).toBe('on');
  });

  it('gives back what was sent, whatever the value', () => {
    const codec = json();
    fc.assert(
      // By way of JSON's own text, which has no -0.
      fc.property(
        fc.json().map((written): unknown => JSON.parse(written)),
        (value) => {
          expect(codec.decode(utf8.encode(codec.encode(value) as string))).toEqual(value);
        },
      ),
    );
  });

  it('carries half a surrogate pair, which plain text cannot', () => {
    expect(json().decode(utf8.encode(json().encode('\ud800') as string))).toBe('\ud800');
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a BigInt', 1n],
  ])('does not send %s', (_, value) => {
    expect(() => json().encode(value)).toThrow(TypeError);
  });

  it('does not send what contains itself', () => {
    const value: unknown[] = [];
    value.push(value);

    expect(() => json().encode(value)).toThrow(TypeError);
  });

  it('tells the receiver that it is JSON', () => {
    expect(json()).toMatchObject({
      name: 'JSON',
      properties: { payloadFormatIndicator: 1, contentType: 'application/json' },
    });
  });

  describe('with a validation', () => {
    it('gives what the validation returns', () => {
      expect(json(isReading).decode(utf8.encode('{"celsius":21.5,"secret":1}'))).toEqual({ celsius: 21.5 });
    });

    it('does not read what the validation refuses, and throws what it throws', () => {
      expect(() => json(isReading).decode(utf8.encode('{"kelvin":1}'))).toThrow(new TypeError('no reading'));
    });

    it('does not ask it about what is no JSON', () => {
      const validate = jest.fn((value: unknown) => value);

      expect(() => json(validate).decode(utf8.encode('{'))).toThrow(SyntaxError);
      expect(validate).not.toHaveBeenCalled();
    });

    it('does not ask it about what is sent: its type says that', () => {
      const validate = jest.fn(isReading);

      expect(json(validate).encode({ celsius: 1 })).toBe('{"celsius":1}');
      expect(validate).not.toHaveBeenCalled();
    });
  });
});
