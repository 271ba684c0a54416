/** The types of packets by their number, from 1. [MQTT 5, 2.1.2] */
export const PACKET_NAMES = [
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
] as const;

/** The type of a packet. */
export type PacketName = (typeof PACKET_NAMES)[number];
