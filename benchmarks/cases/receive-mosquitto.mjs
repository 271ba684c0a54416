import { filter } from '../roles/messages.mjs';
import { CPU } from '../runner/measures.mjs';
import { receivers, withVolume } from './contestants.mjs';

const sizes = [
  { bytes: 64, label: '64', full: { warmup: 10_000, messages: 100_000 }, short: { warmup: 5_000, messages: 40_000 } },
  { bytes: 4_096, label: '4k', full: { warmup: 5_000, messages: 50_000 }, short: { warmup: 2_000, messages: 20_000 } },
];
const slower = { full: { warmup: 5_000, messages: 20_000 }, short: { warmup: 1_000, messages: 5_000 } };
const { limit, core, observe, mqttjs, mqttjsTuned, ngxMqtt, asyncMqtt, paho, asyncioMqtt } = receivers;

/**
 * Through a real broker, which is what limits the rate as soon as a client is faster than it: nobody may be slower than
 * MQTT.js, but what counts is the CPU time that is left to the application.
 */
export const receiveMosquitto = [0, 1].flatMap((qos) =>
  sizes.map(({ bytes, label, full, short }) => ({
    name: `receive-mosquitto-qos${qos}-${label}`,
    title: `receive QoS ${qos}, ${bytes}-byte payloads, through mosquitto (max_inflight_messages 1000, max_queued_messages 0: no bound), MQTT 3.1.1`,
    unit: 'msg/s',
    more: [{ ...CPU, compared: true }],
    role: 'receive',
    peer: { name: 'mosquitto-load', programs: ['mosquitto'], order: { qos, payloadBytes: bytes } },
    setting: { qos, protocolVersion: 4, filter, payloadBytes: bytes },
    volume: { full, short },
    contestants: [
      ...[limit, core, observe, mqttjs, mqttjsTuned, ngxMqtt, asyncMqtt],
      ...withVolume(slower, [paho, asyncioMqtt]),
    ],
    reference: 'mqttjs',
    targets: [
      { contestant: 'observe', atLeast: 1, allowingSpread: true },
      { contestant: 'observe', measure: 'cpuMicros', atMost: 0.5 },
    ],
  })),
);
