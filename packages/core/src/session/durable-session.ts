import { StoreError } from '../errors/store-error.js';
import type { Clock, Timer } from '../internal/clock.js';
import { FilterLedger } from './filter-ledger.js';
import { Journal } from './journal.js';
import { type BadEntry, quarantine, readSession, type StoredSession } from './read-session.js';
import { ReceivedLedger } from './received-ledger.js';
import { type SessionIdentity, writeSessionRecord } from './session-record.js';
import type { SessionStore } from './session-store.js';
import { SESSION_KEY } from './store-keys.js';

/** Milliseconds that a store has for its last write and for closing. */
const CLOSE_LIMIT = 5_000;

/** Stores that serve a connection. */
const inUse = new WeakSet<SessionStore>();

/** What an earlier process has left is put into the rooms; the answer is what of it they refused. */
export type Adopt = (session: StoredSession) => readonly BadEntry[];

/** A session that outlives the process: read from its store once, then written down step by step. */
export class DurableSession {
  readonly journal: Journal;
  readonly received: ReceivedLedger;
  readonly filters: FilterLedger;
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #warn: (error: unknown, what: string) => void;
  #reading: 'no' | 'yes' | 'done' | 'closed' = 'no';
  #isOurs = false;
  #end: Promise<void> | undefined;
  #error: StoreError | undefined;
  #waiting: ((error: StoreError | undefined) => void)[] = [];
  #clientId: string | undefined;

  constructor(store: SessionStore, clock: Clock, warn: (error: unknown, what: string) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#warn = warn;
    this.journal = new Journal(store, clock);
    this.received = new ReceivedLedger(this.journal, warn);
    this.filters = new FilterLedger(this.journal, warn);
  }

  /** Who we were to the server in an earlier process, if there was one. */
  identity: SessionIdentity | undefined;

  /** Reads the store, the first time, and calls back when that is done. */
  restore(adopt: Adopt, callback?: (error: StoreError | undefined) => void): void {
    if (this.#reading === 'done') callback?.(this.#error);
    else if (callback !== undefined) this.#waiting.push(callback);
    if (this.#reading !== 'no') return;
    this.#reading = 'yes';
    this.#end = this.#read(adopt).then(
      () => {
        this.#restored(undefined);
      },
      (cause: unknown) => {
        this.#restored(
          cause instanceof StoreError ? cause : new StoreError('the session store could not be read', { cause }),
        );
      },
    );
  }

  /** A connection was accepted: whoever comes next must come under the same name. */
  accepted(clientId: string): void {
    if (clientId === this.#clientId) return;
    this.#clientId = clientId;
    this.journal.take([{ type: 'put', key: SESSION_KEY, value: writeSessionRecord({ clientId }) }], (error) => {
      if (error !== undefined)
        this.#warn(error, 'the store does not know the session: nobody can come back to it after a restart');
    });
  }

  /** Writes what is left, closes the store, and calls back; after a while also without having succeeded. */
  close(callback: () => void): void {
    this.#reading = 'closed';
    if (!this.#isOurs && inUse.has(this.#store)) {
      callback();
      return;
    }
    let over = false;
    const finish = (error: unknown): void => {
      if (over) return;
      over = true;
      this.#clock.clearTimeout(timer);
      inUse.delete(this.#store);
      if (error !== undefined) this.#warn(error, 'the session store could not be closed');
      callback();
    };
    const timer: Timer = this.#clock.setTimeout(() => {
      finish(new StoreError(`the session store was not closed within ${String(CLOSE_LIMIT)} ms`));
    }, CLOSE_LIMIT);
    this.journal.whenIdle(() => {
      this.#closeStore().then(() => {
        finish(undefined);
      }, finish);
    });
  }

  async #closeStore(): Promise<void> {
    await this.#end;
    await this.#store.close();
  }

  async #read(adopt: Adopt): Promise<void> {
    if (inUse.has(this.#store)) throw new StoreError('the session store serves another connection; open one for each');
    inUse.add(this.#store);
    this.#isOurs = true;
    for (const { error, what } of this.#store.warnings ?? []) this.#warn(error, what);
    const session = await readSession(this.#store);
    if (this.#isClosed) return;
    this.identity = session.identity;
    this.#clientId = session.identity?.clientId;
    this.received.restore(session.received.keys());
    this.filters.restore(session.filters);
    const bad = [...session.bad, ...adopt(session)];
    for (const { key, error } of bad)
      this.#warn(error, `an entry of the session store made no sense and was put aside: ${key}`);
    const rest = session.orphans.map((key) => ({ type: 'delete', key }) as const);
    const operations = [...quarantine(bad, session.quarantined), ...rest];
    if (operations.length > 0) this.journal.take(operations);
  }

  get #isClosed(): boolean {
    return this.#reading === 'closed';
  }

  #restored(error: StoreError | undefined): void {
    if (this.#isClosed) return;
    this.#reading = 'done';
    this.#error = error;
    for (const callback of this.#waiting.splice(0)) callback(error);
  }
}
