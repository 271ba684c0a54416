import type { QoS } from '../message/mqtt-message.js';
import type { UserProperty } from '../message/publish-properties.js';

/** What client and server agreed on in CONNECT and CONNACK. On MQTT 3.x the limits are those of the protocol. */
export interface Negotiated {
  /** The version spoken: 5, 4 (3.1.1) or 3 (3.1). */
  readonly protocolVersion: 5 | 4 | 3;
  /** The client identifier in use, assigned by the server if we asked for it. */
  readonly clientId: string;
  /** Whether the server has kept the session of an earlier connection. */
  readonly sessionPresent: boolean;
  /** Seconds between pings, after the server had its say; 0 for none. */
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
  /** What the server wants response topics to begin with. */
  readonly responseInformation: string | undefined;
  /** The text that came with CONNACK. */
  readonly reasonString: string | undefined;
  /** The user properties that came with CONNACK. */
  readonly userProperties: readonly UserProperty[];
}
