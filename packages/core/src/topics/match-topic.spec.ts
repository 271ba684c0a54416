import fc from 'fast-check';
import { filter, topicName } from '../../test/topics/arbitraries.js';
import { caught } from '../../test/topics/caught.js';
import { referenceMatch } from '../../test/topics/reference.js';
import { compileFilter } from './compile-filter.js';
import { matchTopic } from './match-topic.js';

// What the two have in common; the vectors are in topic-vectors.spec.ts.
describe.each([
  ['matchTopic', matchTopic],
  ['compileFilter', (wanted: string, topic: string) => compileFilter(wanted)(topic)],
])('%s', (_name, match) => {
  it('agrees with a regular expression', () => {
    fc.assert(
      fc.property(filter, topicName, (wanted, topic) => match(wanted, topic) === referenceMatch(wanted, topic)),
      { numRuns: 5_000 },
    );
  });

  it.each(['', 'a/+', '#', 'a\u0000', 'a\ud800', 'a'.repeat(65_536), 'é'.repeat(32_768)])(
    'is false for an invalid topic (%#)',
    (topic) => {
      expect(match('#', topic)).toBe(false);
    },
  );

  it('matches a topic and a filter of the greatest length and depth', () => {
    const slashes = '/'.repeat(65_535);
    expect(match(slashes, slashes)).toBe(true);
    expect(match('+/'.repeat(32_767) + '#', 'a/'.repeat(32_767))).toBe(true);
    expect(match('+/'.repeat(32_767) + '#', 'a/'.repeat(32_765) + 'a')).toBe(false);
  });
});

describe('matchTopic', () => {
  it.each(['', 'a#', '#/a', '+a', 'a\u0000', '$share/g', '$share//a', '$share/+/a', 'a'.repeat(65_536)])(
    'is false for an invalid filter (%#)',
    (wanted) => {
      for (const topic of ['a', 'a/a', wanted]) expect(matchTopic(wanted, topic)).toBe(false);
    },
  );
});

describe('compileFilter', () => {
  it('refuses an invalid filter at once', () => {
    expect(caught(() => compileFilter('a#'))).toMatchObject({ kind: 'filter' });
  });
});
