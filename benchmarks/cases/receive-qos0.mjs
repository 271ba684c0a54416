import { filter } from '../roles/messages.mjs';
import { receivers, withVolume } from './contestants.mjs';

const slow = { full: { warmup: 100_000, messages: 300_000 }, short: { warmup: 30_000, messages: 60_000 } };
const slower = { full: { warmup: 5_000, messages: 40_000 }, short: { warmup: 1_000, messages: 10_000 } };

/** How fast a client takes in what a broker floods it with. */
export const receiveQos0 = {
  name: 'receive-qos0',
  title: 'receive QoS 0, 64-byte payloads, flooding broker, MQTT 3.1.1',
  unit: 'msg/s',
  role: 'receive',
  peer: { name: 'flood', order: { qos: 0 } },
  setting: { qos: 0, protocolVersion: 4, filter },
  volume: { full: { warmup: 300_000, messages: 1_000_000 }, short: { warmup: 50_000, messages: 200_000 } },
  contestants: [
    receivers.limit,
    receivers.core,
    receivers.observe,
    ...withVolume(slow, [receivers.mqttjs, receivers.ngxMqtt, receivers.asyncMqtt]),
    ...withVolume(slower, [receivers.paho, receivers.asyncioMqtt]),
  ],
  reference: 'mqttjs',
  targets: [
    { contestant: 'observe', atLeast: 5 },
    { contestant: 'observe', over: 'limit', atLeast: 0.5 },
    { contestant: 'observe', over: 'core', measure: 'cpuMicros', atMost: 1.3 },
  ],
};
