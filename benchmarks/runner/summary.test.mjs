import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regressionsOf } from './baseline.mjs';
import { summarize } from './summary.mjs';
import { tableHeader, tableNotes, tableRows } from './table.mjs';

const definition = {
  unit: 'msg/s',
  reference: 'rival',
  targets: [
    { contestant: 'ours', atLeast: 4 },
    { contestant: 'ours', allOf: '100 acknowledged' },
  ],
};
const sample = (round, value, succeeded = 100) => ({ round, value, cpuMicros: 2, succeeded, expected: 100, flaws: [] });
const ours = { name: 'ours', ours: true, samples: [sample(1, 500), sample(2, 700), sample(3, 600)] };
const rival = { name: 'rival', samples: [sample(1, 100, 90), sample(3, 200, 95)] };

test('ratios are of the medians, their spread is of the rounds that both were in', () => {
  const [row] = summarize(definition, [ours, rival]);
  assert.deepEqual(row.value, { median: 600, min: 500, max: 700 });
  assert.deepEqual(row.ratio, { median: 4, min: 3, max: 5 });
  assert.deepEqual(
    row.targets.map((target) => target.met),
    [true, true],
  );
});

test('what was lost is shown, with the worst round', () => {
  const rows = summarize(definition, [ours, rival]);
  const cells = tableRows(definition, rows);
  assert.deepEqual(cells[1], ['rival', '150 (100–200)', '1.00× (1.00×–1.00×)', '2.00 (1.00×)', '90 of 100', '', '']);
  assert.deepEqual(tableNotes(rows), ['rival: 2 of 3 rounds']);
  assert.equal(tableHeader(definition).length, cells[0].length);
});

test('a contestant that fails has no numbers, and meets no target', () => {
  const failed = { name: 'ours', ours: true, samples: [{ round: 1, failure: 'Error: no' }] };
  const [row] = summarize(definition, [failed, rival]);
  assert.equal(row.value, undefined);
  assert.deepEqual(row.troubles, ['Error: no']);
  assert.deepEqual(
    row.targets.map((target) => target.met),
    [undefined, false],
  );
});

test('a ratio may fall by 15%, no further', () => {
  const record = (median, complete = true) => ({
    reference: 'rival',
    better: 'higher',
    contestants: [{ name: 'ours', ours: true, complete, troubles: ['lost'], ratio: { median } }],
  });
  assert.deepEqual(regressionsOf('case', record(3.5), record(4)), []);
  assert.deepEqual(regressionsOf('case', record(3.3), record(4)), ['case: ours is at 3.30× rival, was at 4.00×']);
  assert.deepEqual(regressionsOf('case', record(4, false), record(4)), ['case: ours is not complete any more (lost)']);
  assert.deepEqual(regressionsOf('case', record(1), undefined), []);
});
