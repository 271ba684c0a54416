/** One operation of a batch, as Level takes it. */
export type LevelOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: string };

/** What is needed of a database: any that follows `abstract-level` 3, such as those of `level` and `memory-level`. */
export interface LevelDatabase {
  open(): Promise<void>;
  // Loose on purpose: the types of Level depend on encodings, which each call here gives itself.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  batch(operations: any[], options: any): Promise<void>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  iterator(options: any): AsyncIterable<[any, any]>;
}

const ENCODINGS = { keyEncoding: 'utf8', valueEncoding: 'view' } as const;

/** All entries whose keys have a prefix, in their order, without it. */
export async function* readLevel(
  database: LevelDatabase,
  prefix: string,
): AsyncGenerator<{ key: string; value: Uint8Array }> {
  // The character after the last one of the prefix ends the range.
  const end = prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
  const range = prefix === '' ? {} : { gte: prefix, lt: end };
  for await (const [key, value] of database.iterator({ ...ENCODINGS, ...range })) {
    const bytes = value as Uint8Array;
    yield {
      key: (key as string).slice(prefix.length),
      value: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    };
  }
}

/** Carries out operations as one batch. */
export function writeLevel(database: LevelDatabase, operations: LevelOperation[], sync: boolean): Promise<void> {
  return database.batch(operations, { ...ENCODINGS, sync });
}
