import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regressionsOf } from './baseline.mjs';
import { CPU } from './measures.mjs';
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

const memory = {
  unit: 'MB',
  better: 'lower',
  grain: 1,
  reference: 'rival',
  more: [{ name: 'packets', unit: 'packets', better: 'lower' }],
  targets: [
    { contestant: 'ours', atMost: 0.5 },
    { contestant: 'ours', alone: true, atMost: 32 },
    { contestant: 'ours', above: 'rival', atMost: 2 },
    { contestant: 'ours', measure: 'packets', alone: true, atMost: 6 },
  ],
};
const resident = (round, value, packets) => ({ round, value, packets, succeeded: 1, expected: 1, flaws: [] });
const small = { name: 'ours', ours: true, samples: [resident(1, 10, 5), resident(2, 14, 9)] };
const big = { name: 'rival', samples: [resident(1, 40, 20), resident(2, 20, 20)] };

test('a bound is on a ratio, on a difference or on the measure itself, from above too', () => {
  const [row] = summarize(memory, [small, big]);
  assert.deepEqual(row.targets, [
    { text: '≤ 0.5× rival', met: true, figure: '0.40×' },
    { text: '≤ 32.0 MB', met: true, figure: '12.0 MB' },
    { text: '≤ rival + 2.00 MB', met: true, figure: '−18.0 MB' },
    { text: 'packets ≤ 6.00', met: false, figure: '7.00' },
  ]);
});

test('further measures have columns of their own', () => {
  const [row] = summarize(memory, [small, big]);
  assert.deepEqual(tableHeader(memory).slice(1, 4), ['MB, less is better (min–max)', '× rival (min–max)', 'packets']);
  assert.deepEqual(tableRows(memory, [row])[0].slice(1, 4), ['12.0 (10.0–14.0)', '0.40× (0.25×–0.70×)', '7.00']);
});

test('each contestant may have a reference of its own', () => {
  const twins = { ...memory, reference: undefined, more: [], targets: [] };
  const rows = summarize(twins, [{ ...small, reference: 'rival' }, big]);
  assert.equal(rows[0].ratio.median, 0.4);
  assert.equal(rows[1].ratio, undefined);
  assert.equal(
    tableHeader({ ...twins, contestants: [{ ...small, reference: 'rival' }, big] })[2],
    '× its reference (min–max)',
  );
});

test('what has no reference is compared as it is, and less may be better', () => {
  const record = (median) => ({
    unit: 'MB',
    better: 'lower',
    grain: 1,
    contestants: [{ name: 'ours', ours: true, complete: true, value: { median } }],
  });
  assert.deepEqual(regressionsOf('case', record(11), record(10)), []);
  assert.deepEqual(regressionsOf('case', record(12), record(10)), ['case: ours is at 12.0 MB, was at 10.0 MB']);
  assert.deepEqual(regressionsOf('case', record(2), record(10)), []);
  assert.deepEqual(regressionsOf('case', record(1.9), record(1)), []);
});

test('of two that are equally fast neither is slower, if the rounds do not agree', () => {
  const verdictOf = (ourValues, rivalValues) => {
    const named = (name, values) => ({ name, samples: values.map((value, round) => sample(round, value)) });
    const equal = { ...definition, targets: [{ contestant: 'ours', atLeast: 1, allowingSpread: true }] };
    return summarize(equal, [named('ours', ourValues), named('rival', rivalValues)])[0].targets[0];
  };
  assert.deepEqual(verdictOf([98, 98, 101], [100, 100, 100]), {
    text: '≥ 1× rival within the spread',
    met: true,
    figure: '0.98×',
  });
  assert.equal(verdictOf([98, 98, 99], [100, 100, 100]).met, false);
  assert.equal(verdictOf([94, 94, 101], [100, 100, 100]).met, false);
});

test('CPU time has targets, and a baseline where the case says so', () => {
  const through = { ...definition, more: [{ ...CPU, compared: true }] };
  through.targets = [{ contestant: 'ours', measure: 'cpuMicros', atMost: 0.5 }];
  const record = (ourMicros) => {
    const named = (name, cpuMicros) => ({ name, ours: name === 'ours', samples: [{ ...sample(1, 100), cpuMicros }] });
    return {
      ...through,
      better: 'higher',
      contestants: summarize(through, [named('ours', ourMicros), named('rival', 4)]),
    };
  };
  const target = (ourMicros) => record(ourMicros).contestants[0].targets[0];
  assert.deepEqual(target(2), { text: 'CPU µs/msg ≤ 0.5× rival', met: true, figure: '0.50×' });
  assert.equal(target(2.1).met, false);
  assert.deepEqual(regressionsOf('case', record(2.2), record(2)), []);
  assert.deepEqual(regressionsOf('case', record(2.4), record(2)), [
    'case: ours is at 0.60× rival in CPU µs/msg, was at 0.50×',
  ]);
  assert.deepEqual(regressionsOf('case', { ...record(2.4), more: undefined }, record(2)), []);
});
