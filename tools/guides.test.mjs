// docs/guides: every guide has code, and a spec that runs it; and every guide can be found.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { root } from './lib/workspace.mjs';

const read = (...path) => readFileSync(join(root, ...path), 'utf8');
const given = ['subscribed', 'store', 'work', 'analyse', 'readSensor', 'vpnIsUp', 'fetchToken'];
const lenient = {
  composite: false,
  emitDeclarationOnly: false,
  declarationMap: false,
  noEmit: true,
  noUnusedLocals: false,
  erasableSyntaxOnly: false,
};
const guides = readdirSync(join(root, 'docs', 'guides')).filter((name) => name.endsWith('.md'));
const specs = readdirSync(join(root, 'packages')).flatMap((name) =>
  readdirSync(join(root, 'packages', name, 'test'))
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => read('packages', name, 'test', file)),
);

test('every guide has blocks, and a spec that runs them', () => {
  assert.ok(guides.length > 0);
  for (const guide of guides) {
    assert.match(read('docs', 'guides', guide), /^```ts$/m, `${guide} has no code`);
    assert.ok(
      specs.some((spec) => spec.includes(`guideBlocks('${guide}')`)),
      `no spec runs the blocks of ${guide}`,
    );
  }
});

test('every guide is linked from the readme', () => {
  const links = Array.from(read('README.md').matchAll(/\(docs\/guides\/([\w-]+\.md)\)/g), ([, name]) => name);
  assert.deepEqual([...new Set(links)].sort(), [...guides].sort());
});

// Specs run the blocks without their types.
test('every block is accepted by the compiler', () => {
  const folder = join(root, 'packages', 'rx', 'test');
  const blocks = guides.flatMap((guide) =>
    Array.from(read('docs', 'guides', guide).matchAll(/^```ts\n([\s\S]*?)^```$/gm), ([, code], index) => [
      join(folder, `${guide}-${index}.ts`),
      `${code}\nexport {};`,
    ]),
  );
  // What specs give to blocks that take it for granted; a block's own names come before these.
  const taken = `declare const ${given.map((name) => `${name}: any`).join(', ')};`;
  const ambient = [
    [join(folder, 'given.d.ts'), taken],
    [join(folder, 'untyped.d.ts'), "declare module 'pino';\ndeclare module 'debug';"],
  ];
  const files = new Map([...blocks, ...ambient]);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { compilerOptions: { ...config.compilerOptions, ...lenient, types: ['jest', 'node'] }, files: [] },
    ts.sys,
    folder,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) =>
    files.has(name) ? ts.createSourceFile(name, files.get(name), ...rest) : getSourceFile(name, ...rest);
  const program = ts.createProgram([...files.keys()], options, host);
  const problems = [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  assert.equal(ts.formatDiagnostics(problems, { ...host, getNewLine: () => '\n' }), '');
});
