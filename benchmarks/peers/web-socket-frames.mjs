const CONTROL = 8;
const MASK_LENGTH = 4;

/**
 * Counts the frames of data that a WebSocket client sends, off the bytes of its socket [RFC 6455, 5.2]: what a server's library
 * shows are messages, and how many frames a message has come in is not seen there.
 */
export class FrameCounter {
  /** Frames of data that have begun; pings and the like do not count. */
  frames = 0;
  #header = [];
  #payloadLeft = 0;

  push(chunk) {
    for (let at = 0; at < chunk.length; ) {
      if (this.#payloadLeft > 0) {
        const skipped = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= skipped;
        at += skipped;
      } else {
        this.#header.push(chunk[at++]);
        if (this.#isHeaderComplete()) this.#begin();
      }
    }
  }

  #isHeaderComplete() {
    return this.#header.length >= 2 && this.#header.length === 2 + this.#extendedLength() + MASK_LENGTH;
  }

  /** How many bytes the length has beyond its first one. */
  #extendedLength() {
    const length = this.#header[1] & 127;
    return length === 127 ? 8 : length === 126 ? 2 : 0;
  }

  #begin() {
    const extended = this.#header.slice(2, 2 + this.#extendedLength());
    this.#payloadLeft =
      extended.length === 0 ? this.#header[1] & 127 : extended.reduce((length, byte) => length * 256 + byte, 0);
    if ((this.#header[0] & 15) < CONTROL) this.frames++;
    this.#header = [];
  }
}
