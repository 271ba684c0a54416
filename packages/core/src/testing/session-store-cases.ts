import type { SessionStore, StoreEntry, StoreOperation } from '../session/session-store.js';

/** Where the cases find the store under test. */
export interface SessionStoreSetup {
  /**
   * Opens the store on one and the same place: what was written before the last one was closed is there again. Each case gets
   * a setup of its own, with an empty place.
   */
  open(): SessionStore | PromiseLike<SessionStore>;
}

/** One thing that every session store must do. */
export interface SessionStoreCase {
  readonly name: string;
  /** Rejects with what is wrong. */
  run(setup: SessionStoreSetup): Promise<void>;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const put = (key: string, value: Uint8Array): StoreOperation => ({ type: 'put', key, value });
const remove = (key: string): StoreOperation => ({ type: 'delete', key });

async function contents(store: SessionStore): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for await (const { key, value } of store.read()) entries.push({ key, value: Uint8Array.from(value) });
  return entries;
}

/** Writes, closes, and reads what the store has when it is opened anew. */
async function after(setup: SessionStoreSetup, ...batches: StoreOperation[][]): Promise<StoreEntry[]> {
  const store = await setup.open();
  await contents(store);
  for (const batch of batches) await store.write(batch);
  await store.close();
  const again = await setup.open();
  const entries = await contents(again);
  await again.close();
  return entries;
}

function expectEntries(actual: readonly StoreEntry[], expected: readonly (readonly [string, Uint8Array])[]): void {
  const shown = (entries: readonly (readonly [string, Uint8Array])[]): string =>
    entries.map(([key, value]) => `${key} = ${[...value].join(' ')}`).join('; ');
  const found = shown(actual.map(({ key, value }) => [key, value]));
  if (found !== shown(expected)) throw new Error(`the store has: ${found}; but it should have: ${shown(expected)}`);
}

/**
 * What every session store must do, as named cases for any test framework. A case that fails rejects.
 *
 * @example
 * ```ts
 * for (const { name, run } of sessionStoreCases) {
 *   test(name, () => run({ open: () => myStore(folder) }));
 * }
 * ```
 */
export const sessionStoreCases: readonly SessionStoreCase[] = [
  {
    name: 'a new store is empty',
    run: async (setup) => {
      expectEntries(await after(setup), []);
    },
  },
  {
    name: 'what was put is there when the store is opened again',
    run: async (setup) => {
      expectEntries(await after(setup, [put('a', bytes(1, 2, 3))]), [['a', bytes(1, 2, 3)]]);
    },
  },
  {
    name: 'entries are read in the order of their keys, however they were put',
    run: async (setup) => {
      const keys = [
        'message/0000000000000010',
        'filter/%2B',
        'sent/0000000000000002',
        'message/0000000000000009',
        'filter/$share',
        'session',
      ];
      const entries = await after(
        setup,
        [put(keys[0]!, bytes(0)), put(keys[1]!, bytes(1))],
        ...keys.slice(2).map((key, i) => [put(key, bytes(i + 2))]),
      );
      const found = entries.map(({ key }) => key);
      const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
      if (found.join() !== sorted.join())
        throw new Error(`the keys came as ${found.join(', ')}; but should have come as ${sorted.join(', ')}`);
    },
  },
  {
    name: 'a put replaces what was there',
    run: async (setup) => {
      expectEntries(await after(setup, [put('a', bytes(1))], [put('a', bytes(2, 2))]), [['a', bytes(2, 2)]]);
    },
  },
  {
    name: 'a delete removes, and of what is not there does nothing',
    run: async (setup) => {
      expectEntries(await after(setup, [put('a', bytes(1)), put('b', bytes(2))], [remove('a'), remove('c')]), [
        ['b', bytes(2)],
      ]);
    },
  },
  {
    name: 'the operations of one write are carried out in their order',
    run: async (setup) => {
      const batch = [put('a', bytes(1)), remove('a'), put('a', bytes(2)), put('b', bytes(3)), remove('b')];
      expectEntries(await after(setup, batch), [['a', bytes(2)]]);
    },
  },
  {
    name: 'an empty value is a value',
    run: async (setup) => {
      expectEntries(await after(setup, [put('a', bytes())]), [['a', bytes()]]);
    },
  },
  {
    name: 'values keep every byte, also large ones',
    run: async (setup) => {
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const large = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 31) & 0xff);
      const entries = await after(setup, [put('every', every), put('large', large)]);
      const intact = [every, large].every((value, i) => {
        const found = entries[i]?.value;
        return found?.length === value.length && value.every((byte, at) => found[at] === byte);
      });
      if (!intact) throw new Error('a value has changed');
    },
  },
  {
    name: 'a value belongs to the store once it is written: bytes around it and changes after it mean nothing',
    run: async (setup) => {
      const buffer = Uint8Array.from({ length: 16 }, (_, i) => i);
      const store = await setup.open();
      await contents(store);
      await store.write([put('a', buffer.subarray(4, 8))]);
      buffer.fill(99);
      await store.close();
      const again = await setup.open();
      const entries = await contents(again);
      await again.close();
      expectEntries(entries, [['a', bytes(4, 5, 6, 7)]]);
    },
  },
  {
    name: 'a thousand entries of one write are all there',
    run: async (setup) => {
      const batch = Array.from({ length: 1_000 }, (_, i) => put(`k${String(i).padStart(4, '0')}`, bytes(i & 0xff)));
      const entries = await after(setup, batch);
      if (entries.length !== 1_000) throw new Error(`${String(entries.length)} of 1000 entries are there`);
    },
  },
  {
    name: 'it survives being opened and closed without a word',
    run: async (setup) => {
      await after(setup, [put('a', bytes(1))]);
      for (let i = 0; i < 3; i++) await (await setup.open()).close();
      expectEntries(await after(setup), [['a', bytes(1)]]);
    },
  },
];
