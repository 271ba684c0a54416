// Used before node_modules exists: nothing but Node built-ins here.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Nx without its daemon, its cloud and its full-screen output: the same on every machine. */
export const nxEnvironment = { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/** How to run npm: by the one that runs us, when there is one. */
export function npmCommand(...args) {
  const running = process.env.npm_execpath;
  return running?.endsWith('.js') ? [process.execPath, running, ...args] : ['npm', ...args];
}

/** How to run a command-line tool that the workspace has installed. */
export function toolCommand(name, ...args) {
  return [process.execPath, join(root, 'node_modules', ...name.split('/')), ...args];
}

export function nxCommand(...args) {
  return toolCommand('nx/dist/bin/nx.js', ...args);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node.js 20.19 or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** Installs what the lockfile says, when that has not been done. Returns npm's exit code. */
export function ensureInstalled() {
  if (isInstalled()) return 0;
  console.error('Installing the dependencies ...');
  const [command, ...args] = npmCommand('ci', '--no-audit', '--no-fund');
  // Standard output belongs to whoever runs the program.
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  return status ?? 1;
}
