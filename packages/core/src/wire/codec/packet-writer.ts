import { writeUtf8 } from '../../internal/utf8.js';
import type { Traffic } from '../traffic.js';
import { writeVariableInteger } from './variable-integer.js';

const SLAB = 64 * 1024;
/** Payloads from this size on are handed to the stream as they are instead of being copied into the slab. */
const LARGE = 16 * 1024;

/** Where the writer puts full batches. */
export interface ByteSink {
  /** Takes the bytes over; nobody changes them afterwards. */
  write(bytes: Uint8Array): void;
  /** Something was written after a flush: call `flush()` once the current work is done. */
  scheduleFlush(): void;
}

/**
 * Collects the packets of a tick into one write. Packets are encoded straight into a slab of 64 KiB, of which each flush
 * hands on the part that was filled; the slab is replaced when it is used up, never reused.
 */
export class PacketWriter {
  readonly #sink: ByteSink;
  readonly #traffic: Traffic | undefined;
  /** Where the packet that is being written begins. */
  #packet = 0;
  #slab = new Uint8Array(0);
  #start = 0;
  #offset = 0;
  #scheduled = false;

  /** @param traffic counts the packets. */
  constructor(sink: ByteSink, traffic?: Traffic) {
    this.#sink = sink;
    this.#traffic = traffic;
  }

  /** Bytes written and not handed on yet. */
  get pending(): number {
    return this.#offset - this.#start;
  }

  /** Makes room for `size` bytes. Every packet begins with it. */
  reserve(size: number): void {
    if (this.#offset + size > this.#slab.length) {
      this.flush();
      this.#slab = new Uint8Array(Math.max(SLAB, size));
      this.#start = 0;
      this.#offset = 0;
    }
    this.#packet = this.#offset;
  }

  byte(value: number): void {
    this.#slab[this.#offset++] = value;
  }

  uint16(value: number): void {
    this.#slab[this.#offset++] = value >>> 8;
    this.#slab[this.#offset++] = value & 0xff;
  }

  uint32(value: number): void {
    this.uint16(Math.floor(value / 0x1_0000));
    this.uint16(value & 0xffff);
  }

  variableInteger(value: number): void {
    this.#offset = writeVariableInteger(value, this.#slab, this.#offset);
  }

  /** A length and a text of `length` UTF-8 bytes. */
  text(text: string, length: number): void {
    this.uint16(length);
    this.rawText(text);
  }

  /** A text without its length. */
  rawText(text: string): void {
    this.#offset = writeUtf8(text, this.#slab, this.#offset);
  }

  /** A length and bytes. */
  binary(bytes: Uint8Array): void {
    this.uint16(bytes.length);
    this.raw(bytes);
  }

  /** Bytes without their length, copied; `reserve` must have counted them. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length <= 64) {
      for (let i = 0; i < length; i++) this.#slab[this.#offset + i] = bytes[i]!;
    } else this.#slab.set(bytes, this.#offset);
    this.#offset += length;
  }

  /** Whether a payload of this size goes through {@link large}, and so needs no room in the slab. */
  isLarge(size: number): boolean {
    return size >= LARGE;
  }

  /** The large payload that ends a packet: handed on without a copy, so it must never change again. */
  large(payload: Uint8Array): void {
    this.flush();
    this.#sink.write(payload);
  }

  /** The packet is complete. */
  commit(): void {
    this.#traffic?.sent(this.#slab, this.#packet, this.#offset);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#sink.scheduleFlush();
  }

  /** Hands on what has been written. */
  flush(): void {
    this.#scheduled = false;
    if (this.#offset === this.#start) return;
    const batch = this.#slab.subarray(this.#start, this.#offset);
    this.#start = this.#offset;
    this.#sink.write(batch);
  }
}
