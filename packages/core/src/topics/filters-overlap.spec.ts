import fc from 'fast-check';
import { allTopics } from '../../test/topics/arbitraries.js';
import { referenceOverlap } from '../../test/topics/reference.js';
import { filtersOverlap } from './filters-overlap.js';

const alphabet = ['', 'a', 'b', '$x'];
const depth = 4;
// Complete: if a common topic exists, one exists among these, as a filter has no level that is not in the alphabet.
// The empty topic, which nobody can publish to, counts: see the comment on filtersOverlap.
const topics = ['', ...allTopics(alphabet, depth)];

const smallFilter = fc
  .tuple(fc.array(fc.constantFrom(...alphabet, '+'), { maxLength: depth - 1 }), fc.constantFrom('+', '#', 'a', ''))
  .map(([levels, last]) => [...levels, last].join('/'))
  .filter((filter) => filter !== '');

describe('filtersOverlap', () => {
  it('agrees with trying every topic', () => {
    fc.assert(
      fc.property(smallFilter, smallFilter, (a, b) => filtersOverlap(a, b) === referenceOverlap(a, b, topics)),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['a/+', '+/b', true],
    ['a/+', 'b/#', false],
    ['a/#', 'a', true],
    ['a', 'a/#', true],
    ['a/+', 'a/#', true],
    ['a/+/c', 'a/#', true],
    ['a/+', 'a', false],
    ['#', '$SYS/#', false],
    ['+/x', '$SYS/x', false],
    ['#', '/$SYS', true],
    ['+', '/#', true],
    ['$SYS/#', '$SYS', true],
    ['$share/g/a/+', 'a/b', true],
    ['$share/g/a', '$share/h/a', true],
    ['$share/g/#', '$SYS/x', false],
    ['$share/g/a', '$share/g/b', false],
    ['a', 'a#', false],
    ['a#', 'a#', false],
    ['$share/g', '#', false],
  ])('of %j and %j is %j, either way round', (a, b, expected) => {
    expect(filtersOverlap(a, b)).toBe(expected);
    expect(filtersOverlap(b, a)).toBe(expected);
  });
});
