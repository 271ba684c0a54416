import type { QoS } from '../message/mqtt-message.js';
import type { UserProperty } from '../message/publish-properties.js';

/** What client and server agreed on in CONNECT and CONNACK. On MQTT 3.x the limits are those of the protocol. */
export interface Negotiated {
  /** The version spoken: 5, 4 (3.1.1) or 3 (3.1). */
  readonly protocolVersion: 5 | 4 | 3;
  /** The client identifier in use: ours, or the one that the server has assigned because ours was empty. */
  readonly clientId: string;
  /** Whether the server has kept the session of an earlier connection. */
  readonly sessionPresent: boolean;
  /** Seconds between pings: the server's keepalive where it has one, else ours; 0 for none. */
  readonly keepalive: number;
  /** Seconds that the server keeps the session after a disconnect. */
  readonly sessionExpiry: number;
  /** How many QoS 1 and 2 messages the server takes ahead of its acknowledgements. */
  readonly receiveMaximum: number;
  /** The largest packet that the server takes, in bytes. */
  readonly maximumPacketSize: number;
  /** The highest quality of service that the server takes. */
  readonly maximumQoS: QoS;
  /** Whether the server keeps retained messages. */
  readonly retainAvailable: boolean;
  /** Whether filters may have wildcards. */
  readonly wildcardSubscriptionAvailable: boolean;
  /** Whether subscriptions can be told apart by identifier. */
  readonly subscriptionIdentifiersAvailable: boolean;
  /** Whether consumer groups (`$share`) are offered. */
  readonly sharedSubscriptionAvailable: boolean;
  /** How many topic aliases the server takes; `undefined` for none. */
  readonly topicAliasMaximum?: number | undefined;
  /** The method of enhanced authentication that was used, if any. */
  readonly authenticationMethod?: string | undefined;
  /** Another server that the server has named. */
  readonly serverReference?: string | undefined;
  /** What the server wants response topics to begin with. */
  readonly responseInformation: string | undefined;
  /** The text that came with CONNACK. */
  readonly reasonString: string | undefined;
  /** The user properties that came with CONNACK. */
  readonly userProperties: readonly UserProperty[];
}
