import { InvalidTopicError, subscriptionProblems } from '../index.js';
import { createTestConnection } from '../testing/index.js';
import type { Filters } from './resolve-filters.js';

const problems = (filters: unknown, options: object): readonly string[] =>
  subscriptionProblems(filters as Filters, options).map(({ path, reason }) => `${path} ${reason}`);

describe('the problems of a subscription', () => {
  it("are none where nothing is wrong, or somebody else's", () => {
    expect(problems('a', {})).toEqual([]);
    expect(problems({ 'a/+': { qos: 1 }, b: {} }, { qos: 2, ack: 'manual', group: 'g' })).toEqual([]);
    expect(problems('a', { codec: 7 })).toEqual([]);
  });

  it('are told all at once, what is wrong for all filters once', () => {
    expect(problems({ a: { qos: 4, qoss: 1 }, b: {}, c: {} }, { qos: 3, ack: 'later', linger: -1 })).toEqual([
      'qos must be 0, 1 or 2',
      'ack must be one of "auto", "manual"',
      'linger must be a number from 0 to 2147483647',
      'a.qoss is not an option; did you mean qos?',
      'a.qos must be 0, 1 or 2',
    ]);
    expect(problems([], { group: 'g' })).toEqual(['filter must name at least one filter']);
    expect(problems('a', { group: 'g', noLocal: true })).toEqual([
      'noLocal is a protocol error in a consumer group; leave it out',
    ]);
  });

  it.each<readonly [Filters, object]>([
    ['a', { qos: 3 }],
    [{ a: { qos: 3 as 2 } }, {}],
    ['a', { retained: 'replay', retainHandling: 'send' }],
    ['a', { concurrency: 0, capacity: 0.5, overflow: 'block', timeout: 0, onTimeout: 'wait' }],
  ])('of %j and %j are those that subscribe() throws', (filters, options) => {
    const { connection } = createTestConnection();
    const found = subscriptionProblems(filters, options);
    expect(found.length).toBeGreaterThan(0);
    expect(() => connection.subscribe(filters, options, () => undefined)).toThrow(
      expect.objectContaining({ problems: found }),
    );
  });

  it('throw where there is no filter to speak of', () => {
    expect(() => problems('a/#/b', {})).toThrow(InvalidTopicError);
    expect(() => problems('a', { group: 'g/h' })).toThrow(InvalidTopicError);
  });
});
