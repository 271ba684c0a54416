import { filter } from '../roles/messages.mjs';
import { flooded, withVolume } from './contestants.mjs';

const DELAY_MS = 20;
const WAIT_MS = 100;
/** About two seconds of flood for each. */
const volumes = [
  {
    ours: { full: { warmup: 300_000, messages: 5_000_000 }, short: { warmup: 50_000, messages: 1_000_000 } },
    theirs: { full: { warmup: 100_000, messages: 800_000 }, short: { warmup: 30_000, messages: 200_000 } },
  },
  {
    ours: { full: { warmup: 50_000, messages: 3_000_000 }, short: { warmup: 10_000, messages: 400_000 } },
    theirs: { full: { warmup: 10_000, messages: 150_000 }, short: { warmup: 2_000, messages: 30_000 } },
  },
];

/** What a flood leaves to the rest of the process: timers, pings and other connections must not starve. */
export const fairness = volumes.map(({ ours, theirs }, qos) => ({
  name: `fairness-qos${qos}`,
  title: `flooded at QoS ${qos} for about two seconds, with a timer of 10 ms and another connection in the same process, MQTT 3.1.1`,
  unit: 'ms loop delay (p99)',
  better: 'lower',
  // What the scheduler of a busy machine adds or not.
  grain: 8,
  more: [
    { name: 'worstDelay', unit: 'ms (worst)', better: 'lower' },
    { name: 'latestTick', unit: 'ms timer late (worst)', better: 'lower' },
    { name: 'longestWait', unit: 'ms other connection (worst)', better: 'lower' },
    { name: 'perSecond', unit: 'msg/s', better: 'higher' },
  ],
  role: 'fairness',
  peer: { name: 'flood', order: { qos } },
  setting: { qos, protocolVersion: 4, filter, window: 1_000, capacity: 1_000 },
  volume: ours,
  contestants: [flooded.core, flooded.observe, ...withVolume(theirs, [flooded.mqttjs])],
  reference: 'mqttjs',
  targets: ['core', 'observe'].flatMap((contestant) => [
    { contestant, alone: true, atMost: DELAY_MS },
    { contestant, measure: 'longestWait', alone: true, atMost: WAIT_MS },
  ]),
}));
