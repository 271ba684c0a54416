import { storers } from './contestants.mjs';

const BATCH = 1_000;
const STORED_PER_SECOND = 20_000;

/** Messages that must survive this process, handed over a batch at a time. */
export const publishStored = {
  name: 'publish-stored',
  title: `publish QoS 1, ${BATCH} messages in one tick, the next ones when these are stored, until the broker has counted all (capacity 10,000, window 1,000), MQTT 3.1.1`,
  unit: 'msg/s',
  role: 'publish-burst',
  peer: { name: 'acknowledge', order: {} },
  setting: { qos: 1, protocolVersion: 4, burst: BATCH, window: 1_000, capacity: 10_000 },
  volume: { full: { warmup: 20_000, messages: 100_000 }, short: { warmup: 5_000, messages: 30_000 } },
  contestants: [storers.levelStore, storers.memoryStore, storers.noStore],
  reference: 'no-store',
  targets: [{ contestant: 'level-store', alone: true, atLeast: STORED_PER_SECOND }],
};
