import { CPU } from '../runner/measures.mjs';
import { publishers, withVolume } from './contestants.mjs';

const WINDOW = 1_000;
const slower = { full: { warmup: 2_000, messages: 15_000 }, short: { warmup: 1_000, messages: 4_000 } };
const { limit, core, publishTo, mqttjs, mqttjsTuned, asyncMqtt, paho, asyncioMqtt } = publishers;

/** Through a real broker, to a foreign subscriber at QoS 0 that counts what arrives. */
export const publishMosquitto = [1, 2].map((qos) => ({
  name: `publish-mosquitto-qos${qos}`,
  title: `publish QoS ${qos}, ${WINDOW} messages on their way at any time, through mosquitto to a foreign subscriber (max_inflight_messages 1000, max_queued_messages 0: no bound), MQTT 3.1.1`,
  unit: 'msg/s',
  more: [{ ...CPU, compared: true }],
  role: 'publish-window',
  peer: { name: 'mosquitto-count', programs: ['mosquitto'], order: {} },
  setting: { qos, protocolVersion: 4, window: WINDOW, capacity: 10_000 },
  volume: { full: { warmup: 10_000, messages: 80_000 }, short: { warmup: 5_000, messages: 30_000 } },
  contestants: [
    ...[limit, core, publishTo, mqttjs, mqttjsTuned, asyncMqtt],
    ...withVolume(slower, qos === 1 ? [paho, asyncioMqtt] : []),
  ],
  reference: 'mqttjs',
  targets: ['core', 'publish-to'].flatMap((contestant) => [
    { contestant, atLeast: 1, allowingSpread: true },
    { contestant, measure: 'cpuMicros', atMost: 0.6 },
  ]),
}));
