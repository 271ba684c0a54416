import { endOfLevel } from './char-codes.js';
import { overlapLevels } from './filters-overlap.js';
import { matchLevels } from './match-levels.js';

interface Entry<T> {
  readonly filter: string;
  readonly value: T;
}

/**
 * One filter of a {@link TopicTrie} and its values. Filters that differ in their share group only have one leaf.
 *
 * A leaf hangs as high as it can: the branches above it spell out the levels that it shares with other filters, the
 * leaf itself is compared with the levels that are left. So a filter costs one step for those, however many there are.
 */
export class TrieLeaf<T> {
  readonly leaf = true;
  /** The filter without its share group. */
  readonly levels: string;
  readonly #lastWildcard: number;
  // Where the levels that are left begin; behind the end when none is.
  #tail = 0;
  // The levels that are left when no wildcard is among them, the common case and the fast one.
  #text: string | undefined;
  // Nearly every leaf has one value: kept here, it saves a match two steps through memory.
  #filter: string;
  #value: T;
  #more: Entry<T>[] | undefined;

  constructor(levels: string, filter: string, value: T) {
    this.levels = levels;
    this.#lastWildcard = Math.max(levels.lastIndexOf('+'), levels.lastIndexOf('#'));
    this.#filter = filter;
    this.#value = value;
  }

  /** The number of values. */
  get size(): number {
    return 1 + (this.#more?.length ?? 0);
  }

  /** Takes the next of the levels that are left; `undefined` when none is. */
  takeLevel(): string | undefined {
    const start = this.#tail;
    if (start > this.levels.length) return undefined;
    const end = endOfLevel(this.levels, start);
    this.#tail = end + 1;
    const isPlain = this.#tail > this.#lastWildcard && this.#tail <= this.levels.length;
    this.#text = isPlain ? this.levels.slice(this.#tail) : undefined;
    return this.levels.slice(start, end);
  }

  /** Tells whether the levels that are left match those of `topic` from index `start`, behind its end for none. */
  matches(topic: string, start: number): boolean {
    const text = this.#text;
    if (text !== undefined) return topic.length - start === text.length && topic.endsWith(text);
    const { levels } = this;
    const tail = this.#tail;
    if (start > topic.length) return tail > levels.length || (tail === levels.length - 1 && levels.endsWith('#'));
    return tail <= levels.length && matchLevels(levels, tail, topic, start);
  }

  /** Tells whether the levels that are left overlap those of `filter` from index `start`, behind its end for none. */
  overlaps(filter: string, start: number): boolean {
    return overlapLevels(this.levels, this.#tail, filter, start);
  }

  /** Tells whether `value` is here under `filter`. */
  has(filter: string, value: T): boolean {
    if (this.#filter === filter && Object.is(this.#value, value)) return true;
    return this.#more?.some((entry) => isEntry(entry, filter, value)) ?? false;
  }

  /** Puts a value that is not here yet behind the others. */
  add(filter: string, value: T): void {
    (this.#more ??= []).push({ filter, value });
  }

  /** Takes out a value that is here, unless it is the only one. */
  remove(filter: string, value: T): void {
    const more = this.#more;
    if (more === undefined) return;
    const index = more.findIndex((entry) => isEntry(entry, filter, value));
    const [taken] = more.splice(Math.max(index, 0), 1);
    if (index === -1 && taken !== undefined) {
      // It is the first one: the second takes its place.
      this.#filter = taken.filter;
      this.#value = taken.value;
    }
  }

  /** Appends the values to `into`, in the order in which they were added. */
  emit(into: T[]): void {
    into.push(this.#value);
    if (this.#more === undefined) return;
    for (const { value } of this.#more) into.push(value);
  }

  /** Calls `visit` with each value and the filter it was added under. */
  forEach(visit: (value: T, filter: string) => void): void {
    const more = this.#more?.slice() ?? [];
    visit(this.#value, this.#filter);
    for (const { filter, value } of more) visit(value, filter);
  }
}

function isEntry<T>(entry: Entry<T>, filter: string, value: T): boolean {
  return entry.filter === filter && Object.is(entry.value, value);
}
