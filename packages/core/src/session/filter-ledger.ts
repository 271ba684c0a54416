import type { Journal } from './journal.js';
import type { StoreOperation } from './session-store.js';
import { filterKey } from './store-keys.js';

const NOTHING = new Uint8Array(0);

/** The filters that the server has been told, as the store has them: MQTT cannot list subscriptions. */
export class FilterLedger {
  readonly #journal: Journal;
  readonly #warn: (error: unknown, what: string) => void;
  readonly #filters = new Set<string>();

  constructor(journal: Journal, warn: (error: unknown, what: string) => void) {
    this.#journal = journal;
    this.#warn = warn;
  }

  /** What the store has already. */
  restore(filters: Iterable<string>): void {
    for (const filter of filters) this.#filters.add(filter);
  }

  /** A SUBSCRIBE with these filters may leave when `proceed` is called: the server keeps no filter that nobody knows of. */
  told(filters: readonly string[], proceed: () => void): void {
    const added = filters.filter((filter) => !this.#filters.has(filter));
    for (const filter of added) this.#filters.add(filter);
    if (added.length === 0) proceed();
    else
      this.#write(
        added.map((filter) => ({ type: 'put', key: filterKey(filter), value: NOTHING })),
        proceed,
      );
  }

  /** The server has this filter no more. */
  gone(filter: string): void {
    if (this.#filters.delete(filter)) this.#write([{ type: 'delete', key: filterKey(filter) }]);
  }

  #write(operations: readonly StoreOperation[], proceed?: () => void): void {
    this.#journal.take(operations, (error) => {
      if (error !== undefined)
        this.#warn(error, 'the store is behind: a subscription may outlive the process that made it');
      proceed?.();
    });
  }
}
