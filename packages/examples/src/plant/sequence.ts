/** How many machines are remembered; the one heard of first is forgotten first. Bounds what a publisher gone wild can cost. */
const CAPACITY = 10_000;

/** What the numbers of one machine say. */
export interface Order {
  /** The highest number so far. */
  readonly last: number;
  /** Numbers that were skipped. */
  readonly missing: number;
  /** Numbers at or below one that had come before: sent again, or late. */
  readonly repeated: number;
}

/** Checks that each machine's numbers go up by one. A machine may start anywhere, and starts anew with 0. */
export class Sequences {
  readonly #orders = new Map<string, Order>();
  #missing = 0;
  #repeated = 0;

  /** Takes the next number of a machine. */
  check(machine: string, seq: number): void {
    const before = this.#orders.get(machine);
    if (before === undefined && this.#orders.size >= CAPACITY) this.#forgetOldest();
    const after = before === undefined ? { last: seq, missing: 0, repeated: 0 } : follow(before, seq);
    this.#missing += after.missing - (before?.missing ?? 0);
    this.#repeated += after.repeated - (before?.repeated ?? 0);
    this.#orders.set(machine, after);
  }

  /** Numbers skipped, by all machines together. */
  get missing(): number {
    return this.#missing;
  }

  /** Numbers repeated, by all machines together. */
  get repeated(): number {
    return this.#repeated;
  }

  /** The machines whose numbers were not in order. */
  get disorderly(): readonly (readonly [machine: string, order: Order])[] {
    return [...this.#orders].filter(([, { missing, repeated }]) => missing + repeated > 0);
  }

  #forgetOldest(): void {
    for (const machine of this.#orders.keys()) {
      this.#orders.delete(machine);
      return;
    }
  }
}

function follow({ last, missing, repeated }: Order, seq: number): Order {
  if (seq > last) return { last: seq, missing: missing + seq - last - 1, repeated };
  if (seq === 0 && last > 0) return { last: 0, missing, repeated };
  return { last, missing, repeated: repeated + 1 };
}
