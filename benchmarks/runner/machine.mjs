import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const PACKAGES = ['@rxmqtt/core', '@rxmqtt/rx', 'mqtt', 'rxjs'];

/** Where and with what a run was made. */
export function describeRun() {
  return {
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()} ${arch()}`,
      loadBefore: loadavg()[0],
    },
    versions: { node: process.version, ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])) },
    commit: commitOf(),
  };
}

/** The version of an installed package; packages need not export their package.json, so that it is looked for upwards. */
function versionOf(name) {
  try {
    let folder = dirname(require.resolve(name));
    for (;;) {
      const manifest = readManifest(folder);
      if (manifest?.name === name) return manifest.version;
      if (folder === dirname(folder)) return undefined;
      folder = dirname(folder);
    }
  } catch {
    return undefined;
  }
}

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

function commitOf() {
  const git = (...args) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '--', 'packages') === '' ? commit : `${commit} with changes`;
  } catch {
    return undefined;
  }
}
