import fc from 'fast-check';
import { plainFilter } from '../../test/topics/arbitraries.js';
import { TrieBranch } from './trie-branch.js';
import { TrieLeaf } from './trie-leaf.js';

describe('TrieBranch', () => {
  it('holds nothing when everything was taken out, whatever the order', () => {
    fc.assert(
      fc.property(
        fc
          .uniqueArray(plainFilter, { maxLength: 15 })
          .chain((filters) =>
            fc.tuple(fc.constant(filters), fc.shuffledSubarray(filters, { minLength: filters.length })),
          ),
        ([filters, order]) => {
          const root = new TrieBranch<string>();
          const leaves = new Map(filters.map((filter) => [filter, new TrieLeaf(filter, filter, filter)]));
          for (const leaf of leaves.values()) root.hang(leaf);
          expect(root.isEmpty).toBe(filters.length === 0);
          for (const filter of order) root.unhang(leaves.get(filter) as TrieLeaf<string>);
          expect(root.isEmpty).toBe(true);
        },
      ),
    );
  });

  it('spends one leaf and no branch on the levels that a filter shares with no other', () => {
    const root = new TrieBranch<number>();
    const leaf = new TrieLeaf('a/b/c/d', 'a/b/c/d', 1);
    root.hang(leaf);
    expect(root.below('a')).toBe(leaf);
    root.hang(new TrieLeaf('a/x', 'a/x', 2));
    const below = root.below('a') as TrieBranch<number>;
    expect(below.leaf).toBe(false);
    expect(below.below('b')).toBe(leaf);
  });

  it('finds one child, several, and those that are left, and lists them', () => {
    const root = new TrieBranch<number>();
    const [a, b, c] = ['a', 'b', 'c'].map((filter, index) => new TrieLeaf(filter, filter, index)) as [
      ...[TrieLeaf<number>, TrieLeaf<number>, TrieLeaf<number>],
    ];
    const found = (): unknown[] => ['a', 'b', 'c'].map((level) => root.below(level));
    const listed = (): unknown[] => Array.from(root.literals, ([, slot]) => slot);
    root.hang(a);
    expect([found(), listed()]).toEqual([[a, undefined, undefined], [a]]);
    root.unhang(a);
    expect([found(), listed(), root.isEmpty]).toEqual([[undefined, undefined, undefined], [], true]);
    root.hang(new TrieLeaf('b', 'b', 1));
    root.unhang(b);
    for (const leaf of [a, b, c].map(({ levels }) => new TrieLeaf(levels, levels, 1))) root.hang(leaf);
    expect(listed()).toHaveLength(3);
    root.unhang(a);
    root.unhang(c);
    expect([found().map((slot) => slot !== undefined), listed()]).toEqual([[false, true, false], [root.below('b')]]);
    root.unhang(b);
    expect([listed(), root.isEmpty]).toEqual([[], true]);
  });

  it('keeps the others when one is taken out', () => {
    const root = new TrieBranch<number>();
    const leaves = ['a', 'a/#', 'a/+', 'a/b', 'a/b/c'].map((filter, index) => new TrieLeaf(filter, filter, index));
    for (const leaf of leaves) root.hang(leaf);
    root.unhang(leaves[4] as TrieLeaf<number>);
    const below = root.below('a') as TrieBranch<number>;
    expect([below.end, below.rest, below.plus]).toEqual(leaves.slice(0, 3));
    expect((below.below('b') as TrieBranch<number>).end).toBe(leaves[3]);
  });
});
