/** The numbers that were skipped, as ranges: most gaps are small, and few of their numbers come late. */
export class MissingNumbers {
  /** In ascending order: where a range begins, and where it has ended. */
  readonly #bounds: number[] = [];

  /** Adds numbers above all others. Those more than `window` below the end are forgotten, not at once but many together. */
  add(from: number, to: number, window: number): void {
    const reach = to - window;
    // An even number of bounds: a range that is half below stays.
    if (this.#bounds[0]! < reach - window) this.#bounds.splice(0, this.#countTo(reach) & ~1);
    this.#bounds.push(from, to);
  }

  /** Takes a number out; tells whether it was there. */
  delete(number: number): boolean {
    const isInside = this.#countTo(number) % 2 === 1;
    if (isInside) {
      this.#toggle(number);
      this.#toggle(number + 1);
    }
    return isInside;
  }

  /** From a bound on, what was inside is outside, and the other way round, up to the next one. */
  #toggle(bound: number): void {
    const count = this.#countTo(bound);
    if (this.#bounds[count - 1] === bound) this.#bounds.splice(count - 1, 1);
    else this.#bounds.splice(count, 0, bound);
  }

  /** How many bounds are not above a number: found by halves. */
  #countTo(number: number): number {
    let low = 0;
    for (let high = this.#bounds.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.#bounds[middle]! > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
