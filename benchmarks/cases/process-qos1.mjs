import { filter } from '../roles/messages.mjs';
import { receivers } from './contestants.mjs';

const HANDLER_MS = 5;
const CONCURRENCY = 64;
const serial = { volume: { full: { warmup: 50, messages: 1_000 }, short: { warmup: 20, messages: 200 } } };

/** Work that takes 5 ms per message, acknowledged when it is done. */
export const processQos1 = {
  name: 'process-qos1',
  title: `process QoS 1, handlers of ${HANDLER_MS} ms, ${CONCURRENCY} at a time where that is possible, acknowledged when done, MQTT 5`,
  unit: 'msg/s',
  role: 'receive',
  peer: { name: 'flood', order: { qos: 1, window: 1_000 } },
  setting: { qos: 1, protocolVersion: 5, filter, handlerMs: HANDLER_MS, concurrency: CONCURRENCY },
  volume: { full: { warmup: 5_000, messages: 60_000 }, short: { warmup: 1_000, messages: 15_000 } },
  contestants: [receivers.processEach, { ...receivers.mqttjsHandleMessage, ...serial }],
  reference: 'mqttjs-handle-message',
  targets: [{ contestant: 'process-each', atLeast: 30 }],
};
