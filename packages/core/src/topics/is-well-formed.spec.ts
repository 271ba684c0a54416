import fc from 'fast-check';
import { hasOnlyPairs, isWellFormed } from './is-well-formed.js';

// Surrogates mostly, or random units would hardly ever make a pair.
const units = fc.array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7ff, max: 0xe000 })), { maxLength: 6 });
const text = units.map((codes) => String.fromCharCode(...codes));

describe.each([
  ['isWellFormed', isWellFormed],
  ['hasOnlyPairs', hasOnlyPairs],
])('%s', (_name, subject) => {
  it('tells what UTF-8 carries unchanged', () => {
    const survives = (value: string) =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value)) === value;
    fc.assert(fc.property(text, (value) => subject(value) === survives(value)));
  });

  it.each(['', 'a', '😀', 'a😀b', '\ufeff', '\ud7ff\ue000'])('accepts %j', (value) => {
    expect(subject(value)).toBe(true);
  });

  it.each(['\ud83d', '\ude00', '\ude00\ud83d', '\ud83da', '😀\ud83d', '\ud83d\ud83d\ude00'])('refuses %j', (value) => {
    expect(subject(value)).toBe(false);
  });
});
