import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanup } from './globals.js';

/** A folder that is gone after the test; the path of something in it that is not there yet. */
export function newPath(name = 'store'): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'rxmqtt-')));
  cleanup(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, name);
}
