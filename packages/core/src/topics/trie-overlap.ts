import { endOfLevel } from './char-codes.js';
import type { TrieBranch, TrieSlot } from './trie-branch.js';

/**
 * Tells whether a filter below `root` overlaps the levels of `filter` from index `start`. Goes level by level, with all
 * branches that are still possible side by side.
 */
export function overlapsBelow<T>(root: TrieBranch<T>, filter: string, start: number): boolean {
  // [MQTT-4.7.2-1]
  if (root.rest !== undefined && !filter.startsWith('$', start)) return true;
  let here = [root];
  for (let at = start; here.length > 0; ) {
    // No level is left. A `#` that comes next overlaps as well, but was met on the way in.
    if (at > filter.length) return here.some((branch) => branch.end !== undefined);
    const end = endOfLevel(filter, at);
    const level = filter.slice(at, end);
    // Every branch but the root has a filter on it, and `#` overlaps it.
    if (level === '#' && at > start) return true;
    const below: TrieBranch<T>[] = [];
    for (const branch of here) {
      for (const slot of slotsFor(branch, level, at === start)) {
        if (level === '#' || (slot.leaf ? slot.overlaps(filter, end + 1) : slot.rest !== undefined)) return true;
        if (!slot.leaf) below.push(slot);
      }
    }
    here = below;
    at = end + 1;
  }
  return false;
}

/** What hangs below `branch` at levels that have a text in common with `level`. */
function slotsFor<T>(branch: TrieBranch<T>, level: string, isFirst: boolean): TrieSlot<T>[] {
  const slots: TrieSlot<T>[] = [];
  if (level === '+' || level === '#') {
    for (const [text, slot] of branch.literals) {
      if (!isFirst || !text.startsWith('$')) slots.push(slot);
    }
  } else {
    const slot = branch.below(level);
    if (slot !== undefined) slots.push(slot);
  }
  const isDollar = isFirst && level.startsWith('$');
  if (branch.plus !== undefined && !isDollar) slots.push(branch.plus);
  return slots;
}
