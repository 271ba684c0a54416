import { runInNewContext } from 'node:vm';
import { isBytes } from './is-bytes.js';

describe('isBytes', () => {
  it.each([
    ['a Uint8Array', new Uint8Array(1)],
    ['a Buffer', Buffer.of(1)],
    ['a Uint8Array of another realm', runInNewContext('new Uint8Array(1)')],
  ])('accepts %s', (_, value) => {
    expect(isBytes(value)).toBe(true);
  });

  it.each([
    ['text', 'a'],
    ['a list', [1]],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['other numbers', new Uint16Array(1)],
    ['clamped bytes', new Uint8ClampedArray(1)],
    ['null', null],
    ['nothing', undefined],
  ])('refuses %s', (_, value) => {
    expect(isBytes(value)).toBe(false);
  });
});
