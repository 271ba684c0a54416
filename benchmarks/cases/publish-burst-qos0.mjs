import { publishers } from './contestants.mjs';

const MESSAGES = 100_000;

/** 100,000 messages published in one tick; the outbox is set to hold them. */
export const publishBurstQos0 = {
  name: 'publish-burst-qos0',
  title:
    'publish 100,000 messages at QoS 0 in one tick, until the broker has counted all and all have settled (capacity 100,000), MQTT 3.1.1',
  unit: 'msg/s',
  role: 'publish-burst',
  peer: { name: 'acknowledge', order: {} },
  setting: { qos: 0, protocolVersion: 4, window: 1_000, capacity: MESSAGES },
  volume: { full: { warmup: 20_000, messages: MESSAGES }, short: { warmup: 10_000, messages: 20_000 } },
  contestants: [
    publishers.limit,
    publishers.core,
    publishers.publishTo,
    // A minute or two each: what it does with a burst grows with the square of its size.
    { ...publishers.mqttjs, everyThirdRound: true, deadlineSeconds: 400 },
  ],
  reference: 'mqttjs',
  targets: [{ contestant: 'core', atLeast: 50 }],
};
