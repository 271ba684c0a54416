// docs/parity.md: no row of the comparison may be missing, and every spec that a row names must exist.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './lib/workspace.mjs';

const text = readFileSync(join(root, 'docs', 'parity.md'), 'utf8');
/** The cells of each row; a bar behind a backslash is part of its cell. */
const rows = text
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
const numbers = rows.map(([number]) => Number(number));
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

test('every option has one row, in order', () => {
  const wanted = range(1, 183);
  assert.deepEqual(
    wanted.filter((number) => !numbers.includes(number)),
    [],
  );
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
  );
});

test('every row says how it is offered or why not, and where that is tested', () => {
  for (const [number, option, offered, tested, ...rest] of rows) {
    assert.equal(rest.length, 0, `row ${number} has too many cells`);
    assert.ok(option && offered && tested, `row ${number} has an empty cell`);
    if (tested === '–') assert.match(offered, /\b(?:no|not)\b/, `row ${number} is offered, but tested nowhere`);
  }
});

test('every spec that is named exists', () => {
  const specs = Array.from(text.matchAll(/`((?:core|rx|examples)\/[\w./-]+\.spec\.ts)`/g), ([, spec]) => spec);
  assert.ok(specs.length > 100);
  assert.deepEqual(
    specs.filter((spec) => !existsSync(join(root, 'packages', spec))),
    [],
  );
});
