// npm start: installs and builds what is missing, then runs the plant example in this process.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, nxCommand, nxEnvironment, requireNode, root } from './lib/workspace.mjs';

const projects = ['core', 'rx', 'examples'];
const main = join(root, 'packages', 'examples', 'dist', 'plant', 'main.js');
const outputs = [
  main,
  join(root, 'packages', 'core', 'dist', 'node', 'index.js'),
  join(root, 'packages', 'rx', 'dist', 'node', 'index.js'),
];
const stamp = join(root, 'node_modules', '.cache', 'rxmqtt', 'start-built-from');

function inputs() {
  const files = ['package-lock.json', 'tsconfig.base.json', join('tools', 'bundle-node.mjs')];
  for (const project of projects) {
    const folder = join('packages', project);
    files.push(join(folder, 'package.json'), join(folder, 'tsconfig.lib.json'));
    for (const entry of readdirSync(join(root, folder, 'src'), { recursive: true }))
      if (entry.endsWith('.ts') && !entry.endsWith('.spec.ts')) files.push(join(folder, 'src', entry));
  }
  return files.sort();
}

// By content: a checkout of an older commit has newer times.
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of inputs())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

function ensureBuilt() {
  const wanted = fingerprint();
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 0;
  console.error('Building ...');
  const [command, ...args] = nxCommand(
    'run-many',
    '-t',
    'build',
    'build-node',
    '-p',
    ...projects,
    '--output-style=static',
  );
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...nxEnvironment },
  });
  if (status !== 0) return status ?? 1;
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
  return 0;
}

requireNode();
const failure = ensureInstalled() || ensureBuilt();
if (failure) {
  process.exitCode = failure;
} else {
  // In this process: signals, arguments and the exit code are the example's own.
  process.argv[1] = main;
  await import(pathToFileURL(main).href);
}
