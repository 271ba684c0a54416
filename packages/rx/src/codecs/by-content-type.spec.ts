import { InvalidOptionsError } from '@rxmqtt/core';
import { byContentType } from './by-content-type.js';
import type { Codec, Encoded } from './codec.js';
import { json } from './json.js';
import { number } from './number.js';
import { text } from './text.js';

const utf8 = new TextEncoder();
const celsius = json((value) => (value as { celsius: number }).celsius);

function of(contentType?: string): Encoded {
  return { topic: 'a', properties: contentType === undefined ? {} : { contentType } };
}

describe('byContentType', () => {
  const codec = byContentType({ 'application/json': celsius, 'text/plain': number() });

  it.each([
    ['application/json', '{"celsius":21.5}'],
    ['text/plain', '21.5'],
    ['Application/JSON; charset=utf-8', '{"celsius":21.5}'],
    ['application/vnd.plant+json', '{"celsius":21.5}'],
  ])('decodes %s as it says', (type, payload) => {
    expect(codec.decode(utf8.encode(payload), of(type))).toBe(21.5);
  });

  it.each([
    [undefined, /no content type/],
    ['', /no content type|nothing decodes/],
    ['image/png', /nothing decodes "image\/png"/],
    ['text/plain+x', /nothing decodes/],
  ])('does not decode %p', (type, reason) => {
    expect(() => codec.decode(utf8.encode('21.5'), of(type))).toThrow(reason);
  });

  it('gives the rest to the fallback', () => {
    const lenient = byContentType({ 'application/json': celsius }, { fallback: number() });

    expect(lenient.decode(utf8.encode('1'), of())).toBe(1);
    expect(lenient.decode(utf8.encode('2'))).toBe(2);
    expect(lenient.decode(utf8.encode('3'), of('text/csv'))).toBe(3);
    expect(lenient.decode(utf8.encode('{"celsius":4}'), of('application/json'))).toBe(4);
  });

  it('prefers what is listed to what it is a kind of', () => {
    const own: Codec<number> = { name: 'own', decode: () => -1, encode: String };
    const both = byContentType({ 'application/json': celsius, 'application/own+json': own });

    expect(both.decode(utf8.encode('?'), of('application/own+json'))).toBe(-1);
  });

  it('encodes with the first codec, as of its type', () => {
    const either = byContentType({ 'text/markdown': text(), 'text/html': text() });

    expect(either.encode('# x')).toBe('# x');
    expect(either.properties).toEqual({ payloadFormatIndicator: 1, contentType: 'text/markdown' });
    expect(either.name).toBe('UTF-8 text or UTF-8 text');
  });

  it('is not fooled by names that every object has', () => {
    expect(() => codec.decode(utf8.encode('1'), of('constructor'))).toThrow(/nothing decodes/);
    expect(() => codec.decode(utf8.encode('1'), of('x+__proto__'))).toThrow(/nothing decodes/);
  });

  it.each([[{}], [{ json: text() }], [{ 'Text/Plain': text() }], [{ 'text/plain; charset=utf-8': text() }]])(
    'refuses %p at once',
    (codecs: Record<string, Codec<string>>) => {
      expect(() => byContentType(codecs)).toThrow(InvalidOptionsError);
    },
  );
});
