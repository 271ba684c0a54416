import { stripVTControlCharacters } from 'node:util';

/** Controls, and what reorders or hides text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text that came from somewhere else (topics, payloads, error messages), such that it cannot steer the terminal. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(UNPRINTABLE, '�');
}
