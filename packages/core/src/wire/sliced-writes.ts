import { Fifo } from '../internal/fifo.js';

/** What is longer goes in pieces of this size. */
const SLICE = 64 * 1024;

/** Where slices go. */
export interface SliceTarget {
  /** The answer is whether more may follow at once; otherwise `drain` follows. */
  write(bytes: Uint8Array): boolean;
  end(): void;
}

/**
 * Feeds a stream with what is too long for one write, slice by slice, each when the stream has room for it: a stream tells
 * only of whole writes that they have left, and it must be seen how an upload gets on. What is written meanwhile waits behind.
 */
export class SlicedWrites {
  readonly #waiting = new Fifo<Uint8Array>();
  /** Of the first that waits, how much has gone. */
  #offset = 0;
  #ending = false;
  /** Bytes that wait. */
  length = 0;

  /** Whether these bytes go through {@link write}, and not straight to the stream. */
  takes(bytes: Uint8Array): boolean {
    return this.length > 0 || bytes.length > SLICE;
  }

  /** Writes as much as there is room for; the answer is whether more may follow at once. */
  write(bytes: Uint8Array, target: SliceTarget): boolean {
    const idle = this.length === 0;
    this.#waiting.push(bytes);
    this.length += bytes.length;
    return idle && this.#feed(target);
  }

  /** There is room again; the answer is whether nothing waits any more. */
  drained(target: SliceTarget): boolean {
    this.#feed(target);
    if (this.length > 0) return false;
    if (this.#ending) target.end();
    this.#ending = false;
    return true;
  }

  /** Ends the stream behind what waits. */
  end(target: SliceTarget): void {
    if (this.length > 0) this.#ending = true;
    else target.end();
  }

  #feed(target: SliceTarget): boolean {
    let room = true;
    while (room && this.length > 0) room = target.write(this.#next());
    return room;
  }

  #next(): Uint8Array {
    const first = this.#waiting.first!;
    const slice = first.subarray(this.#offset, this.#offset + SLICE);
    this.#offset += slice.length;
    this.length -= slice.length;
    if (this.#offset === first.length) {
      this.#waiting.shift();
      this.#offset = 0;
    }
    return slice;
  }
}
