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
    expect(root.children?.get('a')).toBe(leaf);
    root.hang(new TrieLeaf('a/x', 'a/x', 2));
    const below = root.children?.get('a') as TrieBranch<number>;
    expect(below.leaf).toBe(false);
    expect(below.children?.get('b')).toBe(leaf);
  });

  it('keeps the others when one is taken out', () => {
    const root = new TrieBranch<number>();
    const leaves = ['a', 'a/#', 'a/+', 'a/b', 'a/b/c'].map((filter, index) => new TrieLeaf(filter, filter, index));
    for (const leaf of leaves) root.hang(leaf);
    root.unhang(leaves[4] as TrieLeaf<number>);
    const below = root.children?.get('a') as TrieBranch<number>;
    expect([below.end, below.rest, below.plus]).toEqual(leaves.slice(0, 3));
    expect((below.children?.get('b') as TrieBranch<number>).end).toBe(leaves[3]);
  });
});
