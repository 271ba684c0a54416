import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { captureLevels } from './captures.js';

/**
 * All the rules of a filter in one place (MQTT 5.0 sections 1.5.4, 4.7.1 and 4.8.2), for bundles in which the words that
 * `validateTopicFilter` has for each of them would weigh more than the rest. Linear: no two parts of it can match the same text.
 */
const FILTER =
  /^(?=.{1,65535}$)(?!.*[\0\p{Cs}])(?:\$share\/[^+#/]+\/(?=.)|(?!\$share(?:\/|$)))((?:(?:\+|[^+#/]*)\/)*(?:[+#]|[^+#/]*))$/su;

/**
 * `captures` for one filter and many topics: reads the filter once. A topic must be a valid topic name, as those of received
 * messages are; that is not checked again.
 *
 * Small on purpose, and so less exact in one thing: the 65,535 bytes that a filter may take are counted as characters. What is
 * too long for MQTT matches no topic anyway.
 *
 * @throws InvalidTopicError with `kind: 'filter'`, at once. `validateTopicFilter` says what is wrong.
 */
export function compileCaptures(filter: string): (topic: string) => string[] | undefined {
  // JavaScript may give what is no text.
  const text = filter as { readonly match?: typeof filter.match } | undefined;
  const levels = text?.match?.(FILTER)?.[1]?.split('/');
  if (!levels) throw new InvalidTopicError('filter', filter, 'is none: see validateTopicFilter');
  // Most topics do not match, and most of those end otherwise: nothing is cut out of them.
  const end = levels.at(-1)!.replace(/[+#]/, '');
  return (topic) => (topic.endsWith(end) ? captureLevels(levels, topic) : undefined);
}
