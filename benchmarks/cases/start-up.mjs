import { starter } from './contestants.mjs';

const WITHIN_MS = 10;

/** How long a program needs before it can begin, such as a command or a function that is woken up. */
export const startUp = {
  name: 'start-up',
  title: 'start Node, import, and connect over TCP until CONNACK; the median of fresh processes',
  unit: 'ms to CONNACK',
  better: 'lower',
  // What the scheduler of a busy machine adds or not.
  grain: 5,
  more: [
    { name: 'imported', unit: 'ms to imported', better: 'lower' },
    { name: 'cpu', unit: 'CPU ms', better: 'lower' },
  ],
  role: 'start-up',
  peer: { name: 'acknowledge', order: {} },
  setting: {},
  volume: { full: { warmups: 2, starts: 9 }, short: { warmups: 1, starts: 5 } },
  contestants: [
    starter('limit', 'limit.mjs'),
    starter('core', 'core.mjs', { ours: true, requires: ['@rxmqtt/core'] }),
    starter('rx', 'rx.mjs', { ours: true, requires: ['@rxmqtt/rx', 'rxjs'] }),
    starter('mqttjs', 'mqttjs.mjs', { requires: ['mqtt'] }),
    // What RxJS's share is.
    starter('mqttjs-rxjs', 'mqttjs-rxjs.mjs', { requires: ['mqtt', 'rxjs'] }),
    starter('rx-require', 'rx.cjs', { ours: true, reference: 'mqttjs-require', requires: ['@rxmqtt/rx', 'rxjs'] }),
    starter('mqttjs-require', 'mqttjs.cjs', { requires: ['mqtt'] }),
  ],
  reference: 'mqttjs',
  // MQTT.js's README shows both ways, and the one is faster than the other.
  targets: [
    ...['core', 'rx'].flatMap((contestant) =>
      ['mqttjs', 'mqttjs-require'].map((above) => ({ contestant, above, atMost: WITHIN_MS })),
    ),
    { contestant: 'rx-require', above: 'mqttjs-require', atMost: WITHIN_MS },
  ],
};
