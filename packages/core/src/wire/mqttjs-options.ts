import type { IClientOptions } from 'mqtt';
import type { ConnectRequest } from './wire.js';

/**
 * What MQTT.js is told to make a WebSocket: a fresh object each time, since it writes into it. It makes the stream and nothing
 * else. (The version is for the subprotocol.)
 */
export function mqttjsOptions({
  endpoint,
  protocolVersion,
}: Pick<ConnectRequest, 'endpoint' | 'protocolVersion'>): IClientOptions {
  const options: Record<string, unknown> = {
    protocol: endpoint.protocol,
    host: endpoint.host,
    port: endpoint.port,
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    manualConnect: true,
    // In browsers the stream polls the socket when it is full; a second, the default, would stall bursts.
    browserBufferTimeout: 20,
    log: () => undefined,
  };
  return options;
}
