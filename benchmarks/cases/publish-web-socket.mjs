import { publishers } from './contestants.mjs';

const PER_TICK = 100;

/** What a tick's messages cost on a transport where each write is a frame with a header of its own. */
export const publishWebSocket = {
  name: 'publish-web-socket',
  title: `publish ${PER_TICK} messages of QoS 0 in one tick over WebSocket (ws), again and again, MQTT 3.1.1`,
  unit: `frames/${PER_TICK} msg`,
  better: 'lower',
  more: [],
  role: 'publish-ticks',
  peer: { name: 'web-socket', protocol: 'ws', requires: ['ws'], order: {} },
  setting: { qos: 0, protocolVersion: 4, window: 1_000, capacity: 1_000, perTick: PER_TICK },
  volume: { full: { warmup: 1_000, messages: 10_000 }, short: { warmup: 1_000, messages: 2_000 } },
  contestants: [publishers.core, publishers.publishTo, publishers.mqttjs, publishers.asyncMqtt],
  reference: 'mqttjs',
  targets: ['core', 'publish-to'].map((contestant) => ({ contestant, alone: true, atMost: 2 })),
};
