import { caught } from '../../test/topics/caught.js';
import { InvalidTopicError } from '../errors/invalid-topic-error.js';
import { isTopicName, validateTopicName } from './topic-name.js';

describe('validateTopicName', () => {
  it.each(['a', '/', 'a/b', ' ', '$SYS/x', 'a\tb', '{id}', '😀', '\ufeff', 'a'.repeat(65_535), 'é'.repeat(32_767)])(
    'accepts a topic to publish to (%#)',
    (name) => {
      expect(isTopicName(name)).toBe(true);
      expect(() => {
        validateTopicName(name);
      }).not.toThrow();
    },
  );

  it.each([
    ['', 'is empty'],
    ['a/+/b', 'contains the wildcard + at index 2'],
    ['a/#', 'contains the wildcard # at index 2'],
    ['ab\u0000', 'contains the null character at index 2'],
    ['a\ud800', 'half a surrogate pair'],
    ['a'.repeat(65_536), 'takes 65536 bytes in UTF-8, more than the 65535'],
    ['é'.repeat(32_768), 'takes 65536 bytes in UTF-8'],
  ])('refuses what is none, and says why (%#)', (name, reason) => {
    expect(isTopicName(name)).toBe(false);
    expect(
      caught(() => {
        validateTopicName(name);
      }),
    ).toMatchObject({ kind: 'name', topic: name, reason: expect.stringContaining(reason) as string });
  });

  it.each([undefined, null, 7, {}, ['a']])('refuses what is not text (%j)', (value) => {
    expect(isTopicName(value)).toBe(false);
    expect(() => {
      validateTopicName(value as string);
    }).toThrow(InvalidTopicError);
  });
});
