import { publishers, withVolume } from './contestants.mjs';

const slow = { full: { warmup: 10_000, messages: 60_000 }, short: { warmup: 2_000, messages: 10_000 } };
const slower = { full: { warmup: 5_000, messages: 20_000 }, short: { warmup: 1_000, messages: 4_000 } };

/** A steady stream: so many messages on their way at any time, against a broker that acknowledges at once. */
export const publishQos1Windows = [100, 1_000].map((window) => ({
  name: `publish-qos1-window-${window}`,
  title: `publish QoS 1, ${window} messages on their way at any time, broker acknowledges at once, MQTT 3.1.1`,
  unit: 'msg/s',
  role: 'publish-window',
  peer: { name: 'acknowledge', order: {} },
  setting: { qos: 1, protocolVersion: 4, window, capacity: 10_000 },
  volume: { full: { warmup: 50_000, messages: 300_000 }, short: { warmup: 10_000, messages: 50_000 } },
  contestants: [
    publishers.limit,
    publishers.core,
    publishers.publishTo,
    ...withVolume(slow, [publishers.mqttjs, publishers.mqttjsTuned, publishers.asyncMqtt]),
    ...withVolume(slower, [publishers.paho, publishers.asyncioMqtt]),
  ],
  reference: 'mqttjs',
  targets: [
    { contestant: 'core', atLeast: 5 },
    { contestant: 'publish-to', atLeast: 5 },
  ],
}));
