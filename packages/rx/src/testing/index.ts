export { createTestBroker } from './test-broker.js';
export { createTestMessage } from './test-message.js';
export { plainMessages } from './plain-messages.js';
export { runMqtt } from './run-mqtt.js';
export {
  cutAfter,
  cutBefore,
  disconnectAt,
  ignore,
  refuse,
  sessionStoreCases,
  transportCases,
} from '@rxmqtt/core/testing';

export type { MqttRunHelpers } from './run-mqtt.js';
export type { PlainMessage } from './plain-messages.js';
export type { TestBroker, TestBrokerOptions } from './test-broker.js';
export type { TestMessage, TestMessageInit } from './test-message.js';
export type {
  AcceptedMessage,
  BrokerLimits,
  BrokerPacket,
  BrokerPacketType,
  Fault,
  FaultAction,
  FaultOptions,
  OutsideMessage,
  OverlapPolicy,
  SessionStoreCase,
  SessionStoreSetup,
  TransportCase,
  TransportSetup,
} from '@rxmqtt/core/testing';
