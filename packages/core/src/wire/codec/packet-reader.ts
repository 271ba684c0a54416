import { decodeUtf8, isPlainAscii } from '../../internal/utf8.js';
import { malformed } from './malformed.js';

/** Reads the fields of one packet body; whatever is missing or ill-formed throws a ProtocolError. */
export class PacketReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  get rest(): number {
    return this.end - this.offset;
  }

  byte(): number {
    if (this.offset >= this.end) throw malformed('a packet ends early');
    return this.bytes[this.offset++]!;
  }

  uint16(): number {
    return (this.byte() << 8) | this.byte();
  }

  uint32(): number {
    return this.uint16() * 0x1_0000 + this.uint16();
  }

  variableInteger(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        // [MQTT-1.5.5-1] the shortest form only.
        if (byte === 0 && shift > 0) throw malformed('a variable byte integer is longer than needed');
        return value;
      }
    }
    throw malformed('a variable byte integer has more than four bytes');
  }

  binary(): Uint8Array {
    const length = this.uint16();
    if (length > this.rest) throw malformed('a field is longer than its packet');
    const start = this.offset;
    this.offset += length;
    return this.bytes.subarray(start, this.offset);
  }

  /** A UTF-8 string without NUL. [MQTT-1.5.4-1] [MQTT-1.5.4-2] */
  text(): string {
    const length = this.uint16();
    if (length > this.rest) throw malformed('a text is longer than its packet');
    const start = this.offset;
    this.offset += length;
    let text: string;
    try {
      text = decodeUtf8(this.bytes, start, this.offset);
    } catch (cause) {
      throw malformed(`a text is not UTF-8: ${String(cause)}`);
    }
    if (text.includes('\0')) throw malformed('a text contains NUL');
    return text;
  }

  /** Checks a UTF-8 string and steps over it, without building it when it is plain ASCII. */
  skipText(): void {
    const length = this.uint16();
    if (length > this.rest) throw malformed('a text is longer than its packet');
    if (isPlainAscii(this.bytes, this.offset, this.offset + length)) this.offset += length;
    else {
      this.offset -= 2;
      this.text();
    }
  }

  /** The reader of the next `length` bytes, which are consumed here. */
  section(length: number): PacketReader {
    if (length > this.rest) throw malformed('the properties are longer than their packet');
    const start = this.offset;
    this.offset += length;
    return new PacketReader(this.bytes, start, this.offset);
  }

  /** Nothing may follow. */
  finish(): void {
    if (this.offset !== this.end) throw malformed('a packet is longer than its contents');
  }
}
