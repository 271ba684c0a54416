import { InvalidOptionsError } from '../errors/connection-errors.js';
import { OptionChecker } from '../options/option-checker.js';
import type { SessionStore, StoreEntry, StoreOperation } from '../session/session-store.js';
import { encodeName } from './encode-name.js';
import { protectFolder } from './folder.js';
import { type LevelDatabase, readLevel, writeLevel } from './level-database.js';
import { openLevel } from './open-level.js';

/** Bytes written between two looks at the files that LevelDB has made. */
const PROTECT_EVERY = 256 * 1024;

/** How a session is stored. */
export interface LevelStoreOptions {
  /**
   * Whether each write waits until the disk has it. `false`: what is stored survives the end of the process, however it comes
   * (kill -9, a crash), but the last moments may be lost with the power or the operating system. `true`: those are safe too,
   * at the price of a flush of the disk per batch. Defaults to `false`. Browsers decide by themselves.
   */
  readonly sync?: boolean;
  /** Tells sessions apart that share a path or a database, such as the client identifier. Defaults to none. */
  readonly name?: string;
}

/**
 * Opens a session store in LevelDB (Node) or IndexedDB (browsers), by the package `level`.
 *
 * A path is a folder of its own, made when it is not there, readable only by this user; in browsers it is the name of the
 * database. Damage is repaired, or put aside, and told as `warning` events of the connection. User names, passwords and tokens
 * are never stored; payloads are, as they are.
 *
 * @param place a path, or a database of `level` or any other `abstract-level`. The database stays open, and what else is in it
 * stays untouched: keys begin with `rxmqtt/`.
 * @throws StoreError (it rejects) when the folder is in use by another process, is a symbolic link, belongs to another user or
 * holds other files, or cannot be read or made; InvalidOptionsError.
 *
 * @example
 * ```ts
 * import { createConnection } from '@rxmqtt/core';
 * import { levelStore } from '@rxmqtt/core/store-level';
 *
 * const connection = createConnection('mqtt://localhost', { session: { store: await levelStore('./outbox') } });
 * await connection.publish('plant/7/temp', '21.5', { qos: 1 }).stored;
 * ```
 */
export async function levelStore(
  place: string | LevelDatabase,
  options: LevelStoreOptions = {},
): Promise<SessionStore> {
  const { sync, name } = checkOptions(place, options);
  if (typeof place !== 'string') return storeInDatabase(place, name, sync);
  const path = name === '' ? place : `${place}/${name}`;
  const { database, entries, warnings } = await openLevel(path);
  await protectFolder(path);
  let found: readonly StoreEntry[] = entries;
  let unprotected = 0;
  return {
    warnings,
    // It has been read already, to be sure that it can be.
    async *read() {
      yield* await Promise.resolve(found);
      found = [];
    },
    async write(operations) {
      await writeLevel(database, operations.map(toLevel('')), sync);
      for (const operation of operations)
        unprotected += operation.key.length + (operation.type === 'put' ? operation.value.length : 0);
      if (unprotected < PROTECT_EVERY) return;
      unprotected = 0;
      await protectFolder(path);
    },
    async close() {
      await protectFolder(path);
      await database.close();
    },
  };
}

function storeInDatabase(database: LevelDatabase, name: string, sync: boolean): Promise<SessionStore> {
  const prefix = `rxmqtt/${name}/`;
  return database.open().then(() => ({
    read: () => readLevel(database, prefix),
    write: (operations) => writeLevel(database, operations.map(toLevel(prefix)), sync),
    close: () => undefined,
  }));
}

function toLevel(prefix: string) {
  return (operation: StoreOperation) => {
    const key = prefix + operation.key;
    return operation.type === 'put'
      ? ({ type: 'put', key, value: operation.value } as const)
      : ({ type: 'del', key } as const);
  };
}

function checkOptions(place: unknown, options: unknown): { readonly sync: boolean; readonly name: string } {
  const check = new OptionChecker();
  const { batch, iterator, open } = (typeof place === 'object' && place !== null ? place : {}) as Partial<
    Record<keyof LevelDatabase, unknown>
  >;
  const isDatabase = [batch, iterator, open].every((each) => typeof each === 'function');
  if (!isDatabase && (typeof place !== 'string' || place === '' || place.includes('\0'))) {
    check.problems.push({ path: 'place', reason: 'must be a path, or a database of level' });
  }
  let encoded: string | undefined = '';
  let sync = false;
  if (check.object('', options)) {
    check.keys('', options, ['sync', 'name']);
    const given = options as { readonly sync?: unknown; readonly name?: unknown };
    if (given.sync !== undefined && typeof given.sync !== 'boolean')
      check.problems.push({ path: 'sync', reason: 'must be true or false' });
    sync = given.sync === true;
    if (given.name !== undefined) {
      encoded = typeof given.name === 'string' && given.name !== '' ? encodeName(given.name) : undefined;
      if (encoded === undefined)
        check.problems.push({
          path: 'name',
          reason: 'must be a text of up to 200 characters; others than a-z, 0-9, - and _ count three per byte',
        });
    }
  }
  if (check.problems.length > 0) throw new InvalidOptionsError(check.problems);
  return { sync, name: encoded ?? '' };
}
