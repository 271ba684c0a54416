/** Cuts a byte stream into MQTT packets. Independent of the library's own splitter on purpose. */
export class Framer {
  #chunks: Buffer[] = [];
  #length = 0;
  #wanted = 2;

  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return [];
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    const packets: Buffer[] = [];
    this.#wanted = 2;
    for (;;) {
      const size = packetSize(rest);
      if (size === undefined) break;
      this.#wanted = size;
      if (rest.length < size) break;
      packets.push(rest.subarray(0, size));
      rest = rest.subarray(size);
      this.#wanted = 2;
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return packets;
  }
}

/** The size of the first packet, or `undefined` while its length is not complete. */
function packetSize(bytes: Buffer): number | undefined {
  let length = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** (i - 1);
    if ((byte & 0x80) === 0) return 1 + i + length;
  }
  throw new Error(`the client sent a length of more than four bytes: ${bytes.subarray(0, 5).toString('hex')}`);
}
