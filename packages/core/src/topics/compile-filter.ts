import { endOfLevel, SLASH } from './char-codes.js';
import { filterStart } from './filter-start.js';
import { isHiddenFrom } from './match-topic.js';
import { validateTopicFilter } from './topic-filter.js';
import { isTopicName } from './topic-name.js';

/**
 * `matchTopic` for one filter and many topics: reads the filter once, then answers about twice as fast.
 * The same rules hold; an invalid topic gives `false`.
 *
 * @throws InvalidTopicError with `kind: 'filter'`, at once.
 */
export function compileFilter(filter: string): (topic: string) => boolean {
  validateTopicFilter(filter);
  const levels = filter.slice(filterStart(filter));
  if (levels === '#') return (topic) => !topic.startsWith('$') && isTopicName(topic);
  const isOpen = levels.endsWith('/#');
  const first = levels.charCodeAt(0);
  // In a valid filter each `+` is a level of its own, so this leaves the text between them.
  const [head = '', ...runs] = (isOpen ? levels.slice(0, -2) : levels).split('+');
  return (topic) => {
    if (!topic.startsWith(head) || isHiddenFrom(first, topic)) return false;
    let at = head.length;
    for (const run of runs) {
      at = endOfLevel(topic, at);
      if (!topic.startsWith(run, at)) return false;
      at += run.length;
    }
    const isMatch = at === topic.length || (isOpen && topic.charCodeAt(at) === SLASH);
    return isMatch && isTopicName(topic);
  };
}
