// npm run soak -- [seconds] [seed]: the long forms of what the tests do shortly. Publishers and subscribers on mosquitto behind
// a network that breaks all the time, for 120 seconds unless told otherwise; 20,000 malformed packets; slow handlers for 60
// seconds; and what floods cost in memory. Says what it measured.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled, requireNode, root } from './lib/workspace.mjs';

requireNode();
if (ensureInstalled() !== 0) process.exit(1);
const specs = ['soak', 'fuzz', 'slow-handlers', 'round-trips', 'memory'].map((name) => `test/${name}.spec.ts`);
const [seconds = '120', seed = '1'] = process.argv.slice(2);
const { status } = spawnSync(process.execPath, [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '-i', ...specs], {
  cwd: join(root, 'packages', 'core'),
  stdio: 'inherit',
  env: {
    ...process.env,
    RXMQTT_SOAK_SECONDS: seconds,
    RXMQTT_SOAK_SEED: seed,
    RXMQTT_FUZZ_PACKETS: '20000',
    RXMQTT_SLOW_SECONDS: '60',
    RXMQTT_FIGURES: '1',
  },
});
process.exit(status ?? 1);
