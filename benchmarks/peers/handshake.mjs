import { encodeConnack, encodeSuback } from './encode.mjs';
import { readLength } from './frame-reader.mjs';

/** Answers everything but PUBLISH and its acknowledgements, as both scripted brokers do. */
export class Handshake {
  /** The version that the client speaks. */
  version = 4;
  /** The subscription identifier that the client has asked for, if any. */
  subscriptionIdentifier = undefined;
  #socket;
  #subscribed;

  /** @param subscribed called when SUBACK has been written. */
  constructor(socket, subscribed) {
    this.#socket = socket;
    this.#subscribed = subscribed;
  }

  packet(bytes, first, body, end) {
    switch (bytes[first] >> 4) {
      case 1:
        this.version = bytes[body + 2 + bytes.readUInt16BE(body)];
        this.#socket.write(encodeConnack(this.version));
        break;
      case 8:
        this.#subscribe(bytes, body, end);
        break;
      case 10:
        this.#socket.write(encodeSuback(this.version, bytes.readUInt16BE(body), this.version === 5 ? [0] : [], 0xb0));
        break;
      case 12:
        this.#socket.write(Buffer.from([0xd0, 0]));
        break;
      case 14:
        this.#socket.end();
        break;
    }
  }

  #subscribe(bytes, body, end) {
    let at = body + 2;
    if (this.version === 5) at = this.#readSubscriptionIdentifier(bytes, at);
    const granted = [];
    while (at < end) {
      at += 2 + bytes.readUInt16BE(at) + 1;
      granted.push(bytes[at - 1] & 3);
    }
    this.#socket.write(encodeSuback(this.version, bytes.readUInt16BE(body), granted));
    this.#subscribed();
  }

  /** Reads the properties of SUBSCRIBE, as far as an identifier that comes first; gives where they end. */
  #readSubscriptionIdentifier(bytes, at) {
    const properties = readLength(bytes, at);
    if (properties.value > 0 && bytes[properties.end] === 0x0b) {
      this.subscriptionIdentifier = readLength(bytes, properties.end + 1).value;
    }
    return properties.end + properties.value;
  }
}
