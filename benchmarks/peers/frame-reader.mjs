/** Cuts a byte stream into packets. A peer must be faster than what it measures: nothing is copied but a packet's torn start. */
export class FrameReader {
  #rest = undefined;

  /**
   * Calls `handler.packet(bytes, first, body, end)` for each whole packet: `bytes[first]` is its first byte, its body goes
   * from `body` to `end`.
   */
  push(chunk, handler) {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const available = bytes.length;
    let first = 0;
    while (available - first >= 2) {
      let body = first + 1;
      let length = 0;
      let shift = 0;
      let byte = 128;
      while (byte >= 128 && body < available) {
        byte = bytes[body++];
        length |= (byte & 127) << shift;
        shift += 7;
      }
      const end = body + length;
      if (byte >= 128 || end > available) break;
      handler.packet(bytes, first, body, end);
      first = end;
    }
    this.#rest = first < available ? bytes.subarray(first) : undefined;
  }
}

/** Reads a variable byte integer; gives its value and where it ends. */
export function readLength(bytes, at) {
  let value = 0;
  let shift = 0;
  let byte;
  do {
    byte = bytes[at++];
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte >= 128);
  return { value, end: at };
}
