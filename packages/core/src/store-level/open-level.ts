import { Level } from 'level';
import { StoreError } from '../errors/store-error.js';
import type { StoreEntry, StoreWarning } from '../session/session-store.js';
import { leftOut, prepareFolder, setFolderAside } from './folder.js';
import { type LevelDatabase, readLevel } from './level-database.js';

/** A database that is open, and what it has. */
export interface OpenedLevel {
  readonly database: LevelDatabase & { close(): Promise<void> };
  readonly entries: readonly StoreEntry[];
  readonly warnings: readonly StoreWarning[];
}

/** Only where there are files. */
type Repair = (path: string) => Promise<void>;

/**
 * Opens the database of a folder and reads all of it, so that damage shows now. What is damaged is repaired; what cannot be
 * is moved aside, and another one is begun: losing some messages is bad, and never starting again is worse.
 */
export async function openLevel(path: string): Promise<OpenedLevel> {
  await prepareFolder(path);
  const damage = await attempt(path);
  if ('database' in damage) return damage;
  const repaired = await repair(path);
  if (repaired !== undefined && 'database' in repaired) {
    const what = `the session store in ${path} was damaged and has been repaired; what could not be read is in its folder "lost"`;
    return { ...repaired, warnings: [{ error: damage.error, what }, ...repaired.warnings] };
  }
  const aside = await setFolderAside(path).catch((cause: unknown) => {
    throw new StoreError(`the session store in ${path} is damaged`, { cause });
  });
  await prepareFolder(path);
  const fresh = await attempt(path);
  if (!('database' in fresh))
    throw new StoreError(`the session store in ${path} could not be opened`, { cause: fresh.error });
  return {
    ...fresh,
    warnings: [
      { error: damage.error, what: `the session store in ${path} was damaged beyond repair and is now ${aside}` },
    ],
  };
}

/** Opens and reads; damage is an answer, everything else an error. */
async function attempt(path: string): Promise<OpenedLevel | { readonly error: unknown }> {
  const database = new Level<string, Uint8Array>(path, { valueEncoding: 'view' });
  try {
    await database.open();
    const entries: StoreEntry[] = [];
    for await (const entry of readLevel(database, '')) entries.push(entry);
    const lost = await leftOut(path);
    const what = `the session store in ${path} ended in something that could not be read, and that was left out`;
    return {
      database,
      entries,
      warnings: lost === undefined ? [] : [{ error: new StoreError(`LevelDB says: ${lost}`), what }],
    };
  } catch (error) {
    await database.close().catch(() => undefined);
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const { code, message } = cause as { code?: unknown; message?: unknown };
    if (code === 'LEVEL_LOCKED') {
      throw new StoreError(
        `the session store in ${path} is in use by another connection or process; give each its own`,
        { cause, retryable: true },
      );
    }
    if (
      code === 'LEVEL_CORRUPTION' ||
      (code === 'LEVEL_IO_ERROR' && /no such file|invalid argument/i.test(String(message)))
    )
      return { error: cause };
    throw new StoreError(`the session store in ${path} could not be opened`, { cause });
  }
}

async function repair(path: string): Promise<OpenedLevel | { readonly error: unknown } | undefined> {
  const { repair: run } = Level as { readonly repair?: Repair };
  if (run === undefined) return undefined;
  try {
    await run.call(Level, path);
  } catch {
    return undefined;
  }
  return attempt(path);
}
