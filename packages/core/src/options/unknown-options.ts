import type { OptionProblem } from '../errors/connection-errors.js';
import { nearest } from './nearest.js';

/**
 * A problem for each key of options that is none of the known ones. A slip is answered with what was probably meant.
 * @param path where the options stand, such as `reconnect`; empty for the outermost.
 * @param meant what keys of others are called here.
 */
export function unknownOptions(
  options: object,
  known: readonly string[],
  path = '',
  meant: Readonly<Record<string, string>> = {},
): readonly OptionProblem[] {
  return (
    Object.entries(options)
      // A key without a value asks for nothing.
      .filter(([key, value]) => value !== undefined && !known.includes(key))
      .map(([key]) => {
        const near = Object.hasOwn(meant, key) ? meant[key] : nearest(key, known);
        const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
        return { path: path === '' ? key : `${path}.${key}`, reason: `is not an option; ${hint}` };
      })
  );
}
