import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import * as rx from '../src/index.js';
import { newClient } from './open.js';
import { cleanup, leavesNothingBehind, startMosquitto, within } from './support.js';

jest.setTimeout(60_000);
leavesNothingBehind();

/** The programs of a guide, each with the heading that it stands below and what it prints. */
function programs(name: string): (readonly [title: string, code: string, output: string])[] {
  const guide = readFileSync(join(__dirname, '../../../docs/guides', name), 'utf8');
  let title = '';
  return Array.from(guide.matchAll(/^## (.+)$|^```ts\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```$/gm)).flatMap(
    ([, heading, code, output = '']) => {
      title = heading ?? title;
      return code === undefined ? [] : [[`${name}: ${title}`, code, output] as const];
    },
  );
}

/** Runs a program against a broker; the answer is what it printed. */
async function run(code: string, url: string): Promise<string> {
  let printed = '';
  const console = { log: (...line: unknown[]) => (printed += `${line.flat().map(String).join(' ').trim()}\n`) };
  const connect = (_: string, options: rx.ConnectionOptions = {}): rx.Mqtt => newClient(url, options);
  // Subscriptions are granted in their order: when this one is, so are those before.
  const subscribed = (mqtt: rx.Mqtt) => mqtt.connection.subscribe('granted', {}, () => undefined).ready;
  const modules: Record<string, unknown> = { '@rxmqtt/rx': { ...rx, connect }, rxjs };
  const imports = code.match(/^import .*$/gm)?.join('\n') ?? '';
  const source = `${imports}\nexport const done = (async () => {${code.replaceAll(/^import .*$/gm, '')}})();`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports: { done?: Promise<void> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the guide's own code
  const program = new Function('require', 'exports', 'console', 'subscribed', outputText) as (
    ...values: unknown[]
  ) => void;
  program((name: string) => modules[name], exports, console, subscribed);
  await within(exports.done ?? Promise.resolve(), 20_000, 'the program ends');
  return printed;
}

const all = [...programs('publishing.md'), ...programs('request-response.md')];

test('all programs are found', () => {
  expect(all).toHaveLength(8 + 3);
});

test.each(all)('%s', async (_, code, output) => {
  const mosquitto = await startMosquitto();
  cleanup(() => mosquitto.remove());

  await expect(run(code, mosquitto.url)).resolves.toBe(output);
});
