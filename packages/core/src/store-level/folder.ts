import { chmod, lstat, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { StoreError } from '../errors/store-error.js';

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;
/** What LevelDB makes. */
const OURS = /^(CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(log|ldb|sst|dbtmp)|lost)$/;
/** What LevelDB writes into its log when it leaves something out. */
const LEFT_OUT = /(dropping \d+ bytes|Ignoring error)[^\n]*/;

/** Makes a folder that only we can look into, or makes sure that it is one; what is not ours is refused. */
export async function prepareFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER }).catch((cause: unknown) => {
    throw new StoreError(`the folder ${path} could not be made`, { cause });
  });
  const folder = await lstat(path);
  // Whoever made the link, or owns the folder, could make us write into files of others, or read what we write.
  if (folder.isSymbolicLink()) throw new StoreError(`${path} is a symbolic link; name the folder itself`);
  if (!folder.isDirectory()) throw new StoreError(`${path} is not a folder`);
  const uid = process.getuid?.();
  if (uid !== undefined && folder.uid !== uid) throw new StoreError(`the folder ${path} belongs to another user`);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (!OURS.test(entry.name)) {
      throw new StoreError(
        `the folder ${path} holds files of somebody else, such as ${entry.name}; name an empty or a new one`,
      );
    }
    if (!entry.isFile() && entry.name !== 'lost') throw new StoreError(`${join(path, entry.name)} is no plain file`);
  }
  await chmod(path, PRIVATE_FOLDER);
}

/** Files that LevelDB has made since, for our eyes only; the folder keeps others out in the meantime. */
export async function protectFolder(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    // A file that LevelDB deletes meanwhile needs no protection.
    if (entry.isFile()) await chmod(join(path, entry.name), PRIVATE_FILE).catch(() => undefined);
  }
}

/** Moves a folder out of the way; the answer is where to. */
export async function setFolderAside(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const aside = `${path}.damaged-${String(number)}`;
    const isFree = await lstat(aside).then(
      () => false,
      () => true,
    );
    if (!isFree) continue;
    await rename(path, aside);
    return aside;
  }
}

/** What LevelDB left out when it opened the folder, in its own words; `undefined` when nothing. */
export async function leftOut(path: string): Promise<string | undefined> {
  const log = await readFile(join(path, 'LOG'), 'utf8').catch(() => '');
  return LEFT_OUT.exec(log)?.[0];
}
