import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as core from '../src/index.js';
import * as storeLevel from '../src/store-level/index.js';
import * as testing from '../src/testing/index.js';
import { newPath } from './support/folders.js';
import { leavesNothingBehind } from './support/globals.js';
import { startBroker } from './support/scripted-broker.js';

jest.setTimeout(20_000);
leavesNothingBehind();

const guide = readFileSync(join(__dirname, '../../../docs/guides/durable-sessions.md'), 'utf8');
const blocks = Array.from(guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code = '']) => code);

const MODULES: Readonly<Record<string, unknown>> = {
  '@rxmqtt/core': core,
  '@rxmqtt/core/store-level': storeLevel,
  '@rxmqtt/core/testing': testing,
};

/** Runs a block as a module whose imports are ours, and gives what it printed. */
async function run(code: string): Promise<string[]> {
  const printed: string[] = [];
  const console = { log: (...line: unknown[]) => printed.push(line.join(' ')) };
  const imports = code.match(/^import .*$/gm)?.join('\n') ?? '';
  // A module with `await` at its top becomes a function that waits.
  const source = `${imports}\nexport const done = (async () => {${code.replaceAll(/^import .*$/gm, '')}})();`;
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } });
  const exports: { done?: Promise<void> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide's own code
  (new Function('require', 'exports', 'console', outputText) as (...parameters: unknown[]) => void)((name: string) => MODULES[name], exports, console);
  await exports.done;
  return printed;
}

test.each([
  [0, ['stored', 'acknowledged 0']],
  [1, ['plant/7/temp acknowledged', 'left 0']],
  [2, ['left 0']],
  [3, testing.sessionStoreCases.map(({ name }) => `passed: ${name}`)],
])('block %i of docs/guides/durable-sessions.md runs as it is', async (index, expected) => {
  const broker = await startBroker();
  const code = blocks[index]!.replaceAll('mqtt://localhost', broker.url).replaceAll('./outbox', newPath());
  expect(await run(code)).toEqual(expected);
});

test('no block is left out', () => {
  expect(blocks).toHaveLength(4);
});
