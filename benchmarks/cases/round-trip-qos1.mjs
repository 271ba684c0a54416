import { filter } from '../roles/messages.mjs';
import { CPU } from '../runner/measures.mjs';
import { roundTrippers } from './contestants.mjs';

const PER_SECOND = 1_000;
const measures = [undefined, 'p99', 'p999'];

/** How long a message takes to a real broker and back while a thousand of them are sent in a second, come what may. */
export const roundTripQos1 = {
  name: 'round-trip-qos1',
  title: `round trip at QoS 1 through mosquitto (set_tcp_nodelay), ${PER_SECOND} messages of 64 bytes in a second by schedule, MQTT 3.1.1`,
  unit: 'ms (p50)',
  better: 'lower',
  more: [
    { name: 'p99', unit: 'ms (p99)', better: 'lower' },
    { name: 'p999', unit: 'ms (p99.9)', better: 'lower' },
    CPU,
  ],
  role: 'round-trip',
  peer: { name: 'mosquitto-alone', programs: ['mosquitto'], order: {} },
  setting: { qos: 1, protocolVersion: 4, filter, perSecond: PER_SECOND },
  volume: { full: { warmup: 2_000, messages: 10_000 }, short: { warmup: 1_000, messages: 3_000 } },
  contestants: [
    roundTrippers.limit,
    roundTrippers.core,
    roundTrippers.observe,
    roundTrippers.mqttjs,
    roundTrippers.mqttjsTuned,
  ],
  reference: 'mqttjs',
  targets: ['core', 'observe'].flatMap((contestant) => [
    ...measures.map((measure) => ({ contestant, measure, atMost: 1 })),
    ...measures.map((measure) => ({ contestant, measure, over: 'mqttjs-tuned', atMost: 1, allowingSpread: true })),
  ]),
};
