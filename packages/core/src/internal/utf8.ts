import { isWellFormed } from '../topics/is-well-formed.js';
import { utf8Length as countUtf8 } from '../topics/utf8-length.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes that a text takes in UTF-8, or -1 when it has a lone surrogate and so has no UTF-8 form. */
export function utf8Length(text: string): number {
  return isWellFormed(text) ? countUtf8(text) : -1;
}

/** Writes a text as UTF-8 at `offset` and returns the offset behind it. The caller has made room for `utf8Length(text)`. */
export function writeUtf8(text: string, into: Uint8Array, offset: number): number {
  const { length } = text;
  // Short ASCII, the usual topic and payload, is faster by hand than through the encoder.
  if (length <= 64) {
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) break;
      into[offset + i] = code;
    }
    if (i === length) return offset + length;
  }
  return offset + encoder.encodeInto(text, into.subarray(offset)).written;
}

/** A text as UTF-8 bytes. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes; throws a TypeError when they are ill-formed. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** Whether all bytes are ASCII and none is NUL. */
export function isPlainAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0 || byte >= 0x80) return false;
  }
  return true;
}
