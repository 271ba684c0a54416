import { FrameReader } from './frame-reader.mjs';
import { Handshake } from './handshake.mjs';
import { serve } from './serve.mjs';

const MEGABYTE = 1 << 20;

/** A broker that reads `order.readsMegabytes`, and then nothing any more. */
class StalledSession {
  #socket;
  #order;
  #reader = new FrameReader();
  #handshake;
  #read = 0;

  constructor(socket, order) {
    this.#socket = socket;
    this.#order = order;
    this.#handshake = new Handshake(socket, () => undefined);
  }

  data(chunk) {
    this.#reader.push(chunk, this);
    this.#read += chunk.length;
    if (this.#read >= this.#order.readsMegabytes * MEGABYTE) this.#socket.pause();
  }

  packet(bytes, first, body, end) {
    if (bytes[first] >> 4 !== 3) this.#handshake.packet(bytes, first, body, end);
  }

  report() {
    return { counted: 0, read: this.#read };
  }
}

serve((socket, order) => new StalledSession(socket, order));
