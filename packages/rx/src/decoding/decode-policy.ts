import { isDeadLetter } from '../dead-letters/is-dead-letter.js';
import { type Rule, oneOf } from '../internal/rules.js';

/** What becomes of undecodable messages: one of these words, or a dead letter. */
export function decodePolicy(...words: readonly string[]): Rule {
  return oneOf(words, isDeadLetter, ' or a deadLetter(…)');
}
