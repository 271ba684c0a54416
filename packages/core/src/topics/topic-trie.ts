import { filterStart } from './filter-start.js';
import { isTopicFilter, validateTopicFilter } from './topic-filter.js';
import { TrieBranch } from './trie-branch.js';
import { TrieLeaf } from './trie-leaf.js';
import { TrieMatcher } from './trie-match.js';
import { overlapsBelow } from './trie-overlap.js';

interface Half<T> {
  /** By filter without share group. */
  readonly leaves: Map<string, TrieLeaf<T>>;
  readonly root: TrieBranch<T>;
}

/**
 * Values under topic filters, found by topic. Finding takes steps for the levels of the topic and for the filters that
 * match it, however many others are stored.
 *
 * A value stands under a filter once, and may stand under many. `$share/<group>/<filter>` is found by what `<filter>`
 * matches. Removing gives the memory back.
 */
export class TopicTrie<T> {
  // Without wildcards, a filter matches the topic that is equal to it: one look-up, no walk. Their branches serve
  // `overlapping` only.
  readonly #literals: Half<T> = { leaves: new Map(), root: new TrieBranch() };
  readonly #wildcards: Half<T> = { leaves: new Map(), root: new TrieBranch() };
  readonly #matcher = new TrieMatcher<T>();
  #size = 0;

  /** The number of values, counted once for each filter they stand under. */
  get size(): number {
    return this.#size;
  }

  /**
   * Puts `value` under `filter`; `false` when it stands there already (by `Object.is`).
   *
   * @throws InvalidTopicError with `kind: 'filter'`.
   */
  add(filter: string, value: T): boolean {
    validateTopicFilter(filter);
    const levels = filter.slice(filterStart(filter));
    const { leaves, root } = this.#halfFor(levels);
    const leaf = leaves.get(levels);
    if (leaf === undefined) {
      const added = new TrieLeaf(levels, filter, value);
      leaves.set(levels, added);
      root.hang(added);
    } else {
      if (leaf.has(filter, value)) return false;
      leaf.add(filter, value);
    }
    this.#size++;
    return true;
  }

  /** Takes `value` out from under `filter`; `false` when it does not stand there. Never throws. */
  remove(filter: string, value: T): boolean {
    if (!isTopicFilter(filter)) return false;
    const levels = filter.slice(filterStart(filter));
    const { leaves, root } = this.#halfFor(levels);
    const leaf = leaves.get(levels);
    if (leaf?.has(filter, value) !== true) return false;
    if (leaf.size > 1) leaf.remove(filter, value);
    else {
      leaves.delete(levels);
      root.unhang(leaf);
      this.#matcher.forget();
    }
    this.#size--;
    return true;
  }

  /**
   * Appends to `into` the values of all filters that match `topic`, once for each filter, and answers with `into`.
   * Values of one filter come in the order in which they were added; filters come in no particular order.
   *
   * `topic` must be a valid topic name (`isTopicName`), which is not checked again here: what comes from a server is
   * checked where it is decoded.
   */
  match(topic: string, into: T[]): T[] {
    if (this.#literals.leaves.size > 0) this.#literals.leaves.get(topic)?.emit(into);
    if (this.#wildcards.leaves.size > 0) this.#matcher.match(this.#wildcards.root, topic, into);
    return into;
  }

  /**
   * Tells whether a topic exists that matches both `filter` and a filter in the trie (see `filtersOverlap`). `false`
   * when `filter` is invalid: it matches nothing. Never throws.
   */
  overlapping(filter: string): boolean {
    if (!isTopicFilter(filter)) return false;
    const start = filterStart(filter);
    return overlapsBelow(this.#literals.root, filter, start) || overlapsBelow(this.#wildcards.root, filter, start);
  }

  /** Calls `visit` with each value and the filter it stands under, as it was added. `visit` may remove what it is given. */
  forEach(visit: (value: T, filter: string) => void): void {
    for (const { leaves } of [this.#literals, this.#wildcards]) {
      for (const leaf of leaves.values()) leaf.forEach(visit);
    }
  }

  #halfFor(levels: string): Half<T> {
    return levels.includes('+') || levels.includes('#') ? this.#wildcards : this.#literals;
  }
}
