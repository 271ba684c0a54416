import { ProtocolError } from '../errors/connection-errors.js';
import { malformed } from './codec/malformed.js';
import { PACKET_TOO_LARGE } from './codec/packet-type.js';

/** Called for each packet: its first byte, and where its body and its whole lie in `bytes`. */
export type PacketHandler = (first: number, bytes: Uint8Array, bodyStart: number, end: number) => void;

const NOTHING = new Uint8Array(0);
const LONGEST_HEADER = 5;

/**
 * Cuts the inbound byte stream into packets. Whole packets are handed on in place, without a copy; one that spans chunks
 * is put together in a buffer of its own, so that cost stays linear however it was cut.
 *
 * A packet that announces more than `maximumPacketSize` bytes throws before anything of it is kept.
 */
export class PacketSplitter {
  readonly #maximumPacketSize: number;
  readonly #onPacket: PacketHandler;
  /** The header that spans chunks, while its length is not known. */
  readonly #header = new Uint8Array(LONGEST_HEADER);
  #headerSize = 0;
  /** The packet that spans chunks, as long as it will be, and how much of it is there. */
  #packet = NOTHING;
  #filled = 0;
  #bodyStart = 0;
  /** No packet is handed on: for good, or until `release()`. */
  #halted = false;
  /** What came while it is held. */
  #held: Uint8Array[] | undefined;

  constructor(maximumPacketSize: number, onPacket: PacketHandler) {
    this.#maximumPacketSize = maximumPacketSize;
    this.#onPacket = onPacket;
  }

  /** No packet is handed on any more, not even from the chunk being cut. */
  stop(): void {
    this.#halted = true;
    this.#held = undefined;
    this.#headerSize = 0;
    this.#packet = NOTHING;
  }

  /** Keeps what follows, also in the chunk being cut, until `release()`. */
  hold(): void {
    this.#halted = true;
    this.#held = [];
  }

  /** Hands on what was kept, and what comes. Throws as `push` does. */
  release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#halted = false;
    for (const chunk of held) this.push(chunk);
  }

  /** Takes the next bytes. Throws a ProtocolError for a malformed header, and whatever the handler throws. */
  push(chunk: Uint8Array): void {
    if (this.#held !== undefined) {
      this.#held.push(chunk);
      return;
    }
    let offset = this.#headerSize > 0 || this.#packet.length > 0 ? this.#continue(chunk) : 0;
    const { length } = chunk;
    while (offset < length && !this.#halted) {
      let cursor = offset + 1;
      let remaining = 0;
      let shift = 0;
      let byte = 0x80;
      while (cursor < length && byte >= 0x80) {
        if (shift === 28) throw tooLong();
        byte = chunk[cursor++]!;
        remaining |= (byte & 0x7f) << shift;
        shift += 7;
      }
      if (byte >= 0x80) {
        if (shift === 28) throw tooLong();
        this.#header.set(chunk.subarray(offset));
        this.#headerSize = length - offset;
        return;
      }
      if (byte === 0 && shift > 7) throw notShortest();
      const end = cursor + remaining;
      if (end > length) {
        this.#begin(cursor - offset, end - offset, chunk.subarray(offset));
        return;
      }
      this.#checkSize(end - offset);
      this.#onPacket(chunk[offset]!, chunk, cursor, end);
      offset = end;
    }
    if (offset < length) this.#keep(chunk.subarray(offset));
  }

  /** The rest of a chunk, if somebody wants it later. */
  #keep(rest: Uint8Array): void {
    this.#held?.push(rest);
  }

  #checkSize(size: number): void {
    if (size <= this.#maximumPacketSize) return;
    throw new ProtocolError(
      PACKET_TOO_LARGE,
      `a packet of ${String(size)} bytes exceeds the maximumPacketSize of ${String(this.#maximumPacketSize)} that was announced`,
    );
  }

  /** Keeps the first part of a packet whose header is complete. */
  #begin(bodyStart: number, size: number, part: Uint8Array): void {
    this.#checkSize(size);
    this.#headerSize = 0;
    this.#bodyStart = bodyStart;
    this.#packet = new Uint8Array(size);
    this.#packet.set(part);
    this.#filled = part.length;
  }

  /** Feeds the packet that spans chunks; returns the offset behind what it took. */
  #continue(chunk: Uint8Array): number {
    let offset = 0;
    while (this.#headerSize > 0 && offset < chunk.length) {
      const byte = chunk[offset++]!;
      this.#header[this.#headerSize++] = byte;
      if (this.#headerSize > 1 && byte < 0x80) {
        if (byte === 0 && this.#headerSize > 2) throw notShortest();
        this.#begin(...this.#readHeader());
      } else if (this.#headerSize === LONGEST_HEADER) throw tooLong();
    }
    if (this.#headerSize > 0) return offset;
    const part = chunk.subarray(offset, offset + this.#packet.length - this.#filled);
    this.#packet.set(part, this.#filled);
    this.#filled += part.length;
    offset += part.length;
    if (this.#filled < this.#packet.length) return offset;
    const packet = this.#packet;
    this.#packet = NOTHING;
    this.#onPacket(packet[0]!, packet, this.#bodyStart, packet.length);
    return offset;
  }

  #readHeader(): [bodyStart: number, size: number, part: Uint8Array] {
    const part = this.#header.slice(0, this.#headerSize);
    let remaining = 0;
    for (let i = 1; i < part.length; i++) remaining |= (part[i]! & 0x7f) << (7 * (i - 1));
    return [part.length, part.length + remaining, part];
  }
}

function tooLong(): ProtocolError {
  return malformed('a packet length has more than four bytes');
}

/** [MQTT-1.5.5-1] */
function notShortest(): ProtocolError {
  return malformed('a packet length is longer than needed');
}
