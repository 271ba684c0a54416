import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerProcess } from './peer-process.mjs';
import { absenceOf } from './absence.mjs';
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

const python = { python: ['paho-mqtt'] };

test('a contestant in Python speaks as the others do', { skip: absenceOf(python) }, async (t) => {
  const peer = await PeerProcess.start('flood');
  t.after(() => peer.stop());
  const setting = { qos: 1, filter: 'sensors/+/temperature', port: peer.port, warmup: 100, messages: 1_000 };
  await peer.prepare({ qos: 1, total: 1_100 });
  const job = { role: 'receive', contestant: 'paho_client', python: true, setting, peer, deadlineSeconds: 20 };
  const sample = await runContestant(job);
  assert.deepEqual([sample.succeeded, sample.expected, sample.flaws], [1_000, 1_000, []]);
  assert.ok(sample.value > 0 && sample.cpuMicros > 0);
});

test('a contestant in Python that throws has failed, in words', { skip: absenceOf(python) }, async () => {
  const job = { role: 'receive', contestant: 'none_such', python: true, setting: {}, deadlineSeconds: 20 };
  assert.deepEqual(await runContestant(job), {
    failure: "ModuleNotFoundError: No module named 'none_such'",
  });
});

test('what is not installed is said', () => {
  const nobody = { requires: ['none-such'], programs: ['none-such-either'], python: ['none-such'] };
  assert.equal(absenceOf(nobody), 'none-such, none-such-either, python3-none-such not installed');
  assert.equal(absenceOf({ requires: ['rxjs'], programs: ['node'] }), undefined);
});
