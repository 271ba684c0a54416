/** Bytes that one call takes as arguments. */
const CHUNK = 8_192;

/** Bytes as base64, in Node and browsers. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return btoa(binary);
}
