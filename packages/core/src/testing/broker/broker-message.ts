import type { QoS } from '../../message/mqtt-message.js';
import type { PublishProperties } from '../../message/publish-properties.js';

/** A message in a test broker. */
export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: PublishProperties;
  /** When it expires, in milliseconds of the broker's clock. */
  readonly expiresAt: number;
}

/** What is left of the message expiry interval, in seconds; `undefined` when it has none, 0 when it has expired. */
export function remainingExpiry({ expiresAt }: BrokerMessage, now: number): number | undefined {
  if (expiresAt === Infinity) return undefined;
  return Math.max(0, Math.ceil((expiresAt - now) / 1000));
}
