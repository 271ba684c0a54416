/** Naive versions of what src/topics does fast, to compare with. They take valid filters and topics. */

function levelsOf(filter: string): string[] {
  return filter.replace(/^\$share\/[^/]+\//, '').split('/');
}

export function referenceMatcher(filter: string): (topic: string) => boolean {
  const [first = '', ...others] = levelsOf(filter);
  const pattern = [first, ...others]
    .map((level) => (level === '#' ? '.*' : level === '+' ? '[^/]*' : level.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  const open = pattern.endsWith('/.*') ? `${pattern.slice(0, -3)}(/.*)?` : pattern;
  const expression = new RegExp(`^${open}$`, 'su');
  return (topic) => {
    if (topic.startsWith('$') && (first === '+' || first === '#')) return false;
    return expression.test(topic);
  };
}

export function referenceMatch(filter: string, topic: string): boolean {
  return referenceMatcher(filter)(topic);
}

export function referenceCaptures(filter: string, topic: string): string[] | undefined {
  if (!referenceMatch(filter, topic)) return undefined;
  const parts = topic.split('/');
  return levelsOf(filter).flatMap((level, i) => {
    if (level === '#') return [parts.slice(i).join('/')];
    return level === '+' ? [parts[i] as string] : [];
  });
}

export function referenceOverlap(a: string, b: string, topics: readonly string[]): boolean {
  const isInB = referenceMatcher(b);
  return topics.filter(referenceMatcher(a)).some(isInB);
}
