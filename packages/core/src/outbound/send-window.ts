import type { Negotiated } from '../connection/negotiated.js';

/** How many messages may be in flight: what the options say, or what servers are known to bear, and what this one allows. [MQTT-3.3.4-9] */
export function sendWindow(window: number | undefined, { protocolVersion, receiveMaximum }: Negotiated): number {
  // Servers of MQTT 3.x cannot say what they take; Mosquitto, for one, hangs up on more than 20 of QoS 2.
  return Math.min(window ?? (protocolVersion === 5 ? 64 : 20), receiveMaximum);
}
