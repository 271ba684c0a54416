import fc from 'fast-check';

// Few texts, so that filters and topics meet often; among them those that go wrong easily.
const texts = ['', 'a', 'b', '$x', '__proto__', 'é', '😀', 'a.b'];

const text = fc.constantFrom(...texts);

/** A level of a topic: any text without `/`, `+`, `#`, null characters and halves of pairs. */
export const anyLevel = fc.string({ unit: 'grapheme', maxLength: 6 }).map((value) =>
  value
    .replaceAll('\u0000', '')
    .replace(/[/+#]/g, '')
    .replace(/[\ud800-\udfff]/gu, ''),
);

export const topicName = fc
  .array(fc.oneof({ weight: 4, arbitrary: text }, anyLevel), { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');

/** A filter without share group. */
export const plainFilter = fc
  .tuple(fc.array(fc.oneof(text, fc.constant('+')), { maxLength: 4 }), fc.constantFrom('', '', '#', '+', 'a'))
  .map(([levels, last]) => [...levels, ...(last === '' ? [] : [last])].join('/'))
  .filter((filter) => filter !== '' && filter !== '$share' && !filter.startsWith('$share/'));

export const filter = fc.oneof(
  { weight: 4, arbitrary: plainFilter },
  fc.tuple(fc.constantFrom('g', 'ü'), plainFilter).map(([group, inner]) => `$share/${group}/${inner}`),
);

/** Filters and topics from hardly any levels, so that a few of them share most of their levels. */
const crowded = fc.array(fc.constantFrom('a', '$x', '+'), { minLength: 1, maxLength: 3 });
export const crowdedFilter = fc
  .tuple(crowded, fc.boolean())
  .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'));
export const crowdedTopic = crowded.map((levels) => levels.join('/').replaceAll('+', 'b'));

/** Every topic of up to `depth` levels from a small alphabet. */
export function allTopics(alphabet: readonly string[], depth: number): string[] {
  let longest = alphabet.map((level) => level);
  const topics = [...longest];
  for (let i = 1; i < depth; i++) {
    longest = longest.flatMap((topic) => alphabet.map((level) => `${topic}/${level}`));
    topics.push(...longest);
  }
  return topics.filter((topic) => topic !== '');
}
