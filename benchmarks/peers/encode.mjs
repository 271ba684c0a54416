/** Encodes a length as MQTT's variable byte integer. */
function encodeLength(length) {
  const bytes = [];
  do {
    const rest = length >>> 7;
    bytes.push((length & 127) | (rest > 0 ? 128 : 0));
    length = rest;
  } while (length > 0);
  return Buffer.from(bytes);
}

/** Encodes text as UTF-8 with its length in front. */
export function encodeText(text) {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** Encodes a packet from its first byte and the parts of its body. */
export function encodePacket(firstByte, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([firstByte]), encodeLength(body.length), body]);
}

/** Encodes CONNACK: accepted, no session. */
export function encodeConnack(version) {
  return encodePacket(0x20, Buffer.from(version === 5 ? [0, 0, 0] : [0, 0]));
}

/** Encodes SUBACK (or UNSUBACK, with 0xb0), with its codes. */
export function encodeSuback(version, packetId, codes, firstByte = 0x90) {
  const id = Buffer.from([packetId >> 8, packetId & 255]);
  return encodePacket(firstByte, id, Buffer.from(version === 5 ? [0] : []), Buffer.from(codes));
}

/**
 * Encodes PUBLISH. `packetId` 0 leaves the identifier out, as QoS 0 wants it.
 * @param properties MQTT 5 only: `userProperty` (a pair) and `subscriptionIdentifier`.
 */
export function encodePublish(version, { topic, payload, qos, packetId, properties = {} }) {
  const id = Buffer.from(qos > 0 ? [packetId >> 8, packetId & 255] : []);
  const encoded = version === 5 ? encodeProperties(properties) : Buffer.alloc(0);
  return encodePacket(0x30 | (qos << 1), encodeText(topic), id, encoded, payload);
}

function encodeProperties({ userProperty, subscriptionIdentifier }) {
  const parts = [];
  if (userProperty !== undefined) parts.push(Buffer.from([0x26]), ...userProperty.map(encodeText));
  if (subscriptionIdentifier !== undefined) parts.push(Buffer.from([0x0b]), encodeLength(subscriptionIdentifier));
  const body = Buffer.concat(parts);
  return Buffer.concat([encodeLength(body.length), body]);
}
