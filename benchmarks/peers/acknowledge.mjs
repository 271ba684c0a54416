import { FrameReader, readLength } from './frame-reader.mjs';
import { Handshake } from './handshake.mjs';
import { serve } from './serve.mjs';

/**
 * A broker that acknowledges at once, one write per chunk it reads, and counts what it has received. Success is what this
 * peer has counted, not what a client believes. It says so when `total` messages have come.
 */
class AcknowledgeSession {
  #socket;
  #total;
  #reached;
  #reader = new FrameReader();
  #handshake;
  #counted = 0;
  #units = 0;
  #repeated = 0;
  #lastAt = 0n;
  #answers;
  #answersLength = 0;

  constructor(socket, order, reached) {
    this.#socket = socket;
    this.#total = order.total ?? Infinity;
    this.#reached = reached;
    this.#handshake = new Handshake(socket, () => undefined);
  }

  data(chunk) {
    const before = this.#counted;
    this.#reader.push(chunk, this);
    if (this.#answersLength > 0) this.#answer();
    if (this.#counted === before) return;
    this.#lastAt = process.hrtime.bigint();
    if (before < this.#total && this.#counted >= this.#total) this.#reached();
  }

  packet(bytes, first, body, end) {
    const type = bytes[first] >> 4;
    if (type === 3) this.#publish(bytes, first, body, end);
    else if (type === 6) this.#queue(bytes.length, 0x70, bytes[body], bytes[body + 1]);
    else this.#handshake.packet(bytes, first, body, end);
  }

  report() {
    return {
      counted: this.#counted,
      units: this.#units,
      repeated: this.#repeated,
      lastAt: String(this.#lastAt),
    };
  }

  #publish(bytes, first, body, end) {
    const topicLength = (bytes[body] << 8) | bytes[body + 1];
    const qos = (bytes[first] >> 1) & 3;
    let at = body + 2 + topicLength;
    if (qos > 0) {
      this.#queue(bytes.length, qos === 1 ? 0x40 : 0x50, bytes[at], bytes[at + 1]);
      at += 2;
    }
    if (this.#handshake.version === 5) {
      if (bytes[at] === 0) {
        at++;
      } else {
        const properties = readLength(bytes, at);
        at = properties.end + properties.value;
      }
    }
    if ((bytes[first] & 8) === 0) {
      this.#counted++;
      this.#units += topicLength + end - at;
    } else {
      this.#repeated++;
    }
  }

  /** Queues an answer of four bytes; no packet that wants one is shorter than that, so that they all fit beside the chunk. */
  #queue(chunkLength, firstByte, idHigh, idLow) {
    this.#answers ??= Buffer.allocUnsafe(chunkLength);
    const answers = this.#answers;
    let at = this.#answersLength;
    answers[at++] = firstByte;
    answers[at++] = 2;
    answers[at++] = idHigh;
    answers[at++] = idLow;
    this.#answersLength = at;
  }

  #answer() {
    this.#socket.write(this.#answers.subarray(0, this.#answersLength));
    this.#answers = undefined;
    this.#answersLength = 0;
  }
}

serve((socket, order, reached) => new AcknowledgeSession(socket, order, reached));
