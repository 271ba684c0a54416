import { isHighSurrogate, isLowSurrogate } from './utf8-length.js';

// ES2024, and many times faster than a loop over the text; Safari has it since 16.4.
const native = (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed;

/** Tells whether every surrogate in `text` has its other half, so that UTF-8 can carry the text unchanged. */
export function isWellFormed(text: string): boolean {
  return native === undefined ? hasOnlyPairs(text) : native.call(text);
}

/** What {@link isWellFormed} does where the platform does not do it. */
export function hasOnlyPairs(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isLowSurrogate(code)) return false;
    if (!isHighSurrogate(code)) continue;
    i++;
    if (!isLowSurrogate(text.charCodeAt(i))) return false;
  }
  return true;
}
