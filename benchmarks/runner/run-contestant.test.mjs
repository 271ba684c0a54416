import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runContestant } from './run-contestant.mjs';

const inline = (code) => `data:text/javascript,${encodeURIComponent(code)}`;
const run = (code, deadlineSeconds = 20) =>
  runContestant({
    role: 'dispatch',
    contestant: inline(code),
    setting: { filters: 10, matches: 1, warmup: 10, messages: 100 },
    deadlineSeconds,
  });

test('a contestant hands in a sample', async () => {
  const sample = await run('export const createMatcher = () => () => 1');
  assert.equal(sample.succeeded, 100);
});

test('a contestant that throws has failed, in words', async () => {
  assert.deepEqual(await run('export const createMatcher = () => { throw new RangeError("too far"); }'), {
    failure: 'RangeError: too far',
  });
});

test('a contestant that never comes back is ended at its deadline', async () => {
  assert.deepEqual(await run('export const createMatcher = () => { for (;;); }', 2), {
    failure: 'not done within 2 s',
  });
});
