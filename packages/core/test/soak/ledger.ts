/** What one subscriber has seen of one publisher's messages of one QoS: numbers from 0 on. */
interface Account {
  next: number;
  /** Numbers that were skipped, and have not come since. */
  readonly missing: Set<number>;
  duplicates: number;
  /** Duplicates that are the broker's. */
  repeats: number;
  disorder: number;
}

/** Counts what was sent and what came, in memory that does not grow with it. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();

  /**
   * A message came.
   * @param isRepeat whether the broker has sent it once more after it was done with.
   */
  received(subscriber: number, line: string, number: number, isRepeat: () => boolean): void {
    const key = `${line} at subscriber ${String(subscriber)}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = { next: 0, missing: new Set(), duplicates: 0, repeats: 0, disorder: 0 };
      this.#accounts.set(key, account);
    }
    if (account.missing.delete(number)) account.disorder++;
    else if (number < account.next) {
      if (isRepeat()) account.repeats++;
      else account.duplicates++;
    }
    for (let skipped = account.next; skipped < number; skipped++) account.missing.add(skipped);
    account.next = Math.max(account.next, number + 1);
  }

  /** Whether every subscriber has everything, given how many were sent on each line. */
  isComplete(sent: ReadonlyMap<string, number>, subscribers: number): boolean {
    return this.lost(sent, subscribers) === 0;
  }

  lost(sent: ReadonlyMap<string, number>, subscribers: number): number {
    let lost = 0;
    for (const [line, count] of sent) {
      for (let subscriber = 0; subscriber < subscribers; subscriber++) {
        const account = this.#accounts.get(`${line} at subscriber ${String(subscriber)}`);
        lost += count - (account === undefined ? 0 : account.next - account.missing.size);
      }
    }
    return lost;
  }

  /** Messages that came more than once. */
  duplicates(qos: 1 | 2): number {
    return this.#sum(qos, ({ duplicates }) => duplicates);
  }

  /** Where messages came more than once, for messages of failure. */
  get doubled(): string[] {
    return [...this.#accounts]
      .filter(([key, { duplicates }]) => key.includes('/q2 ') && duplicates > 0)
      .map(([key, { duplicates }]) => `${key}: ${String(duplicates)}`);
  }

  /** Messages that came more than once because the broker forgot that it was done with them. */
  get repeats(): number {
    return this.#sum(undefined, ({ repeats }) => repeats);
  }

  /** Messages that came after a later one. */
  get disorder(): number {
    return this.#sum(undefined, ({ disorder, missing }) => disorder + missing.size);
  }

  get deliveries(): number {
    return this.#sum(undefined, ({ next, missing, duplicates, repeats }) => next - missing.size + duplicates + repeats);
  }

  #sum(qos: 1 | 2 | undefined, of: (account: Account) => number): number {
    let sum = 0;
    for (const [key, account] of this.#accounts) {
      if (qos === undefined || key.includes(`/q${String(qos)} `)) sum += of(account);
    }
    return sum;
  }
}
