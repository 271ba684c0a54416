import { styleText } from 'node:util';

/** The styles in use. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Gives text a style. */
export type Paint = (style: Style, text: string) => string;

/** Paints for a stream: only if it is a terminal, and the environment (`NO_COLOR` and the like) does not forbid it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  const colours = stream.isTTY && stream.hasColors();
  return (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text);
}
