import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { levelStore } from '@rxmqtt/core/store-level';
import { connectWithStore } from './publish-stored.mjs';

/** `levelStore()` as the guide shows it, in a folder of its own that goes with this process. */
export async function connect(setting, tally) {
  const folder = mkdtempSync(join(tmpdir(), 'rxmqtt-bench-store-'));
  process.on('exit', () => {
    // LevelDB still writes in threads of its own.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  });
  return connectWithStore(setting, tally, await levelStore(join(folder, 'outbox')));
}
