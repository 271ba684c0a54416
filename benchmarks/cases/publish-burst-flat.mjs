import { publishers, variant } from './contestants.mjs';

const BURSTS = [1_000, 10_000, 100_000, 1_000_000];
const FLAT = 1.5;

/** Does a message cost more when more of them are published in one tick? The outbox is set to hold them. */
export const publishBurstFlat = {
  name: 'publish-burst-flat',
  title:
    'publish 1,000,000 messages at QoS 0, 1,000 to 1,000,000 of them in one tick, the next ones when these have settled (capacity: the burst), MQTT 3.1.1',
  unit: 'CPU µs/msg',
  better: 'lower',
  role: 'publish-burst',
  peer: { name: 'acknowledge', order: {} },
  setting: { qos: 0, protocolVersion: 4, window: 1_000 },
  value: 'cpuMicros',
  more: [{ name: 'wallMicros', unit: 'µs/msg', better: 'lower' }],
  volume: { full: { warmup: 200_000, messages: 1_000_000 }, short: { warmup: 100_000, messages: 1_000_000 } },
  contestants: BURSTS.map((burst) =>
    variant(publishers.core, `burst-${burst}`, { burst, capacity: Math.max(burst, 1_000) }),
  ),
  reference: `burst-${BURSTS[0]}`,
  targets: BURSTS.slice(1).map((burst) => ({ contestant: `burst-${burst}`, atMost: FLAT })),
};
