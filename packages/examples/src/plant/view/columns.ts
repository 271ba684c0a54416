import stringWidth from 'string-width';
import { printable } from './printable.js';

const ASCII = /^[ -~]*$/;

/** Text cut or padded to a width in terminal columns, and safe to print. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = cut(printable(text), width);
  const space = ' '.repeat(Math.max(0, width - widthOf(shown)));
  return align === 'left' ? shown + space : space + shown;
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}
