import { isRepeated } from '../internal/carried.js';
import { MissingNumbers } from './missing-numbers.js';

/** What a number says, seen after those before it. */
export type SequenceStep =
  | { readonly type: 'first' | 'next' | 'late' | 'duplicate'; readonly sequence: number }
  | { readonly type: 'gap'; readonly sequence: number; readonly expected: number; readonly missing: number }
  | { readonly type: 'restart'; readonly sequence: number; readonly expected: number }
  | { readonly type: 'unnumbered'; readonly sequence: undefined };

/** A value, and what its number says. */
export type SequencedValue<T> = SequenceStep & {
  readonly value: T;
  /** Whose number it is. */
  readonly key: string;
};

/** How numbers are counted. */
export interface SequenceRules {
  readonly first: number;
  readonly modulus: number;
  readonly window: number;
}

/** The numbers of one publisher. */
export class Sequence<T> {
  readonly #key: string;
  readonly #rules: SequenceRules;
  /** The highest number that has come. Inside it goes on counting where a modulus lets numbers start again. */
  #last: number | undefined;
  #missing = new MissingNumbers();

  constructor(key: string, rules: SequenceRules) {
    this.#key = key;
    this.#rules = rules;
  }

  /** Takes a value, and the number that it carries. Each answer is made in one go: to add to one costs more than all the rest. */
  take(value: T, sequence: number | undefined): SequencedValue<T> {
    const key = this.#key;
    const last = this.#last;
    if (sequence === undefined || !Number.isInteger(sequence)) {
      return { type: 'unnumbered', sequence: undefined, key, value };
    }
    if (last === undefined) {
      this.#last = sequence;
      return { type: 'first', sequence, key, value };
    }
    const ahead = this.#ahead(sequence, last);
    if (ahead === 1) {
      this.#last = last + 1;
      return { type: 'next', sequence, key, value };
    }
    return ahead > 0 ? this.#skip(value, sequence, last, ahead) : this.#goBack(value, sequence, last, ahead);
  }

  #skip(value: T, sequence: number, last: number, ahead: number): SequencedValue<T> {
    this.#last = last + ahead;
    this.#missing.add(last + 1, this.#last, this.#rules.window);
    return { type: 'gap', sequence, expected: this.#wrap(last + 1), missing: ahead - 1, key: this.#key, value };
  }

  #goBack(value: T, sequence: number, last: number, ahead: number): SequencedValue<T> {
    const key = this.#key;
    const { first, window } = this.#rules;
    const isFar = -ahead > window;
    if (!isFar && this.#missing.delete(last + ahead)) return { type: 'late', sequence, key, value };
    // The same number at once is no restart, nor is what the server says that it has sent before.
    if (ahead === 0 || isRepeated(value) || !(isFar || sequence === first)) {
      return { type: 'duplicate', sequence, key, value };
    }
    this.#last = sequence;
    this.#missing = new MissingNumbers();
    return { type: 'restart', sequence, expected: this.#wrap(last + 1), key, value };
  }

  /** How far a number is ahead of another one, the short way round if there is a modulus; below 0 if it is behind. */
  #ahead(sequence: number, last: number): number {
    const { modulus } = this.#rules;
    const ahead = this.#wrap(sequence - last);
    return ahead > modulus / 2 ? ahead - modulus : ahead;
  }

  #wrap(number: number): number {
    const { modulus } = this.#rules;
    return modulus === Infinity ? number : ((number % modulus) + modulus) % modulus;
  }
}
