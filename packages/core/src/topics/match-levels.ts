import { endOfLevel, HASH, PLUS, SLASH } from './char-codes.js';

/**
 * Tells whether the levels of `filter` from index `f` match those of `topic` from index `t`, both of which begin a level.
 * Reads each character once and allocates nothing. Checks neither text, nor the `$` rule: that is for the caller.
 */
export function matchLevels(filter: string, f: number, topic: string, t: number): boolean {
  const filterEnd = filter.length;
  const topicEnd = topic.length;
  for (;;) {
    const first = f < filterEnd ? filter.charCodeAt(f) : SLASH;
    if (first === HASH) return true;
    if (first === PLUS) {
      f++;
      t = endOfLevel(topic, t);
    } else {
      while (f < filterEnd && t < topicEnd) {
        const code = filter.charCodeAt(f);
        if (code === SLASH || code !== topic.charCodeAt(t)) break;
        f++;
        t++;
      }
    }
    // `sport/#` matches `sport` as well (section 4.7.1.2); before `#` there is always a `/`.
    if (t === topicEnd) return f === filterEnd || filter.charCodeAt(f + 1) === HASH;
    if (f === filterEnd || filter.charCodeAt(f) !== SLASH || topic.charCodeAt(t) !== SLASH) return false;
    f++;
    t++;
  }
}
