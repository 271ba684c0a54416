import type { Clock } from '../../internal/clock.js';
import type { QoS } from '../../message/mqtt-message.js';
import type { Fault } from './fault.js';
import type { OverlapPolicy } from './distribution.js';

/** What a test broker tells MQTT 5 clients in CONNACK, and keeps to. */
export interface BrokerLimits {
  /** QoS 1 and 2 messages that a client may send ahead of the answers. Defaults to 65,535. */
  readonly receiveMaximum?: number;
  /** The largest packet, in bytes. Defaults to no limit. */
  readonly maximumPacketSize?: number;
  /** Defaults to 2. */
  readonly maximumQoS?: QoS;
  /** Defaults to `true`. */
  readonly retainAvailable?: boolean;
  /** Defaults to `true`. */
  readonly wildcardSubscriptionAvailable?: boolean;
  /** Defaults to `true`. */
  readonly subscriptionIdentifiersAvailable?: boolean;
  /** Defaults to `true`. */
  readonly sharedSubscriptionAvailable?: boolean;
  /** Seconds between pings, instead of what the client asks for. */
  readonly serverKeepAlive?: number;
  /** Seconds that sessions are kept, at most. Defaults to no limit. */
  readonly sessionExpiryInterval?: number;
}

/** How a test broker behaves. */
export interface TestBrokerOptions extends BrokerLimits {
  /** The time it lives in. Defaults to that of the machine, which fake timers of test frameworks replace. */
  readonly clock?: Clock;
  /** Milliseconds that every packet takes, each way. Defaults to 0: in the order in which they were sent, but at once. */
  readonly latency?: number;
  /** The versions it speaks; others are refused. Defaults to 5, 4 (3.1.1) and 3 (3.1). */
  readonly protocolVersions?: readonly (5 | 4 | 3)[];
  /**
   * What a client gets of a message that several of its filters match: a copy for each on MQTT 5 and one on 3.x, as Mosquitto
   * does it, or always `'once'`.
   */
  readonly overlap?: OverlapPolicy;
  /** Whether a client may connect; `false` refuses it with 0x87. */
  readonly authenticate?: (client: {
    readonly clientId: string;
    readonly username: string | undefined;
    readonly password: string | Uint8Array | undefined;
  }) => boolean;
  /** What goes wrong; see `cutBefore`, `cutAfter`, `ignore`, `refuse` and `disconnectAt`. */
  readonly faults?: readonly Fault[];
}
