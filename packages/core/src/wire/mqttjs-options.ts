import type { IClientOptions } from 'mqtt';
import { LONGEST_DELAY } from '../internal/clock.js';
import { decodeUtf8 } from '../internal/utf8.js';
import type { ConnectRequest } from './wire.js';

/** Longer than any attempt: the time limit is ours. */
const NEVER = LONGEST_DELAY;

const FRAME_SLACK = 1024 * 1024;

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
  if (request.password !== undefined) {
    options['password'] = password(request.password);
    // It cannot send a password alone, which is what MQTT 3.x demands; an empty name is the nearest.
    options['username'] ??= '';
  }
  if (protocolVersion === 5) options['properties'] = connectProperties(request);
  if (request.will !== undefined) options['will'] = will(request);
  const secured = tls === undefined ? {} : tlsOptions(tls);
  Object.assign(options, secured);
  // Not all of the TLS options are handed on to WebSockets.
  if (webSocketProtocol) options['wsOptions'] = { ...webSocketLimits(request), ...secured, ...(typeof webSocket?.headers === 'object' && { headers: { ...webSocket.headers } }) };
  return options;
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

/** A list of objects with one pair each, since one object would lose the order; without prototypes, so that no name is special. */
function userProperties(pairs: readonly (readonly [string, string])[]): Record<string, string>[] {
  return pairs.map(([name, value]) => {
    const pair = Object.create(null) as Record<string, string>;
    pair[name] = value;
    return pair;
  });
}

/** MQTT.js wants text or Node's Buffer. Bytes that are UTF-8 are the same as their text; others only Node can send, as a Buffer. */
function password(value: string | Uint8Array): string | Uint8Array {
  if (typeof value === 'string') return value;
  try {
    return decodeUtf8(value, 0, value.length);
  } catch {
    return value;
  }
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

/**
 * `ws` would take frames of 100 MiB, and inflate them first: `maximumPacketSize` must bound what is kept here too. A frame may
 * hold more than one packet.
 */
function webSocketLimits({ maximumPacketSize }: ConnectRequest): Record<string, unknown> {
  return { perMessageDeflate: false, maxPayload: maximumPacketSize + FRAME_SLACK };
}
