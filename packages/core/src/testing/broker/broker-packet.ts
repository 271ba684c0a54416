import type { QoS } from '../../message/mqtt-message.js';

/** The kinds of packets, by their names in small letters. */
export type BrokerPacketType =
  | 'connect'
  | 'connack'
  | 'publish'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'subscribe'
  | 'suback'
  | 'unsubscribe'
  | 'unsuback'
  | 'pingreq'
  | 'pingresp'
  | 'disconnect';

/** A packet that a test broker has received or sent. */
export interface BrokerPacket {
  readonly from: 'client' | 'server';
  /** The client at the other end. */
  readonly clientId: string;
  readonly type: BrokerPacketType;
  readonly packetId?: number;
  /** Of PUBLISH. */
  readonly topic?: string;
  /** Of PUBLISH. */
  readonly payload?: Uint8Array;
  /** Of PUBLISH. */
  readonly qos?: QoS;
  /** Of PUBLISH. */
  readonly dup?: boolean;
  /** Of PUBLISH. */
  readonly retain?: boolean;
  /** Of SUBSCRIBE and UNSUBSCRIBE. */
  readonly filters?: readonly string[];
  /** Of CONNACK, acknowledgements and DISCONNECT. */
  readonly reasonCode?: number;
  /** Of SUBACK and UNSUBACK. */
  readonly reasonCodes?: readonly number[];
  /** Of CONNACK. */
  readonly sessionPresent?: boolean;
}
