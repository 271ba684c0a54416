const MAX_LENGTH = 120;

/** Foreign text, such as a topic, as it may stand in an error or a log line: quoted, shortened, and steering no terminal. */
export function quoteText(foreign: unknown): string {
  const text = textOf(foreign);
  let quoted = '"';
  for (let i = 0; i < text.length && i < MAX_LENGTH; i++) {
    const code = text.charCodeAt(i);
    quoted += isPrintable(code) ? text.charAt(i) : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return text.length > MAX_LENGTH ? `${quoted}…"` : `${quoted}"`;
}

/** Foreign text without quotation marks, for fields of log lines that have their own: steering no terminal, forging no line. */
export function escapeText(text: string, longest = 1024): string {
  let escaped = '';
  for (let i = 0; i < text.length && i < longest; i++) {
    const code = text.charCodeAt(i);
    escaped += code === 0x22 || code === 0x5c || isPrintable(code) ? text.charAt(i) : `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return text.length > longest ? `${escaped}…` : escaped;
}

/** Controls, bidirectional overrides, zero-width and line-separating characters can forge a line; so can the quote itself. */
function isPrintable(code: number): boolean {
  if (code < 0x20 || code === 0x22 || code === 0x5c) return false;
  if (code >= 0x7f && code <= 0x9f) return false;
  if (code >= 0x200b && code <= 0x200f) return false;
  if (code >= 0x2028 && code <= 0x202e) return false;
  if (code >= 0x2066 && code <= 0x2069) return false;
  return code !== 0xfeff && code !== 0x061c;
}

/** Anything as text, also what cannot be made into text. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
