import { unguessableBytes } from '../internal/unguessable.js';

const SIZE = 16;

/** What tells the replies to one request from those to others. */
export interface Correlation {
  readonly bytes: Uint8Array;
  /** The same as text, to look it up by. */
  readonly key: string;
}

/** A correlation that nobody can guess: not even a responder that knows other ones can answer in the name of another. */
export function newCorrelation(): Correlation {
  const bytes = unguessableBytes(SIZE);
  return { bytes, key: correlationKey(bytes) };
}

/** Correlation data as text. Of a length that is not ours there is none. */
export function correlationKey(bytes: Uint8Array): string {
  if (bytes.length !== SIZE) return '';
  let key = '';
  for (const byte of bytes) key += HEX[byte]!;
  return key;
}

const HEX = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
