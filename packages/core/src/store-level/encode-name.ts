import { encodeUtf8 } from '../internal/utf8.js';

/** What file systems take, with room for an ending. */
const LONGEST = 200;

/**
 * A name as a part of a path or a key: small letters, digits, `-` and `_` as they are, everything else as `=` and two hex
 * digits. So no name leaves its folder, and none meets another where the file system takes `A` for `a`. Undefined where the
 * name is too long for that.
 */
export function encodeName(name: string): string | undefined {
  let encoded = '';
  for (const byte of encodeUtf8(name)) {
    const character = String.fromCharCode(byte);
    encoded += /[a-z0-9_-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded.length > LONGEST ? undefined : encoded;
}
