// Whether the tarballs are what package managers, bundlers and TypeScript expect.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './lib/checks.mjs';
import { pack, published, removeLeftovers } from './lib/pack.mjs';
import { run } from './lib/run.mjs';
import { root, toolCommand } from './lib/workspace.mjs';

const folder = await mkdtemp(join(tmpdir(), 'rxmqtt-package-'));
try {
  for (const name of published) {
    await check(`${name}: is built, from sources that exist`, () => {
      const removed = removeLeftovers(name);
      return removed.length > 0 ? `removed ${removed.join(', ')}` : '';
    });
    let tarball;
    await check(`${name}: packs`, async () => {
      tarball = await pack(name, folder);
    });
    if (!tarball) continue;
    await check(`${name}: publint --strict`, async () => {
      await run(toolCommand('publint/src/cli.js', 'run', tarball, '--strict'), { cwd: root });
    });
    await check(`${name}: attw --profile node16`, async () => {
      await run(toolCommand('@arethetypeswrong/cli/dist/index.js', tarball, '--profile', 'node16'), { cwd: root });
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
