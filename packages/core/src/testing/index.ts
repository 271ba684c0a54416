export { createTestBroker } from './broker/test-broker.js';
export { cutAfter, cutBefore, disconnectAt, ignore, refuse } from './broker/fault.js';
export { createTestConnection } from './create-test-connection.js';
export { ScriptedWire } from './scripted-wire.js';
export { sessionStoreCases } from './session-store-cases.js';
export { transportCases } from './transport-cases.js';
export { VirtualClock } from './virtual-clock.js';

export type { Clock, Timer } from '../internal/clock.js';
export type { TestConnection } from './create-test-connection.js';
export type { ScriptedMessage, SentPacket } from './scripted-wire.js';
export type { SessionStoreCase, SessionStoreSetup } from './session-store-cases.js';
export type { BrokerLimits, TestBrokerOptions } from './broker/broker-options.js';
export type { BrokerPacket, BrokerPacketType } from './broker/broker-packet.js';
export type { OverlapPolicy } from './broker/distribution.js';
export type { Fault, FaultAction, FaultOptions } from './broker/fault.js';
export type { AcceptedMessage, OutsideMessage, TestBroker } from './broker/test-broker.js';
export type { TransportCase, TransportSetup } from './transport-cases.js';
