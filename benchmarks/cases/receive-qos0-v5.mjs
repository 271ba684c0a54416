import { receiveQos0 } from './receive-qos0.mjs';

const contestants = ['limit', 'core', 'observe', 'mqttjs'];

/** The same on MQTT 5, each message with a user property and the identifier of the subscription. */
export const receiveQos0Version5 = {
  ...receiveQos0,
  name: 'receive-qos0-v5',
  title: 'receive QoS 0, 64-byte payloads, flooding broker, MQTT 5 with a user property and a subscription identifier',
  peer: { name: 'flood', order: { qos: 0, properties: true } },
  setting: { ...receiveQos0.setting, protocolVersion: 5, properties: true },
  contestants: receiveQos0.contestants.filter(({ name }) => contestants.includes(name)),
  targets: [{ contestant: 'observe', atLeast: 4 }],
};
