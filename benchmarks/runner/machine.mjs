import { execFileSync } from 'node:child_process';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { versionsOf } from './versions.mjs';

/** Where and with what a case is run. */
export function describeRun(definition) {
  return {
    at: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${platform()} ${release()} ${arch()}`,
      loadBefore: loadavg()[0],
    },
    versions: versionsOf(definition),
    commit: commitOf(),
  };
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
