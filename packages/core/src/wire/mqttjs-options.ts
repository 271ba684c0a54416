import type { IClientOptions } from 'mqtt';
import type { ConnectRequest } from './wire.js';

/** Longer than any attempt: the time limit is ours. */
const NEVER = 2 ** 31 - 1;

// MQTT.js must not ping: keepalive is ours. It accepts a pair of timer functions.
const NO_TIMERS = { set: () => 0, clear: () => undefined };

/**
 * What MQTT.js is told for one attempt: a fresh object each time, since it writes into it. It makes the transport and sends
 * CONNECT; everything that it would do by itself afterwards is switched off.
 */
export function mqttjsOptions(request: ConnectRequest): IClientOptions {
  const { endpoint, protocolVersion, tls, webSocket } = request;
  const webSocketProtocol = endpoint.protocol === 'ws' || endpoint.protocol === 'wss';
  const options: Record<string, unknown> = {
    protocol: endpoint.protocol,
    host: endpoint.host,
    hostname: webSocketProtocol && endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host,
    port: endpoint.port,
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    clientId: request.clientId,
    clean: request.clean,
    keepalive: request.keepalive,
    connectTimeout: NEVER,
    timerVariant: NO_TIMERS,
    manualConnect: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    reschedulePings: false,
    // In browsers the stream polls the socket when it is full; a second, the default, would stall bursts.
    browserBufferTimeout: 20,
    log: () => undefined,
  };
  if (webSocketProtocol) options['path'] = endpoint.path;
  if (request.username !== undefined) options['username'] = request.username;
  if (request.password !== undefined) options['password'] = request.password;
  if (protocolVersion === 5) options['properties'] = connectProperties(request);
  if (request.will !== undefined) options['will'] = will(request);
  if (tls !== undefined) Object.assign(options, tlsOptions(tls));
  if (webSocket?.headers !== undefined) options['wsOptions'] = { headers: { ...webSocket.headers } };
  return options as IClientOptions;
}

function connectProperties(request: ConnectRequest): Record<string, unknown> {
  const properties: Record<string, unknown> = {
    sessionExpiryInterval: request.sessionExpiry,
    receiveMaximum: request.receiveMaximum,
    maximumPacketSize: request.maximumPacketSize,
  };
  if (request.userProperties.length > 0) properties['userProperties'] = userProperties(request.userProperties);
  return properties;
}

function will({ will, protocolVersion }: ConnectRequest): Record<string, unknown> | undefined {
  if (will === undefined) return undefined;
  const { topic, payload, qos = 0, retain = false, delay = 0, properties = {} } = will;
  const packet: Record<string, unknown> = { topic, payload, qos, retain };
  if (protocolVersion !== 5) return packet;
  const { payloadFormatIndicator, userProperties: pairs, ...rest } = properties;
  packet['properties'] = {
    ...rest,
    ...(delay > 0 ? { willDelayInterval: delay } : {}),
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator: payloadFormatIndicator === 1 }),
    ...(pairs === undefined ? {} : { userProperties: userProperties(pairs) }),
  };
  return packet;
}

/** MQTT.js takes an object whose values may be lists; without a prototype, so that no name is special. */
function userProperties(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const grouped = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of pairs) (grouped[name] ??= []).push(value);
  return grouped;
}

function tlsOptions(tls: NonNullable<ConnectRequest['tls']>): Record<string, unknown> {
  const { ca, cert, key, passphrase, serverName, alpnProtocols, insecureSkipVerify = false } = tls;
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: alpnProtocols }),
  };
}
