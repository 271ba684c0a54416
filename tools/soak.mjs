// npm run soak -- [seconds] [seed]: publishers and subscribers on mosquitto behind a network that breaks all the time, and
// what became of their messages. 120 seconds unless told otherwise.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, requireNode, root } from './lib/workspace.mjs';

requireNode();
if (ensureInstalled() !== 0) process.exit(1);
const [seconds = '120', seed = '1'] = process.argv.slice(2);
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), 'test/soak.spec.ts'],
  {
    cwd: join(root, 'packages', 'core'),
    stdio: 'inherit',
    env: { ...process.env, RXMQTT_SOAK_SECONDS: seconds, RXMQTT_SOAK_SEED: seed, RXMQTT_FIGURES: '1' },
  },
);
process.exit(status ?? 1);
