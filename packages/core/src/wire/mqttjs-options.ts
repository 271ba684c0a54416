import type { IClientOptions } from 'mqtt';
import { LONGEST_DELAY } from '../internal/clock.js';
import { decodeUtf8 } from '../internal/utf8.js';
import type { ConnectRequest } from './wire.js';

/** Longer than any attempt: the time limit is ours. */
const NEVER = LONGEST_DELAY;

// MQTT.js must not ping: keepalive is ours. It accepts a pair of timer functions.
const NO_TIMERS = { set: () => 0, clear: () => undefined };

/**
 * What MQTT.js is told for one attempt: a fresh object each time, since it writes into it. It sends CONNECT, and speaks
 * WebSocket; everything that it would do by itself afterwards is switched off.
 */
export function mqttjsOptions(request: ConnectRequest): IClientOptions {
  const { endpoint, protocolVersion } = request;
  const options: Record<string, unknown> = {
    protocol: endpoint.protocol,
    host: endpoint.host,
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
  if (request.username !== undefined) options['username'] = request.username;
  if (request.password !== undefined) {
    options['password'] = password(request.password);
    // It cannot send a password alone, which is what MQTT 3.x demands; an empty name is the nearest.
    options['username'] ??= '';
  }
  if (protocolVersion === 5) options['properties'] = connectProperties(request);
  if (request.will !== undefined) options['will'] = will(request);
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
