import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { createConnection, srv } from '../src/index.js';

/* The options in docs/guides/connecting.md are options that there are, and go together. */

const guide = readFileSync(join(__dirname, '../../../docs/guides/connecting.md'), 'utf8');
const blocks = [...guide.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code = '']) => code);

test('there are examples', () => {
  expect(blocks.length).toBeGreaterThan(6);
});

test.each(blocks)('%s', async (code) => {
  const created = jest.fn(createConnection);
  const scope: Record<string, unknown> = { createConnection: created, srv, readFile, connect };
  const { outputText } = transpileModule(code.replace(/^import .*$/gm, ''), {
    compilerOptions: { target: ScriptTarget.ES2022, module: ModuleKind.ESNext },
  });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  await new Function(...Object.keys(scope), `return (async () => {${outputText}})();`)(...Object.values(scope));
  expect(created.mock.results.length).toBeGreaterThan(0);
  for (const { value } of created.mock.results) expect((value as { state: object }).state).toEqual({ type: 'idle' });
});
