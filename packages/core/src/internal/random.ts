/** A source of randomness: a number from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** The default source, good enough for jitter. */
export const systemRandom: Random = () => Math.random();

/** An unguessable text of `length` letters and digits, for client identifiers. */
export function randomId(length: number): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  let id = '';
  for (const byte of bytes) id += alphabet.charAt(byte % 36);
  return id;
}
