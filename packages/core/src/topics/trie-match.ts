import { DOLLAR } from './char-codes.js';
import type { TrieBranch, TrieSlot } from './trie-branch.js';

/**
 * Finds the filters below a root that match a topic. Goes through the topic once, level by level, with all branches
 * that are still possible side by side: no recursion, and the two lists are used again for the next topic.
 */
export class TrieMatcher<T> {
  #here: TrieBranch<T>[] = [];
  #below: TrieBranch<T>[] = [];
  #count = 0;

  /** Appends to `into` the values of all filters below `root` that match `topic`. */
  match(root: TrieBranch<T>, topic: string, into: T[]): void {
    // [MQTT-4.7.2-1]
    let wildcardsApply = topic.charCodeAt(0) !== DOLLAR;
    if (wildcardsApply) root.rest?.emit(into);
    this.#here[0] = root;
    let width = 1;
    for (let start = 0; width > 0; ) {
      const slash = topic.indexOf('/', start);
      const next = slash === -1 ? topic.length + 1 : slash + 1;
      let level: string | undefined;
      this.#count = 0;
      for (let i = 0; i < width; i++) {
        const branch = this.#here[i] as TrieBranch<T>;
        if (branch.child !== undefined || branch.children !== undefined) {
          level ??= topic.slice(start, next - 1);
          this.#enter(branch.below(level), topic, next, into);
        }
        if (wildcardsApply) this.#enter(branch.plus, topic, next, into);
      }
      wildcardsApply = true;
      width = this.#count;
      const below = this.#below;
      this.#below = this.#here;
      this.#here = below;
      if (slash === -1) {
        for (let i = 0; i < width; i++) (below[i] as TrieBranch<T>).end?.emit(into);
        return;
      }
      start = next;
    }
  }

  /** Lets go of the branches of the last match, which may have been taken out of the trie. */
  forget(): void {
    this.#here = [];
    this.#below = [];
  }

  #enter(slot: TrieSlot<T> | undefined, topic: string, next: number, into: T[]): void {
    if (slot === undefined) return;
    if (slot.leaf) {
      if (slot.matches(topic, next)) slot.emit(into);
      return;
    }
    // `sport/#` matches `sport` as well, so whether a level is left does not matter.
    slot.rest?.emit(into);
    this.#below[this.#count++] = slot;
  }
}
