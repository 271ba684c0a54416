import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's Python, which alone sees Debian's packages. */
export const PYTHON = '/usr/bin/python3';

const ASK_VERSIONS = `
import importlib.metadata, json, sys
def version(name):
    try: return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError: return None
print(json.dumps({name: version(name) for name in sys.argv[1:]}))`;

/** Where a program is installed, system folders first; `undefined` if it is not. */
export function pathOf(program) {
  const folders = ['/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

/** The version of a program as it says itself. */
export function versionOfProgram(program) {
  const file = pathOf(program);
  if (file === undefined) return undefined;
  const { stdout } = spawnSync(file, ['-h'], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0];
}

/** The versions of packages of Debian's Python, `undefined` for those that are not installed. */
export function versionsOfPython(names) {
  const { status, stdout } = spawnSync(PYTHON, ['-c', ASK_VERSIONS, ...names], { encoding: 'utf8' });
  const versions = status === 0 ? JSON.parse(stdout) : {};
  return Object.fromEntries(names.map((name) => [name, versions[name] ?? undefined]));
}
