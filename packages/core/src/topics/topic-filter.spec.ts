import { caught } from '../../test/topics/caught.js';
import { isTopicFilter, validateTopicFilter } from './topic-filter.js';

describe('validateTopicFilter', () => {
  it.each([
    'a',
    '+',
    '#',
    '/',
    '+/+',
    '/#',
    'a/+/b/#',
    '+/#',
    '$SYS/#',
    '$share/g/#',
    '$share/g//',
    '$share/g/$share/h/a',
    '$shared',
  ])('accepts %j', (filter) => {
    expect(isTopicFilter(filter)).toBe(true);
    expect(() => {
      validateTopicFilter(filter);
    }).not.toThrow();
  });

  it.each([
    ['', 'is empty'],
    ['a\u0000', 'null character at index 1'],
    ['\udc00', 'half a surrogate pair'],
    ['a'.repeat(65_536), '65536 bytes'],
    ['a/#/b', 'has # at index 2, which is not its end'],
    ['##', 'has # at index 0, which is not its end'],
    ['a#', 'has # at index 1, not as a whole level'],
    ['a/b+', 'has + at index 3, not as a whole level'],
    ['+/+a', 'has + at index 2, not as a whole level'],
    ['$share/g/a+', 'has + at index 10, not as a whole level'],
    ['$share/g/a#', 'has # at index 10, not as a whole level'],
    ['$share', 'incomplete shared subscription'],
    ['$share/', 'incomplete shared subscription'],
    ['$share/g', 'incomplete shared subscription'],
    ['$share/g/', 'incomplete shared subscription'],
    ['$share//a', 'incomplete shared subscription'],
    ['$share/+/a', 'wildcard in its share group'],
    ['$share/g#/a', 'wildcard in its share group'],
  ])('refuses what is none, and says why (%#)', (filter, reason) => {
    expect(isTopicFilter(filter)).toBe(false);
    expect(
      caught(() => {
        validateTopicFilter(filter);
      }),
    ).toMatchObject({ kind: 'filter', topic: filter, reason: expect.stringContaining(reason) as string });
  });

  it.each([undefined, null, 7, {}, ['a']])('refuses what is not text (%j)', (value) => {
    expect(isTopicFilter(value)).toBe(false);
  });
});
