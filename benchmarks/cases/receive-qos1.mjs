import { filter } from '../roles/messages.mjs';
import { receivers, withVolume } from './contestants.mjs';

const WINDOW = 1_000;
const slow = { full: { warmup: 10_000, messages: 50_000 }, short: { warmup: 2_000, messages: 10_000 } };
const slower = { full: { warmup: 5_000, messages: 20_000 }, short: { warmup: 1_000, messages: 5_000 } };

/**
 * How fast a client takes in and acknowledges, from a broker that has at most 1,000 messages on their way. The one broker
 * sends the next message as soon as one is acknowledged, as mosquitto does; the other one when half of its window is free,
 * which shows what Nagle's algorithm costs a client that leaves it on.
 */
export const receiveQos1 = [
  { name: 'receive-qos1', refill: 1, how: 'refilled at once' },
  { name: 'receive-qos1-batched', refill: WINDOW / 2, how: 'refilled by halves' },
].map(({ name, refill, how }) => ({
  name,
  title: `receive QoS 1, 64-byte payloads, flooding broker with a window of 1,000 ${how}, MQTT 3.1.1`,
  unit: 'msg/s',
  role: 'receive',
  peer: { name: 'flood', order: { qos: 1, window: WINDOW, refill } },
  setting: { qos: 1, protocolVersion: 4, filter },
  volume: { full: { warmup: 50_000, messages: 300_000 }, short: { warmup: 10_000, messages: 50_000 } },
  contestants: [
    receivers.limit,
    receivers.core,
    receivers.observe,
    ...withVolume(slow, [receivers.mqttjs, receivers.mqttjsTuned, receivers.ngxMqtt, receivers.asyncMqtt]),
    ...withVolume(slower, [receivers.paho, receivers.asyncioMqtt]),
  ],
  reference: 'mqttjs',
  targets: [
    { contestant: 'observe', atLeast: 10 },
    { contestant: 'observe', over: 'mqttjs-tuned', atLeast: 2 },
  ],
}));
