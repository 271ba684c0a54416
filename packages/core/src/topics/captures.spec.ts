import fc from 'fast-check';
import { filter, topicName } from '../../test/topics/arbitraries.js';
import { referenceCaptures } from '../../test/topics/reference.js';
import { captures } from './captures.js';

describe('captures', () => {
  it('agrees with splitting', () => {
    fc.assert(
      fc.property(filter, topicName, (wanted, topic) => {
        expect(captures(wanted, topic)).toEqual(referenceCaptures(wanted, topic));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['a', 'a', []],
    ['+/b/+', 'a/b/c', ['a', 'c']],
    ['a/#', 'a/b//c', ['b//c']],
    ['#', 'a/b', ['a/b']],
    ['a/+/#', 'a/b', ['b', '']],
    ['a/+/#', 'a/b/', ['b', '']],
    ['+/+', '/', ['', '']],
    ['$share/g/+/x', 'a/x', ['a']],
  ])('of %j in %j are %j', (wanted, topic, values) => {
    expect(captures(wanted, topic)).toEqual(values);
  });

  it.each([
    ['a/+', 'a'],
    ['+', 'a/b'],
    ['#', '$SYS/x'],
    ['a#', 'a#'],
    ['+', 'a\u0000'],
    ['+', ''],
  ])('are none when %j does not match %j', (wanted, topic) => {
    expect(captures(wanted, topic)).toBeUndefined();
  });
});
