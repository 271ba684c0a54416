import { execFileSync } from 'node:child_process';
import test from 'node:test';
import { root, toolCommand } from './lib/workspace.mjs';

test('every file has the format that npm run format gives it', () => {
  const [command, ...args] = toolCommand('prettier/bin/prettier.cjs', '--check', '.');
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
});
