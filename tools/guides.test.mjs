// docs/guides: every guide has code, and a spec that runs it; and every guide can be found.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './lib/workspace.mjs';

const read = (...path) => readFileSync(join(root, ...path), 'utf8');
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
    assert.ok(specs.some((spec) => spec.includes(`guideBlocks('${guide}')`)), `no spec runs the blocks of ${guide}`);
  }
});

test('every guide is linked from the readme', () => {
  const links = Array.from(read('README.md').matchAll(/\(docs\/guides\/([\w-]+\.md)\)/g), ([, name]) => name);
  assert.deepEqual([...new Set(links)].sort(), [...guides].sort());
});
