import fc from 'fast-check';
import { crowdedFilter, crowdedTopic, filter, topicName } from '../../test/topics/arbitraries.js';
import { caught } from '../../test/topics/caught.js';
import { referenceMatch } from '../../test/topics/reference.js';
import { filtersOverlap } from './filters-overlap.js';
import { TopicTrie } from './topic-trie.js';
import { TrieBranch } from './trie-branch.js';
import { TrieLeaf } from './trie-leaf.js';

type Entry = readonly [filter: string, value: number];

const anyFilter = fc.oneof(filter, crowdedFilter);
const anyTopic = fc.oneof(topicName, crowdedTopic);
const entries = fc.array(fc.tuple(anyFilter, fc.nat(2)), { maxLength: 12 });
const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(12), fc.nat(1)), { maxLength: 40 });

function sorted(list: readonly Entry[]): string[] {
  return list.map(([wanted, value]) => `${wanted} ${String(value)}`).sort();
}

function contents(trie: TopicTrie<number>): Entry[] {
  const found: Entry[] = [];
  trie.forEach((value, wanted) => found.push([wanted, value]));
  return found;
}

function trieOf(list: readonly Entry[]): TopicTrie<number> {
  const trie = new TopicTrie<number>();
  for (const [wanted, value] of list) trie.add(wanted, value);
  return trie;
}

