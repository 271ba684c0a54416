import type { ConnectRequest } from '../../src/wire/wire.js';

/** A request that a wire can be made of: the simplest one, but for `overrides`. */
export function connectRequest(overrides: Partial<ConnectRequest> = {}): ConnectRequest {
  return {
    attempt: 1,
    endpoint: { protocol: 'mqtt', host: 'test.invalid', port: 1883, path: '', label: 'mqtt://test.invalid:1883' },
    protocolVersion: 5,
    clientId: 'c',
    clean: true,
    keepalive: 60,
    username: undefined,
    password: undefined,
    will: undefined,
    sessionExpiry: 0,
    receiveMaximum: 100,
    maximumPacketSize: 1_000_000,
    userProperties: [],
    authentication: undefined,
    connectTimeout: 10_000,
    tls: undefined,
    webSocket: undefined,
    foreign: false,
    proxy: undefined,
    socket: {
      noDelay: true,
      coalesceReads: true,
      keepAlive: false,
      keepAliveInitialDelay: 0,
      localAddress: undefined,
      localPort: undefined,
      family: undefined,
    },
    transport: undefined,
    ...overrides,
  };
}
