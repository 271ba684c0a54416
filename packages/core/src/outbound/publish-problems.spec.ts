import { publishProblems } from '../index.js';
import type { TopicDefaults } from './publish-options.js';

const problems = (options: object): readonly (readonly [string, string])[] =>
  publishProblems(options as TopicDefaults).map(({ path, reason }) => [path, reason]);

describe('the problems of options to publish with', () => {
  it("are none where nothing is wrong, or left out, or somebody else's", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ qos: 2, retain: true, offline: 'drop', overflow: 'block', timeout: 0 })).toEqual([]);
    expect(problems({ qos: undefined, properties: { contentType: undefined, userProperties: [['a', 'b']] } })).toEqual(
      [],
    );
    expect(problems({ codec: 7 })).toEqual([]);
  });

  it('are told all at once, each with its path and what would be right', () => {
    const properties = { contenttype: 'x', messageExpiryInterval: -1, responseTopic: 'a/+' };
    expect(
      problems({ qos: 3, retain: 'yes', offline: 'later', overflow: 'wait', timeout: Infinity, properties }),
    ).toEqual([
      ['qos', 'must be one of 0, 1, 2'],
      ['retain', 'must be true or false'],
      ['offline', 'must be one of "queue", "drop", "error"'],
      ['overflow', 'must be one of "error", "dropNewest", "dropOldest", "latest", "block"'],
      ['timeout', 'must be a number of milliseconds'],
      ['properties.contenttype', 'is not a property of a published message; did you mean contentType?'],
      ['properties.messageExpiryInterval', 'is not a whole number of seconds from 0 to 4,294,967,295'],
      ['properties.responseTopic', 'is not a topic name without wildcards'],
    ]);
  });

  it.each([null, 7, 'x', [[]]])('are one for properties that are %j', (properties) => {
    expect(problems({ properties })).toEqual([['properties', 'must be an object']]);
  });
});
