import type { SessionStore, StoreEntry, StoreOperation } from '../../src/index.js';

/** A session store that a test can look into, keep waiting, and fail; its writes are done when the clock runs deferred work. */
export class GlassStore implements SessionStore {
  readonly entries = new Map<string, Uint8Array>();
  /** Every batch that was written. */
  readonly batches: (readonly StoreOperation[])[] = [];
  closed = 0;
  /** Why a batch fails, if it does. */
  refuse: ((operations: readonly StoreOperation[]) => Error | undefined) | undefined;
  /** Why reading fails, if it does. */
  unreadable: Error | undefined;
  #held: (() => void)[] | undefined;

  constructor(entries: Iterable<StoreEntry> = []) {
    for (const { key, value } of entries) this.entries.set(key, value);
  }

  async *read(): AsyncGenerator<StoreEntry> {
    await Promise.resolve();
    if (this.unreadable !== undefined) throw this.unreadable;
    yield* this.snapshot();
  }

  /** What a process would find that opened the store now. */
  snapshot(): StoreEntry[] {
    return [...this.entries]
      .map(([key, value]) => ({ key, value: value.slice() }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  get keys(): string[] {
    return this.snapshot().map(({ key }) => key);
  }

  write(operations: readonly StoreOperation[]): PromiseLike<void> | undefined {
    const error = this.refuse?.(operations);
    if (error !== undefined) return Promise.reject(error);
    const apply = (): void => {
      this.batches.push(operations);
      for (const operation of operations) {
        if (operation.type === 'put') this.entries.set(operation.key, operation.value.slice());
        else this.entries.delete(operation.key);
      }
    };
    const held = this.#held;
    if (held === undefined) {
      apply();
      return undefined;
    }
    return new Promise((resolve) => {
      held.push(() => {
        apply();
        resolve();
      });
    });
  }

  /** Writes wait from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** The writes that wait are done, and no more wait. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const write of held) write();
  }

  close(): undefined {
    this.closed++;
    return undefined;
  }
}

/** Lets promises that are settled already run their reactions. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}
