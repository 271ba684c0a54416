/** MQTT control packet types: the upper four bits of a packet's first byte. [MQTT 5, 2.1.2] */
export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const;

/** The packets that acknowledge a PUBLISH, in the order of the flows. */
export type AckType = 4 | 5 | 6 | 7;

/** Protocol versions: 3 is MQTT 3.1, 4 is 3.1.1. */
export type ProtocolVersion = 3 | 4 | 5;

/** Reason codes that we send. */
export const DISCONNECT_WITH_WILL = 0x04;
export const MALFORMED_PACKET = 0x81;
export const PROTOCOL_ERROR = 0x82;
export const IMPLEMENTATION_ERROR = 0x83;
export const UNSPECIFIED_ERROR = 0x80;
export const RECEIVE_MAXIMUM_EXCEEDED = 0x93;
export const TOPIC_ALIAS_INVALID = 0x94;
export const PACKET_TOO_LARGE = 0x95;
export const QUOTA_EXCEEDED = 0x97;
