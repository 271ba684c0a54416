import { doneTopicOf } from '../roles/observers.mjs';
import { observers } from './contestants.mjs';

const FEW = 1_000;
const MANY = 10_000;
const LINEAR = 1.5;
const WITHIN_MS = 2_000;
const of = (name, filters) => ({ ...observers[name], name: `${name}-${filters}`, setting: { filters } });

/** Many observers, each with a filter of its own: does it cost in proportion, and how many packets does it take? */
export const observersOnFilters = {
  name: 'observers',
  title: `observers with a filter each: subscribe, subscribe again after the connection was cut, and leave, MQTT 5`,
  unit: 'µs/observer',
  better: 'lower',
  more: [
    { name: 'subscribe', unit: 'ms subscribe', better: 'lower' },
    { name: 'resubscribe', unit: 'ms subscribe again', better: 'lower' },
    { name: 'leave', unit: 'ms leave', better: 'lower' },
    { name: 'packets', unit: 'packets', better: 'lower' },
  ],
  role: 'observers',
  peer: { name: 'subscriptions', order: { cut: true } },
  orderOf: ({ filters }) => ({ filters, doneTopic: doneTopicOf(filters) }),
  setting: {},
  volume: { full: {}, short: {} },
  contestants: [
    of('core', FEW),
    { ...of('core', MANY), reference: `core-${FEW}` },
    of('observe', FEW),
    { ...of('observe', MANY), reference: `observe-${FEW}` },
    of('mqttjs', FEW),
    { ...of('mqttjs', MANY), reference: `mqttjs-${FEW}` },
  ],
  targets: ['core', 'observe'].flatMap((name) => [
    { contestant: `${name}-${MANY}`, atMost: LINEAR },
    ...['subscribe', 'resubscribe', 'leave'].map((measure) => ({
      ...{ contestant: `${name}-${MANY}`, measure, alone: true, atMost: WITHIN_MS },
    })),
  ]),
};
