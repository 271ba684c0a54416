const MAX_LENGTH = 120;

/** Controls, and what is invisible: bidirectional overrides, zero-width and line-separating characters. And the quote itself. */
const UNPRINTABLE = /["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Foreign text, such as a topic, as it may stand in an error or a log line: quoted, shortened, and steering no terminal. */
export function quoteText(foreign: unknown): string {
  const text = textOf(foreign);
  const quoted = text.slice(0, MAX_LENGTH).replace(UNPRINTABLE, escaped);
  return `"${quoted}${text.length > MAX_LENGTH ? '…' : ''}"`;
}

/** Foreign text without quotation marks, for fields of log lines that have their own: steering no terminal, forging no line. */
export function escapeText(text: string, longest = 1024): string {
  const shown = text
    .slice(0, longest)
    .replace(UNPRINTABLE, (char) => (char === '"' || char === '\\' ? char : escaped(char)));
  return text.length > longest ? `${shown}…` : shown;
}

function escaped(char: string): string {
  return `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

/** Anything as text, also what cannot be made into text. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
