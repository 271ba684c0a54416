// npm test: sets the machine up, runs everything, and ends with one line: N passed, N failed.
// npm test -- --speed: also says before that how fast it is here. Nothing fails for that: machines have moods.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensureInstalled, nxCommand, nxEnvironment, requireNode, root } from './lib/workspace.mjs';
import { setupSystem } from './setup-system.mjs';

const stageLimit = 20 * 60_000;
const speedLimit = 90_000;
const jestResults = ['core', 'rx', 'examples'].map((name) => join(root, 'packages', name, 'out-tsc', 'jest.json'));

/** Runs a command, shows what it prints as it prints it, and returns its exit code and what it printed. */
function stream([command, ...args], limit = stageLimit) {
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
      console.log(`Ended after ${limit / 1000} seconds.`);
      end();
    }, limit);
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
const counted = (passed, failures, code) =>
  failures.length === 0 && (code !== 0 || passed === 0)
    ? { passed, failures: [passed === 0 ? 'nothing was counted' : `exit code ${code}`] }
    : { passed, failures };

/** Each of the tool's checks is a test. */
const checks = (tool) => async () => {
  const { code, output } = await stream([process.execPath, join('tools', tool)]);
  const failures = Array.from(output.matchAll(/^not ok - (.*)$/gm), ([, what]) => what);
  return counted(output.match(/^ok - /gm)?.length ?? 0, failures, code);
};

/** Each task of each project is a test. */
async function tasks() {
  const { code, output } = await stream(
    nxCommand(
      ...['run-many', '-t', 'build', 'build-cjs', 'build-node', 'typecheck', 'lint'],
      ...['--nxBail=false', '--output-style=static'],
    ),
  );
  const ran = new Set(Array.from(output.matchAll(/^> nx run (\S+)/gm), ([, task]) => task));
  const summary = output.search(/^(Tasks not run|Failed tasks)/m);
  const listed = summary < 0 ? '' : output.slice(summary);
  const failed = new Set(Array.from(listed.matchAll(/^- (\S+:\S+)$/gm), ([, task]) => task));
  for (const task of failed) ran.delete(task);
  return counted(ran.size, [...failed], code);
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
  const results = jestResults.filter(existsSync).map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const passed = results.reduce((sum, { numPassedTests }) => sum + numPassedTests, 0);
  return counted(passed, results.flatMap(jestFailures), code);
}

/** Each failed test with its file and what it says; a spec file that does not load has no failed test. */
const jestFailures = ({ testResults }) =>
  testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}: ${message}`] : [];
    return failed.map(({ fullName, failureMessages }) => `${file}: ${fullName}\n${failureMessages.join('\n')}`);
  });

async function nodeTests() {
  const files = readdirSync(join(root, 'tools'), { recursive: true })
    .filter((file) => file.endsWith('.test.mjs'))
    .map((file) => join('tools', file));
  const { code, output } = await stream([process.execPath, '--test', '--test-reporter=spec', ...files]);
  const count = (word) => Number(output.match(new RegExp(`^\\S* ?${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  // What has failed is told a second time below this line.
  const details = output.slice(Math.max(0, output.lastIndexOf('failing tests:')));
  const failures = Array.from({ length: count('fail') + count('cancelled') }, (_, i) =>
    i === 0 ? details : 'see above',
  );
  return counted(count('pass'), failures, code);
}

async function systemPackages() {
  const complete = setupSystem();
  return complete ? { passed: 1, failures: [] } : { passed: 0, failures: ['see the first stage'] };
}

/** A few of the benchmarks, in their short form. */
async function speed() {
  const cases = ['receive-qos0', 'receive-qos1-batched', 'publish-qos1-window-1000', 'publish-web-socket'];
  const rivals = ['limit', 'core', 'observe', 'publish-to', 'mqttjs'];
  const options = [...cases.flatMap((name) => ['--case', name]), ...rivals.flatMap((name) => ['--contestant', name])];
  await stream([process.execPath, join('benchmarks', 'run.mjs'), '--short', ...options], speedLimit);
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
const failures = [];

/** The end of the log may be all that is seen of it: what has failed is told there again, without its length. */
const shortened = (text) => stripVTControlCharacters(text).split('\n').slice(0, 30).join('\n').slice(0, 3_000);

async function runStage([name, run]) {
  console.log(`\n--- ${name}`);
  const start = performance.now();
  let result;
  try {
    result = await run();
  } catch (error) {
    console.log(String(error?.stack ?? error));
    result = { passed: 0, failures: [String(error?.stack ?? error)] };
  }
  total.passed += result.passed;
  total.failed += result.failures.length;
  failures.push(...result.failures.map((failure) => `${name}: ${shortened(failure)}`));
  const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
  report.push(`${seconds} s  ${name}: ${result.passed} passed, ${result.failures.length} failed`);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

console.log('--- dependencies');
const start = performance.now();
const installed = ensureInstalled();
report.push(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  dependencies`);
if (installed === 0) for (const stage of stages) await runStage(stage);
else total.failed++;

if (installed === 0 && process.argv.includes('--speed')) {
  console.log('\n--- speed');
  await speed();
}

for (const failure of failures) console.log(`\nFAILED  ${failure}`);
console.log(`\n${report.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