describe('TopicTrie', () => {
  it('finds what a linear matcher finds', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyFilter, { maxLength: 40 }),
        fc.array(anyTopic, { maxLength: 20 }),
        (filters, topics) => {
          const trie = trieOf(filters.map((wanted, index) => [wanted, index] as const));
          for (const topic of topics) {
            const expected = filters.flatMap((wanted, index) => (referenceMatch(wanted, topic) ? [index] : []));
            expect(trie.match(topic, []).sort((a, b) => a - b)).toEqual(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is a set of pairs of a filter and a value, through any sequence of additions and removals', () => {
    fc.assert(
      fc.property(
        fc.array(anyFilter, { minLength: 1, maxLength: 13 }),
        steps,
        anyTopic,
        anyFilter,
        (filters, sequence, topic, other) => {
          const trie = new TopicTrie<number>();
          const model = new Map<string, Entry>();
          for (const [adds, pick, value] of sequence) {
            const wanted = filters[pick % filters.length] as string;
            const key = `${wanted} ${String(value)}`;
            expect(adds ? trie.add(wanted, value) : trie.remove(wanted, value)).toBe(model.has(key) !== adds);
            if (adds) model.set(key, [wanted, value]);
            else model.delete(key);
            const list = [...model.values()];
            expect(trie.size).toBe(list.length);
            expect(sorted(contents(trie))).toEqual(sorted(list));
            const expected = list.flatMap(([held, number]) => (referenceMatch(held, topic) ? [number] : []));
            expect(trie.match(topic, []).sort()).toEqual(expected.sort());
            expect(trie.overlapping(other)).toBe(list.some(([held]) => filtersOverlap(held, other)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('knows which filters overlap one of its own', () => {
    fc.assert(
      fc.property(entries, anyFilter, (list, wanted) => {
        expect(trieOf(list).overlapping(wanted)).toBe(list.some(([other]) => filtersOverlap(other, wanted)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('appends to what is there, once for each filter, in the order of addition within one', () => {
    const trie = trieOf([
      ['a/+', 3],
      ['a/+', 1],
      ['a/b', 2],
      ['$share/g/a/+', 3],
    ]);
    const into = [0];
    expect(trie.match('a/b', into)).toBe(into);
    expect(into).toEqual([0, 2, 3, 1, 3]);
    trie.remove('a/+', 3);
    expect(trie.match('a/b', [])).toEqual([2, 1, 3]);
  });

  it('keeps a value once under a filter, by Object.is', () => {
    const trie = new TopicTrie<unknown>();
    expect(trie.add('a', Number.NaN)).toBe(true);
    expect(trie.add('a', Number.NaN)).toBe(false);
    expect(trie.add('a', undefined)).toBe(true);
    expect(trie.match('a', [])).toEqual([Number.NaN, undefined]);
    expect(trie.remove('a', Number.NaN)).toBe(true);
    expect(trie.remove('a', Number.NaN)).toBe(false);
    expect(trie.match('a', [])).toEqual([undefined]);
  });

  it('finds no shared subscription by its own text', () => {
    const trie = trieOf([
      ['$share/g/a/b', 1],
      ['$share/g/+/b', 2],
    ]);
    expect(trie.match('$share/g/a/b', [])).toEqual([]);
    expect(trie.match('a/b', []).sort()).toEqual([1, 2]);
  });

  it('lets wildcards below a first level with $ match', () => {
    const trie = trieOf([
      ['$SYS/+', 1],
      ['$SYS/+/x', 2],
      ['+/+', 3],
    ]);
    expect(trie.match('$SYS/a', [])).toEqual([1]);
    expect(trie.match('$SYS/a/x', [])).toEqual([2]);
  });

  it('finds the overlap of # with a filter that is left alone on its branch', () => {
    const trie = trieOf([
      ['a', 1],
      ['a/b', 2],
    ]);
    trie.remove('a/b', 2);
    expect(trie.overlapping('a/#')).toBe(true);
    trie.remove('a', 1);
    expect(trie.overlapping('a/#')).toBe(false);
  });

  it('refuses an invalid filter and is unchanged', () => {
    const trie = new TopicTrie<number>();
    expect(caught(() => trie.add('a#', 1))).toMatchObject({ kind: 'filter', topic: 'a#' });
    expect(trie.size).toBe(0);
    expect(trie.remove('a#', 1)).toBe(false);
    expect(trie.overlapping('a#')).toBe(false);
  });

  it('lets a visitor remove what it is given', () => {
    const list: Entry[] = [
      ['a', 1],
      ['a', 2],
      ['+', 1],
      ['a/#', 1],
    ];
    const trie = trieOf(list);
    const seen: Entry[] = [];
    trie.forEach((value, wanted) => {
      seen.push([wanted, value]);
      trie.remove(wanted, value);
    });
    expect(sorted(seen)).toEqual(sorted(list));
    expect(trie.size).toBe(0);
  });

  it('does not touch the prototype of anything', () => {
    const trie = trieOf([
      ['__proto__/polluted', 1],
      ['constructor/+', 2],
      ['+/toString', 3],
    ]);
    expect(trie.match('__proto__/polluted', [])).toEqual([1]);
    expect(trie.match('constructor/toString', []).sort()).toEqual([2, 3]);
    expect(trie.match('valueOf', [])).toEqual([]);
    expect('polluted' in {}).toBe(false);
  });

  it('takes filters of the greatest depth without a deep stack', () => {
    const trie = new TopicTrie<string>();
    const deep = '+/'.repeat(32_767);
    for (const last of ['+', '#', 'a', 'b']) trie.add(deep + last, last);
    trie.add('/'.repeat(65_535), 'slashes');
    expect(trie.match('x/'.repeat(32_767) + 'a', []).sort()).toEqual(['#', '+', 'a']);
    expect(trie.match('/'.repeat(65_535), [])).toEqual(['slashes', '#']);
    expect(trie.overlapping('x/'.repeat(32_767) + 'y')).toBe(true);
    expect(trie.overlapping('x/'.repeat(32_766) + 'y')).toBe(true);
    expect(trie.overlapping('x/'.repeat(32_765) + 'y')).toBe(false);
    for (const last of ['+', '#', 'a', 'b']) expect(trie.remove(deep + last, last)).toBe(true);
    expect(trie.match('x/'.repeat(32_767) + 'a', [])).toEqual([]);
    expect(trie.size).toBe(1);
  });

  it('answers among 10,000 filters in as many steps as among ten', () => {
    const search = (count: number) => {
      const trie = new TopicTrie<number>();
      for (let i = 0; i < count; i++) trie.add(i % 2 === 0 ? `plant/+/dev${i}/temp` : `plant/line/dev${i}/#`, i);
      const compared = jest.spyOn(TrieLeaf.prototype, 'matches');
      const asked = jest.spyOn(TrieBranch.prototype, 'below');
      const lookedUp = jest.spyOn(Map.prototype, 'get');
      const listed = (['forEach', 'keys', 'values', 'entries', Symbol.iterator as never] as const).map((name) =>
        jest.spyOn(Map.prototype, name),
      );
      const found = trie.match('plant/line/dev7/temp', []);
      const calls = ({ mock }: Pick<jest.SpyInstance, 'mock'>): number => mock.calls.length;
      const steps = {
        compared: calls(compared),
        asked: calls(asked),
        lookedUp: calls(lookedUp),
        listed: listed.map(calls),
      };
      jest.restoreAllMocks();
      return { found, steps };
    };
    // For `plant`, `line`, and `dev7` on two branches, of which the first two have one child only; one filter is left to compare with.
    const expected = { found: [7], steps: { compared: 1, asked: 4, lookedUp: 2, listed: [0, 0, 0, 0, 0] } };
    expect([search(10), search(10_000)]).toEqual([expected, expected]);
  });
});
