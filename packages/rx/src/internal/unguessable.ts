/** Bytes that nobody can guess. */
export function unguessableBytes(size: number): Uint8Array {
  // eslint-disable-next-line no-restricted-globals -- what is chance to a test would be a forged reply to a user
  return crypto.getRandomValues(new Uint8Array(size));
}

/** A text of letters and digits that nobody can guess. */
export function unguessableText(length: number): string {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';
  let text = '';
  for (const byte of unguessableBytes(length)) text += alphabet.charAt(byte % alphabet.length);
  return text;
}
