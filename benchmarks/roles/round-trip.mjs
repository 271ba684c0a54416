import { setTimeout as delay } from 'node:timers/promises';
import { payload, topics } from './messages.mjs';
import { startMetronome } from './metronome.mjs';
import { percentile } from './percentiles.mjs';
import { stalled } from './stalled.mjs';
import { Stopwatch } from './stopwatch.mjs';

const PROBE = 0xffffffff;
const PROBE_EVERY_MS = 50;

/**
 * Measures how long messages take to the broker and back, at a fixed rate. A message counts from the moment for which it was
 * scheduled: a client that stalls is charged for what it could not send meanwhile (no coordinated omission).
 */
export async function measure({ connect }, setting) {
  const { warmup, messages, perSecond } = setting;
  const total = warmup + messages;
  const latencies = new Float64Array(total).fill(NaN);
  const watch = new Stopwatch();
  const state = { probed: undefined, sinceDue: undefined, received: 0, repeated: 0, finish: undefined };

  const publish = await connect(setting, (bytes) => {
    const number = (bytes[0] * 0x1000000 + (bytes[1] << 16) + (bytes[2] << 8) + bytes[3]) >>> 0;
    if (number === PROBE) return state.probed();
    if (!Number.isNaN(latencies[number])) return state.repeated++;
    latencies[number] = state.sinceDue(number);
    if (++state.received === total) state.finish();
  });
  await probe(publish, state);

  const finished = new Promise((resolve) => {
    state.finish = resolve;
  });
  state.sinceDue = startMetronome(1_000 / perSecond, total, (number) => {
    if (number === warmup) watch.start();
    publish(topics[number % topics.length], numbered(number));
  });
  await Promise.race([finished, stalled(() => state.received)]);
  watch.stop();
  return sampleOf(setting, state, watch, latencies.subarray(warmup));
}

/** Publishes until something comes back: then the subscription is there. */
async function probe(publish, state) {
  const answered = new Promise((resolve) => {
    state.probed = () => resolve(true);
  });
  do publish(topics[0], numbered(PROBE));
  while ((await Promise.race([answered, delay(PROBE_EVERY_MS)])) !== true);
}

function numbered(number) {
  const bytes = Buffer.from(payload);
  bytes.writeUInt32BE(number, 0);
  return bytes;
}

function sampleOf({ messages }, { repeated }, watch, latencies) {
  const arrived = latencies.filter((latency) => !Number.isNaN(latency));
  return {
    value: percentile(arrived, 0.5),
    p99: percentile(arrived, 0.99),
    p999: percentile(arrived, 0.999),
    worst: percentile(arrived, 1),
    cpuMicros: watch.cpuMicros / messages,
    succeeded: arrived.length,
    expected: messages,
    seconds: watch.seconds(),
    flaws: repeated > 0 ? [`${repeated} came again`] : [],
  };
}
