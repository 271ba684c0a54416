// npm test: sets the machine up, runs everything, and ends with one line: N passed, N failed.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensureInstalled, nxCommand, nxEnvironment, requireNode, root } from './lib/workspace.mjs';
import { setupSystem } from './setup-system.mjs';

const stageLimit = 20 * 60_000;
const jestResults = ['core', 'rx', 'examples'].map((name) => join(root, 'packages', name, 'out-tsc', 'jest.json'));

/** Runs a command, shows what it prints as it prints it, and returns its exit code and what it printed. */
function stream([command, ...args]) {
  return new Promise((resolve) => {
    // A process group of its own, so that a stage that hangs is ended with all it has started.
    const child = spawn(command, args, {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...nxEnvironment },
    });
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended.
      }
    };
    const timer = setTimeout(() => {
      console.log(`Ended after ${stageLimit / 60_000} minutes.`);
      end();
    }, stageLimit);
    process.once('exit', end);
    let output = '';
    for (const from of ['stdout', 'stderr']) {
      child[from].setEncoding('utf8').on('data', (data) => {
        output += data;
        process[from].write(data);
      });
    }
    child.on('error', (error) => console.log(String(error)));
    child.on('close', (code) => {
      clearTimeout(timer);
      process.off('exit', end);
      resolve({ code: code ?? 1, output: stripVTControlCharacters(output) });
    });
  });
}

/** A stage that fails, or counts nothing, without a failed test in its count has failed as a whole. */
const counted = (passed, failed, code) => ({
  passed,
  failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed,
});

/** Each of the tool's checks is a test. */
const checks = (tool) => async () => {
  const { code, output } = await stream([process.execPath, join('tools', tool)]);
  return counted(output.match(/^ok - /gm)?.length ?? 0, output.match(/^not ok - /gm)?.length ?? 0, code);
};

/** Each task of each project is a test. */
async function tasks() {
  const { code, output } = await stream(
    nxCommand('run-many', '-t', 'build', 'build-cjs', 'typecheck', 'lint', '--nxBail=false', '--output-style=static'),
  );
  const ran = new Set(Array.from(output.matchAll(/^> nx run (\S+)/gm), ([, task]) => task));
  const summary = output.search(/^(Tasks not run|Failed tasks)/m);
  const failures = summary < 0 ? '' : output.slice(summary);
  const failed = new Set(Array.from(failures.matchAll(/^- (\S+:\S+)$/gm), ([, task]) => task));
  for (const task of failed) ran.delete(task);
  return counted(ran.size, failed.size, code);
}

async function jest() {
  for (const file of jestResults) rmSync(file, { force: true });
  // From the cache, they would prove nothing about this machine.
  const { code } = await stream(
    nxCommand(
      ...['run-many', '-t', 'test', '--parallel=1', '--skip-nx-cache', '--output-style=stream'],
      ...['--', '--ci', '--json', '--outputFile=out-tsc/jest.json'],
    ),
  );
  let [passed, failed] = [0, 0];
  for (const file of jestResults.filter(existsSync)) {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    passed += result.numPassedTests;
    // A spec file that does not load has no failed test.
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  }
  return counted(passed, failed, code);
}

async function nodeTests() {
  const files = readdirSync(join(root, 'tools'), { recursive: true })
    .filter((file) => file.endsWith('.test.mjs'))
    .map((file) => join('tools', file));
  const { code, output } = await stream([process.execPath, '--test', '--test-reporter=spec', ...files]);
  const count = (word) => Number(output.match(new RegExp(`^\\S* ?${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  return counted(count('pass'), count('fail') + count('cancelled'), code);
}

async function systemPackages() {
  const complete = setupSystem();
  return { passed: complete ? 1 : 0, failed: complete ? 0 : 1 };
}

const stages = [
  ['system packages', systemPackages],
  ['build, types and lint', tasks],
  ['unit and broker tests', jest],
  ['tools', nodeTests],
  ['packages', checks('check-package.mjs')],
  ['sizes', checks('check-size.mjs')],
  ['imports', checks('check-imports.mjs')],
  ['browser', checks('check-browser.mjs')],
];

requireNode();
const total = { passed: 0, failed: 0 };
const report = [];

async function runStage([name, run]) {
  console.log(`\n--- ${name}`);
  const start = performance.now();
  let result;
  try {
    result = await run();
  } catch (error) {
    console.log(String(error?.stack ?? error));
    result = { passed: 0, failed: 1 };
  }
  total.passed += result.passed;
  total.failed += result.failed;
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  report.push(`${seconds} s  ${name}: ${result.passed} passed, ${result.failed} failed`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

console.log('--- dependencies');
const start = performance.now();
const installed = ensureInstalled();
report.push(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  dependencies`);
if (installed === 0) for (const stage of stages) await runStage(stage);
else total.failed++;

console.log(`\n${report.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
