import fc from 'fast-check';
import { type SliceTarget, SlicedWrites } from './sliced-writes.js';

const SLICE = 64 * 1024;

/** A stream that has room as often as it is told. */
class Stream implements SliceTarget {
  readonly slices: Uint8Array[] = [];
  ended = false;
  /** Each write takes one; without any, it says that it is full. */
  room: boolean[] = [];

  write(bytes: Uint8Array): boolean {
    expect(this.ended).toBe(false);
    this.slices.push(bytes);
    return this.room.shift() ?? false;
  }

  end(): void {
    expect(this.ended).toBe(false);
    this.ended = true;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.slices);
  }
}

describe('SlicedWrites', () => {
  it('takes what is too long, and whatever comes while something waits', () => {
    const writes = new SlicedWrites();
    expect(writes.takes(new Uint8Array(SLICE))).toBe(false);
    expect(writes.takes(new Uint8Array(SLICE + 1))).toBe(true);
    writes.write(new Uint8Array(SLICE + 1), new Stream());
    expect(writes.takes(new Uint8Array(1))).toBe(true);
  });

  it('feeds a slice each time that there is room', () => {
    const writes = new SlicedWrites();
    const stream = new Stream();
    expect(writes.write(new Uint8Array(2.5 * SLICE), stream)).toBe(false);
    expect(writes.length).toBe(1.5 * SLICE);
    expect(writes.drained(stream)).toBe(false);
    expect(writes.drained(stream)).toBe(true);
    expect(stream.slices.map(({ length }) => length)).toEqual([SLICE, SLICE, SLICE / 2]);
    expect(writes.length).toBe(0);
  });

  it('ends the stream behind what waits, or at once', () => {
    const [waiting, idle] = [new Stream(), new Stream()];
    const writes = new SlicedWrites();
    writes.write(new Uint8Array(2 * SLICE), waiting);
    writes.end(waiting);
    expect(waiting.ended).toBe(false);
    writes.drained(waiting);
    expect(waiting.ended).toBe(true);
    new SlicedWrites().end(idle);
    expect(idle.ended).toBe(true);
  });

  it('keeps every byte in its order, whatever room there is, and copies none', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: SLICE - 1, max: 4 * SLICE })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(sizes, fc.array(fc.boolean(), { maxLength: 30 }), (lengths, room) => {
        const writes = new SlicedWrites();
        const stream = new Stream();
        stream.room = room;
        const chunks = lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
        for (const chunk of chunks) {
          if (writes.takes(chunk)) writes.write(chunk, stream);
          else stream.write(chunk);
        }
        let turns = 0;
        while (writes.length > 0 && turns++ < 100) writes.drained(stream);
        expect(Buffer.compare(stream.bytes, Buffer.concat(chunks))).toBe(0);
        expect(stream.slices.every((slice) => chunks.some(({ buffer }) => buffer === slice.buffer))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
