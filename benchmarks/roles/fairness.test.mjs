import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { measure } from './fairness.mjs';
import { payload, topics } from './messages.mjs';

const setting = { qos: 0, warmup: 10, messages: 300 };
const BLOCKED_MS = 80;
const link = { reached: Promise.resolve(), report: async () => ({ counted: 310, misordered: 0 }) };

/** Receives a message per turn of the event loop or so, and takes its time over one of them. */
function receiver(blocked) {
  return async (_, tally) => {
    for (let number = 0; number < tally.total; number++) {
      if (number === 100) for (const end = performance.now() + blocked; performance.now() < end; );
      tally.take(topics[number % topics.length].length + payload.length);
      await delay(1);
    }
  };
}

const answering = async (_, tally) => () => setImmediate(() => tally.settle());

test('a process that is not blocked is on time', async () => {
  const sample = await measure({ receive: receiver(0), connect: answering }, setting, link);
  assert.deepEqual([sample.succeeded, sample.flaws], [300, []]);
  assert.ok(sample.ticks > 10 && sample.looks > 100, JSON.stringify(sample));
  assert.ok(sample.value <= sample.worstDelay && sample.latestTick <= sample.longestWait, JSON.stringify(sample));
});

test('a stall shows in the delay, at the timer and on the other connection', async () => {
  const sample = await measure({ receive: receiver(BLOCKED_MS), connect: answering }, setting, link);
  for (const name of ['worstDelay', 'latestTick', 'longestWait']) {
    assert.ok(sample[name] >= BLOCKED_MS - 12, `${name} is ${sample[name]}`);
  }
});

test('what the other connection refuses is told', async () => {
  const connect = async (_, tally) => () => setImmediate(() => tally.settle(new Error('no')));
  const { flaws } = await measure({ receive: receiver(0), connect }, setting, link);
  assert.match(flaws.join(), /refused on the other connection: no/);
});
