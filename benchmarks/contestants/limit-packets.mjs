import { encodePacket, encodeText } from '../peers/encode.mjs';

/** CONNECT as the hand-written limit sends it: clean, no keepalive. */
export function encodeConnect(version, clientId = 'limit') {
  const properties = Buffer.from(version === 5 ? [0] : []);
  return encodePacket(0x10, encodeText('MQTT'), Buffer.from([version, 2, 0, 0]), properties, encodeText(clientId));
}

/** SUBSCRIBE to one filter, with identifier 1 if wanted. */
export function encodeSubscribe(version, filter, qos, identified) {
  const properties = version === 5 ? (identified ? [2, 0x0b, 1] : [0]) : [];
  return encodePacket(0x82, Buffer.from([0, 1, ...properties]), encodeText(filter), Buffer.from([qos]));
}
