import fc from 'fast-check';
import { filter as anyFilter, topicName } from '../../test/topics/arbitraries.js';
import { caught } from '../../test/topics/caught.js';
import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { captures } from './captures.js';
import { compileCaptures } from './compile-captures.js';
import { isTopicFilter } from './topic-filter.js';

describe('compileCaptures', () => {
  it('answers as captures does', () => {
    fc.assert(
      fc.property(anyFilter, topicName, (filter, topic) => {
        expect(compileCaptures(filter)(topic)).toEqual(captures(filter, topic));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes and refuses the filters that isTopicFilter takes and refuses', () => {
    const piece = fc.constantFrom('a', '+', '#', '/', '$share', '$share/', 'g', '\0', '\n', '\ud800', '😀', '$', '');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        (filter) => {
          if (isTopicFilter(filter)) compileCaptures(filter);
          else expect(caught(() => compileCaptures(filter))).toBeInstanceOf(InvalidTopicError);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['a'.repeat(65_535), true],
    ['a'.repeat(65_536), false],
    ['+/'.repeat(32_000), true],
    [`${'+/'.repeat(32_000)}a+`, false],
    [7, false],
  ])('has the limits of isTopicFilter, in time that grows with the length', (filter, isFit) => {
    expect(isTopicFilter(filter)).toBe(isFit);
    if (isFit) compileCaptures(filter as string);
    else expect(caught(() => compileCaptures(filter as string))).toBeInstanceOf(InvalidTopicError);
  });
});
