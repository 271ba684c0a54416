/** The UTF-16 code of `#`, the multi-level wildcard. */
export const HASH = 0x23;
/** The UTF-16 code of `$`, which begins topics that leading wildcards do not match. */
export const DOLLAR = 0x24;
/** The UTF-16 code of `+`, the single-level wildcard. */
export const PLUS = 0x2b;
/** The UTF-16 code of `/`, which separates levels. */
export const SLASH = 0x2f;

/** The index of the `/` that ends the level beginning at `start`, or the length of the text for the last level. */
export function endOfLevel(text: string, start: number): number {
  const slash = text.indexOf('/', start);
  return slash === -1 ? text.length : slash;
}
