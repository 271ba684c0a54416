import type { SessionStore, StoreEntry } from './session-store.js';

/**
 * A session store in memory. It outlives the connection, but not the process: one connection can leave its session to the
 * next, with the messages that were not acknowledged. Its writes are durable at once.
 *
 * @example
 * ```ts
 * const store = memoryStore();
 * const connection = createConnection('mqtt://localhost', { session: { store } });
 * ```
 */
export function memoryStore(entries: Iterable<StoreEntry> = []): SessionStore {
  const values = new Map<string, Uint8Array>();
  for (const { key, value } of entries) values.set(key, value.slice());
  return {
    async *read() {
      // The interface is asynchronous for those that are.
      await Promise.resolve();
      for (const key of [...values.keys()].sort(byCharacters)) {
        const value = values.get(key);
        if (value !== undefined) yield { key, value: value.slice() };
      }
    },
    write(operations) {
      for (const operation of operations) {
        // A view would hold on to all the bytes that it is a part of.
        if (operation.type === 'put') values.set(operation.key, operation.value.slice());
        else values.delete(operation.key);
      }
      return undefined;
    },
    close() {
      return undefined;
    },
  };
}

function byCharacters(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
