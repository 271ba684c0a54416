/** What a number says, seen after those before it. */
export type SequenceStep =
  | { readonly type: 'first' | 'next' | 'late' | 'duplicate'; readonly sequence: number }
  | { readonly type: 'gap'; readonly sequence: number; readonly expected: number; readonly missing: number }
  | { readonly type: 'restart'; readonly sequence: number; readonly expected: number }
  | { readonly type: 'unnumbered'; readonly sequence: undefined };

/** How numbers are counted. */
export interface SequenceRules {
  readonly first: number;
  readonly modulus: number;
  readonly window: number;
}

/** The numbers of one publisher. */
export class Sequence {
  readonly #rules: SequenceRules;
  #last: number | undefined;
  /** Of the numbers that were skipped, the most recent ones. */
  readonly #missing = new Set<number>();

  constructor(rules: SequenceRules) {
    this.#rules = rules;
  }

  /** Takes a number if it is the one that is expected, as most are; tells whether it was. */
  takeExpected(sequence: number | undefined): sequence is number {
    const last = this.#last;
    const isNext = last !== undefined && sequence !== last && sequence === this.#after(last);
    if (isNext) this.#last = sequence;
    return isNext;
  }

  /**
   * Takes the next number.
   * @param repeated whether the server says that it has sent this message before.
   */
  take(sequence: number | undefined, repeated: boolean): SequenceStep {
    if (sequence === undefined || !Number.isInteger(sequence)) return { type: 'unnumbered', sequence: undefined };
    const last = this.#last;
    if (last === undefined) {
      this.#last = sequence;
      return { type: 'first', sequence };
    }
    const { modulus, window, first } = this.#rules;
    const ahead = this.#ahead(sequence, last);
    if (ahead === 1) {
      this.#last = sequence;
      return { type: 'next', sequence };
    }
    if (ahead > 1 && !(modulus !== Infinity && ahead > modulus / 2)) return this.#skip(sequence, last, ahead);
    if (ahead === 0) return { type: 'duplicate', sequence };
    if (this.#missing.delete(sequence)) return { type: 'late', sequence };
    const back = ahead < 0 ? -ahead : modulus - ahead;
    if (!repeated && (sequence === first || back > window)) {
      this.#last = sequence;
      this.#missing.clear();
      return { type: 'restart', sequence, expected: this.#after(last) };
    }
    return { type: 'duplicate', sequence };
  }

  #skip(sequence: number, last: number, ahead: number): SequenceStep {
    const { window } = this.#rules;
    const expected = this.#after(last);
    const missing = ahead - 1;
    this.#last = sequence;
    for (let back = Math.min(missing, window); back > 0; back--) this.#missing.add(this.#wrap(sequence - back));
    this.#forget();
    return { type: 'gap', sequence, expected, missing };
  }

  /** The set keeps its order: what was missed first goes first. */
  #forget(): void {
    for (const oldest of this.#missing) {
      if (this.#missing.size <= this.#rules.window) return;
      this.#missing.delete(oldest);
    }
  }

  /** How far a number is ahead of another one; within a modulus, from 0 to its end. */
  #ahead(sequence: number, last: number): number {
    return this.#rules.modulus === Infinity ? sequence - last : this.#wrap(sequence - last);
  }

  #after(sequence: number): number {
    return this.#wrap(sequence + 1);
  }

  #wrap(number: number): number {
    const { modulus } = this.#rules;
    return modulus === Infinity ? number : ((number % modulus) + modulus) % modulus;
  }
}
