import { operatorAndTwin } from './contestants.mjs';

const OVERHEAD = 1.3;

/** Those that do more per message. */
const slow = { volume: { full: { warmup: 100_000, messages: 400_000 }, short: { warmup: 30_000, messages: 60_000 } } };
/** Those that copy a map per message. */
const copying = { volume: { full: { warmup: 20_000, messages: 100_000 }, short: { warmup: 5_000, messages: 10_000 } } };

const names = [
  ['match-topic'],
  ['route-topics'],
  ['group-by-topic'],
  ['latest-by-topic', copying],
  ['sample-by-topic'],
  ['stale-after'],
  ['dedupe'],
  ['sequence-gaps'],
  ['decode', slow],
  ['process-each', slow],
  ['process-each-sync'],
  ['publish-to', slow],
  ['buffer-overflow', slow],
  ['retry-backoff'],
  ['buffer-while-offline'],
  ['while-connected'],
  ['ignore-retained'],
];

/** What our operators cost over what one would write of RxJS's own, which often promises less: no bounds, no policies. */
export const operators = {
  name: 'operators',
  title:
    'push prepared messages through an operator and through its twin, hand-written of RxJS operators (benchmarks/contestants/operator/)',
  unit: 'CPU ns/msg',
  better: 'lower',
  more: [],
  role: 'operator',
  setting: {},
  volume: { full: { warmup: 300_000, messages: 2_000_000 }, short: { warmup: 50_000, messages: 300_000 } },
  contestants: names.flatMap(([name, rest]) => operatorAndTwin(name, rest)),
  targets: names.map(([contestant]) => ({ contestant, atMost: OVERHEAD })),
};
