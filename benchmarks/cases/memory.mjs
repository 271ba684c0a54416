import { memory } from './contestants.mjs';

const GROWTH_MB = 32;
const IDLE_OVER_KB = 2_048;
const OBSERVER_KB = 1;
const nodeOptions = ['--expose-gc'];
const kept = { name: 'kept', unit: 'MB kept', better: 'lower' };

/** What is sent faster than it is handled, or than the broker takes it, must not pile up. */
const floods = [
  {
    name: 'memory-slow-consumer',
    title:
      'flooded at QoS 0, handlers of 5 ms, 64 at a time, what exceeds the buffer is dropped and counted, MQTT 3.1.1',
    unit: 'MB more',
    better: 'lower',
    grain: 8,
    more: [kept],
    role: 'memory',
    nodeOptions,
    peer: { name: 'flood', order: { qos: 0 } },
    setting: { handlerMs: 5 },
    volume: { full: { warmup: 300_000, messages: 1_500_000 }, short: { warmup: 200_000, messages: 600_000 } },
    contestants: ['dropOldest', 'dropNewest', 'latest'].map((overflow) =>
      memory('slow-consumer', overflow, { overflow }),
    ),
    targets: ['dropOldest', 'dropNewest', 'latest'].map((contestant) => ({
      contestant,
      alone: true,
      atMost: GROWTH_MB,
    })),
  },
  {
    name: 'memory-stalled-broker',
    title: 'push 16 KiB messages at QoS 0 at a broker that has stopped to read, MQTT 3.1.1',
    unit: 'MB more',
    better: 'lower',
    grain: 8,
    more: [kept],
    role: 'memory',
    nodeOptions,
    peer: { name: 'stalled', order: { readsMegabytes: 8 } },
    setting: {},
    volume: { full: { warmupMegabytes: 64, megabytes: 512 }, short: { warmupMegabytes: 64, megabytes: 192 } },
    contestants: [
      ...['error', 'dropOldest', 'latest'].map((overflow) => memory('stalled-core', overflow, { overflow })),
      { ...memory('stalled-mqttjs', 'mqttjs', {}), ours: false, requires: ['mqtt'] },
    ],
    targets: ['error', 'dropOldest', 'latest'].map((contestant) => ({ contestant, alone: true, atMost: GROWTH_MB })),
  },
];

/** What something takes that does nothing. */
const idle = [
  {
    name: 'memory-idle-connection',
    title: 'connections that are open and do nothing, MQTT 5',
    unit: 'kB each',
    better: 'lower',
    grain: 10,
    value: 'keptEach',
    more: [{ name: 'residentEach', unit: 'kB resident each', better: 'lower' }],
    role: 'memory',
    nodeOptions,
    peer: { name: 'acknowledge', order: {} },
    setting: {},
    volume: { full: { count: 100 }, short: { count: 50 } },
    contestants: [
      memory('idle-core', 'core', {}),
      { ...memory('idle-mqttjs', 'mqttjs', {}), ours: false, requires: ['mqtt'] },
    ],
    reference: 'mqttjs',
    targets: [
      { contestant: 'core', above: 'mqttjs', atMost: IDLE_OVER_KB },
      { contestant: 'core', measure: 'residentEach', above: 'mqttjs', atMost: IDLE_OVER_KB },
    ],
  },
  {
    name: 'memory-observers',
    title: '10,000 observers of one filter, or with a filter each, that get no message, MQTT 5',
    unit: 'kB each',
    better: 'lower',
    grain: 0.1,
    value: 'keptEach',
    more: [{ name: 'residentEach', unit: 'kB resident each', better: 'lower' }],
    role: 'memory',
    nodeOptions,
    peer: { name: 'acknowledge', order: {} },
    setting: { count: 10_000 },
    volume: { full: {}, short: {} },
    contestants: [
      memory('observers-core', 'core-one-filter', { own: false }),
      memory('observers-observe', 'observe-one-filter', { own: false }),
      memory('observers-core', 'core-filter-each', { own: true }),
      memory('observers-observe', 'observe-filter-each', { own: true }),
    ],
    targets: ['core-one-filter', 'observe-one-filter', 'core-filter-each', 'observe-filter-each'].map((contestant) => ({
      contestant,
      alone: true,
      atMost: OBSERVER_KB,
    })),
  },
];

/** What is held, of what nobody can bound but this library. */
export const memoryCases = [...floods, ...idle];
