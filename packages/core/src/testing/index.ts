export { createTestConnection } from './create-test-connection.js';
export { ScriptedWire } from './scripted-wire.js';
export { sessionStoreCases } from './session-store-cases.js';
export { VirtualClock } from './virtual-clock.js';

export type { TestConnection } from './create-test-connection.js';
export type { ScriptedMessage, SentPacket } from './scripted-wire.js';
export type { SessionStoreCase, SessionStoreSetup } from './session-store-cases.js';
