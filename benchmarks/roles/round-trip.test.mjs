import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile } from './percentiles.mjs';
import { measure } from './round-trip.mjs';

const setting = { warmup: 10, messages: 100, perSecond: 1_000 };
const BLOCKED_MS = 80;

/** A contestant whose messages come back at once. */
function echo(publish = () => undefined) {
  return {
    connect: async (_, received) => (topic, payload) => {
      publish(payload.readUInt32BE(0));
      setImmediate(received, payload);
    },
  };
}

function block(milliseconds) {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('percentiles are values that were measured', () => {
  const values = Array.from({ length: 1_000 }, (_, index) => 1_000 - index);
  assert.deepEqual(
    [0.5, 0.99, 0.999, 1].map((part) => percentile(values, part)),
    [500, 990, 999, 1_000],
  );
  assert.equal(percentile([7], 0.5), 7);
});

test('every message is counted from the moment for which it was scheduled', async () => {
  const sample = await measure(echo(), setting);
  assert.deepEqual([sample.succeeded, sample.flaws], [100, []]);
  assert.ok(sample.value > 0 && sample.value <= sample.p99 && sample.p99 <= sample.p999, JSON.stringify(sample));
});

test('a stall is charged to all that should have been sent meanwhile', async () => {
  const sample = await measure(
    echo((number) => {
      if (number === 20) block(BLOCKED_MS);
    }),
    setting,
  );
  assert.ok(sample.p99 >= BLOCKED_MS - 2, `p99 is ${sample.p99}`);
  assert.ok(sample.value >= 10, `p50 is ${sample.value}`);
});

test('what comes twice is told', async () => {
  const connect = async (_, received) => (topic, payload) => {
    setImmediate(received, payload);
    if (payload.readUInt32BE(0) === 40) setImmediate(received, payload);
  };
  const sample = await measure({ connect }, setting);
  assert.deepEqual([sample.succeeded, sample.flaws], [100, ['1 came again']]);
});
