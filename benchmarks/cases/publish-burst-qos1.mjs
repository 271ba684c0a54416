import { publishers } from './contestants.mjs';

const MESSAGES = 70_000;

/** 70,000 messages published in one tick: more than there are packet identifiers. The outbox is set to hold them. */
export const publishBurstQos1 = {
  name: 'publish-burst-qos1',
  title:
    'publish 70,000 messages at QoS 1 in one tick, until all are acknowledged (capacity 70,000, window 1,000), MQTT 3.1.1',
  unit: 'msg/s',
  role: 'publish-burst',
  peer: { name: 'acknowledge', order: {} },
  setting: { qos: 1, protocolVersion: 4, window: 1_000, capacity: MESSAGES },
  volume: { full: { warmup: 20_000, messages: MESSAGES }, short: { warmup: 10_000, messages: MESSAGES } },
  contestants: [publishers.limit, publishers.core, publishers.publishTo, publishers.mqttjs],
  reference: 'mqttjs',
  targets: [
    { contestant: 'core', allOf: '70,000 acknowledged' },
    { contestant: 'publish-to', allOf: '70,000 acknowledged' },
  ],
};
