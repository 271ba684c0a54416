import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

// Debian keeps servers in sbin, which is not on the path of ordinary users.
const folders = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin'];

/** The path of the first of these programs that is installed. */
export function findExecutable(...names) {
  for (const name of names) {
    for (const folder of folders()) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

export const findChromium = () =>
  findExecutable('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome');
