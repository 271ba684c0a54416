import {
  type Connection,
  InvalidOptionsError,
  type Payload,
  type QoS,
  type Will,
  type WillProvider,
} from '@rxmqtt/core';
import { check, fields, payload, qos as qosRule, seconds, topicName } from '../internal/rules.js';

/** How a client tells that it is there. */
export interface PresenceOptions {
  /** Where: one topic per client. */
  readonly topic: string;
  /** What is published, retained, on each connect. Defaults to `online`. */
  readonly online?: Payload;
  /** What is published, retained, when it is gone: by the server if it does not say goodbye. Defaults to `offline`. */
  readonly offline?: Payload;
  /** Quality of service of all that. Defaults to 1. */
  readonly qos?: QoS;
  /** Seconds that the server waits for the client to come back before it says that it is gone (MQTT 5). Defaults to 0. */
  readonly delay?: number;
}

const OPTIONS = /* @__PURE__ */ fields<PresenceOptions>(
  { topic: topicName, online: payload, offline: payload, qos: qosRule, delay: seconds },
  ['topic'],
);

declare const brand: unique symbol;

/** The will of a client whose presence is told: for `connect`, and for {@link presence}. Made by {@link presenceWill}. */
export interface PresenceWill extends Will {
  readonly [brand]: 'PresenceWill';
}

/** What is published to say that a client is there; what says that it is gone is the will. */
const births = new WeakMap<Will, Payload>();
const wills = new WeakMap<Connection, PresenceWill | WillProvider>();

/**
 * Makes the will that says that a client is gone. A server has to know it from CONNECT on, so it is given to `connect`, and
 * to `presence`, which says the rest.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the options. What the will is, `connect` checks too.
 *
 * @example
 * ```ts
 * const will = presenceWill({ topic: 'plant/7/presence' });
 * const mqtt = connect('mqtt://localhost', { will });
 * presence(mqtt, will).subscribe();
 * ```
 */
export function presenceWill(options: PresenceOptions): PresenceWill {
  check(['', options, OPTIONS]);
  const { topic, online = 'online', offline = 'offline', qos = 1, delay } = options;
  const will = Object.freeze({
    topic,
    payload: offline,
    qos,
    retain: true,
    ...(delay === undefined ? {} : { delay }),
  }) as unknown as PresenceWill;
  births.set(will, online);
  return will;
}

/** Remembers which will a connection was made with. */
export function rememberWill(connection: Connection, will: Will | WillProvider | undefined): void {
  if (typeof will === 'function') wills.set(connection, will);
  else if (will !== undefined && births.has(will)) wills.set(connection, will as PresenceWill);
}

/** What says that a client is there. Throws InvalidOptionsError when the server does not know what says that it is gone. */
export function birthOf(connection: Connection, will: PresenceWill): Payload {
  const birth = births.get(will);
  const known = wills.get(connection);
  if (birth !== undefined && known === will) return birth;
  const asked =
    typeof known === 'function'
      ? 'itself, and not a function that may give another one each time'
      : 'as well, which tells the server';
  const reason =
    birth === undefined
      ? 'must be made by presenceWill()'
      : `must be given to connect() ${asked}: connect(url, { will })`;
  throw new InvalidOptionsError([{ path: 'will', reason }]);
}
