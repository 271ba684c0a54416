import type { PublishProperties } from './publish-properties.js';

/** Quality of service: at most once, at least once, exactly once. */
export type QoS = 0 | 1 | 2;

/** A message that came from the broker. It never changes, apart from its acknowledgement. */
export interface MqttMessage {
  /** The topic it was published to. */
  readonly topic: string;
  /**
   * The payload: a view on the bytes that were read from the network, not a copy. Whoever keeps messages for long should
   * keep `payload.slice()`, since the view holds on to its chunk (up to 64 KiB).
   */
  readonly payload: Uint8Array;
  /** The quality of service it was delivered with. */
  readonly qos: QoS;
  /** Whether it is a retained message, sent because of a new subscription. */
  readonly retain: boolean;
  /** Whether the broker says that it has sent it before. */
  readonly dup: boolean;
  /** Whether it was delivered here before, to an observer that left it unacknowledged or before there was one. */
  readonly redelivered: boolean;
  /**
   * Whether it waits for `ack()` or `nack()`: it came with QoS 1 or 2 to a subscription with `ack: 'manual'`, and neither was
   * called. Also `false` when a resumed session has made this delivery void: the server sends the message again.
   */
  readonly awaitsAck: boolean;
  /** The MQTT 5 properties; empty on 3.x. Decoded on first use. */
  readonly properties: PublishProperties;
  /**
   * Acknowledges the message, in a subscription with `ack: 'manual'`; elsewhere and for QoS 0 it does nothing. Idempotent;
   * harmless after the connection that delivered it is gone.
   */
  ack(): void;
  /**
   * Tells the server that the message was not accepted, in a subscription with `ack: 'manual'`. The server discards it: no
   * server sends it again.
   * @param reasonCode 0x80 unspecified, 0x83 implementation specific, 0x87 not authorized, 0x90 topic name invalid, 0x91 packet
   * identifier in use, 0x97 quota exceeded or 0x99 payload format invalid. Defaults to 0x80.
   * @throws RangeError for any other code; UnsupportedError on MQTT 3.x, which has no negative acknowledgement.
   */
  nack(reasonCode?: number): void;
}
