import { encodePublish } from './encode.mjs';
import { FrameReader, readLength } from './frame-reader.mjs';
import { Handshake } from './handshake.mjs';
import { serve } from './serve.mjs';

/** SUBSCRIBE has options behind each filter, UNSUBSCRIBE has none. */
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;

/**
 * A broker that grants every filter and counts filters and packets. When all `filters` are there it publishes to `doneTopic`, and
 * it says so when all have left. Asked what it has counted, it tells and begins anew; with `cut` it then cuts the first connection.
 */
class SubscriptionsSession {
  static #cuts = new WeakSet();
  #socket;
  #order;
  #reached;
  #reader = new FrameReader();
  #handshake;
  #here = 0;
  #packets = 0;
  #bytes = 0;

  constructor(socket, order, reached) {
    this.#socket = socket;
    this.#order = order;
    this.#reached = reached;
    this.#handshake = new Handshake(socket, () => undefined);
  }

  data(chunk) {
    this.#reader.push(chunk, this);
  }

  packet(bytes, first, body, end) {
    const type = bytes[first] >> 4;
    this.#handshake.packet(bytes, first, body, end);
    if (type !== SUBSCRIBE && type !== UNSUBSCRIBE) return;
    this.#packets++;
    this.#bytes += end - first;
    const count = this.#filtersIn(bytes, body, end, type);
    this.#here += type === SUBSCRIBE ? count : -count;
    if (type === SUBSCRIBE && this.#here === this.#order.filters) this.#tellDone();
    if (type === UNSUBSCRIBE && this.#here === 0) this.#reached();
  }

  report() {
    const report = { packets: this.#packets, bytes: this.#bytes, here: this.#here };
    this.#packets = 0;
    this.#bytes = 0;
    if (this.#order.cut && !SubscriptionsSession.#cuts.has(this.#order)) {
      SubscriptionsSession.#cuts.add(this.#order);
      this.#socket.destroy();
    }
    return report;
  }

  #filtersIn(bytes, body, end, type) {
    let at = body + 2;
    if (this.#handshake.version === 5) {
      const properties = readLength(bytes, at);
      at = properties.end + properties.value;
    }
    let count = 0;
    for (; at < end; count++) at += 2 + bytes.readUInt16BE(at) + (type === SUBSCRIBE ? 1 : 0);
    return count;
  }

  #tellDone() {
    const message = { topic: this.#order.doneTopic, payload: Buffer.alloc(0), qos: 0 };
    this.#socket.write(encodePublish(this.#handshake.version, message));
  }
}

serve((socket, order, reached) => new SubscriptionsSession(socket, order, reached));
