import type { TrieLeaf } from './trie-leaf.js';

/** What hangs below a level: a leaf as long as one filter goes that way, a branch when several do. */
export type TrieSlot<T> = TrieLeaf<T> | TrieBranch<T>;

/** A point that several filters of a {@link TopicTrie} pass, or end at. */
export class TrieBranch<T> {
  readonly leaf = false;
  /** The only level that follows, and what hangs there. Most branches have one, and a Map is three more steps through memory. */
  level: string | undefined;
  child: TrieSlot<T> | undefined;
  /** What follows, by level, where there were several. A Map, so that a level called `__proto__` is a level like another. */
  children: Map<string, TrieSlot<T>> | undefined;
  /** What follows a `+`. */
  plus: TrieSlot<T> | undefined;
  /** The filter whose next and last level is `#`. */
  rest: TrieLeaf<T> | undefined;
  /** The filter that ends here. */
  end: TrieLeaf<T> | undefined;

  /** Hangs a leaf below this branch, which becomes a branch itself where another leaf is in the way. */
  hang(leaf: TrieLeaf<T>): void {
    // A loop, as a filter may have 65,535 levels.
    let branch: TrieBranch<T> | undefined = this.#attach(leaf);
    while (branch !== undefined) branch = branch.#attach(leaf);
  }

  /** Takes out a leaf that hangs below this branch, and the branches that nothing is left on. */
  unhang(leaf: TrieLeaf<T>): void {
    const levels = leaf.levels.split('/');
    const path: TrieBranch<T>[] = [this];
    let slot = this.#slotAt(levels[0]);
    while (slot !== undefined && !slot.leaf) {
      slot = slot.#slotAt(levels[path.push(slot) - 1]);
    }
    for (let i = path.length - 1; i >= 0; i--) {
      const branch = path[i] as TrieBranch<T>;
      branch.#setSlotAt(levels[i], undefined);
      if (!branch.isEmpty) return;
    }
  }

  /** What hangs below a level that is no wildcard. */
  below(level: string): TrieSlot<T> | undefined {
    return this.level === level ? this.child : this.children?.get(level);
  }

  /** Everything that hangs below levels that are no wildcards. */
  get literals(): Iterable<readonly [string, TrieSlot<T>]> {
    return this.children ?? (this.level === undefined ? [] : [[this.level, this.child as TrieSlot<T>]]);
  }

  /** Tells whether no filter passes here or ends here. */
  get isEmpty(): boolean {
    return (
      this.child === undefined &&
      this.children === undefined &&
      this.plus === undefined &&
      this.rest === undefined &&
      this.end === undefined
    );
  }

  /** Hangs the leaf here, or answers with the branch that it belongs below. */
  #attach(leaf: TrieLeaf<T>): TrieBranch<T> | undefined {
    const level = leaf.takeLevel();
    const slot = this.#slotAt(level);
    if (slot === undefined) {
      this.#setSlotAt(level, leaf);
      return undefined;
    }
    if (!slot.leaf) return slot;
    const branch = new TrieBranch<T>();
    branch.#attach(slot);
    this.#setSlotAt(level, branch);
    return branch;
  }

  #slotAt(level: string | undefined): TrieSlot<T> | undefined {
    if (level === undefined) return this.end;
    if (level === '#') return this.rest;
    return level === '+' ? this.plus : this.below(level);
  }

  #setSlotAt(level: string | undefined, slot: TrieSlot<T> | undefined): void {
    if (level === undefined) this.end = slot as TrieLeaf<T> | undefined;
    else if (level === '#') this.rest = slot as TrieLeaf<T> | undefined;
    else if (level === '+') this.plus = slot;
    else if (this.children === undefined && (this.level ?? level) === level) {
      this.level = slot && level;
      this.child = slot;
    } else {
      const children = (this.children ??= new Map(this.literals));
      this.level = this.child = undefined;
      if (slot !== undefined) children.set(level, slot);
      else if (children.delete(level) && children.size === 0) this.children = undefined;
    }
  }
}
