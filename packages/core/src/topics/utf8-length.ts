/**
 * The number of bytes that `text` takes in UTF-8, without encoding it.
 * A lone surrogate counts 3, the length of the U+FFFD that `TextEncoder` writes in its place.
 */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (isPair(text, i, code)) {
      // Two units, four bytes.
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/**
 * Tells whether `text` takes more than `limit` bytes in UTF-8. Counts only when the answer is not plain from the number
 * of UTF-16 units, of which each takes one to three bytes.
 */
export function exceedsUtf8(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && utf8Length(text) > limit;
}

function isPair(text: string, at: number, code: number): boolean {
  return isHighSurrogate(code) && isLowSurrogate(text.charCodeAt(at + 1));
}

/** Tells whether a UTF-16 unit is the first half of a surrogate pair. */
export function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** Tells whether a UTF-16 unit is the second half of a surrogate pair. */
export function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
