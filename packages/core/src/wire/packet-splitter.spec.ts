import fc from 'fast-check';
import { hex } from '../../test/support/packets.js';
import { caught } from '../../test/topics/caught.js';
import { PacketSplitter } from './packet-splitter.js';

const UNLIMITED = 2 ** 28 + 5;

interface Found {
  readonly first: number;
  readonly body: Uint8Array;
}

/** A packet, put together without the library. */
function packet({ first, body }: Found): Uint8Array {
  const header = [first];
  let rest = body.length;
  do {
    header.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from(header), body]);
}

function splitterInto(found: Found[], maximumPacketSize = UNLIMITED): PacketSplitter {
  return new PacketSplitter(maximumPacketSize, (first, bytes, start, end) => {
    found.push({ first, body: bytes.subarray(start, end) });
  });
}

/** What comes out of these chunks; looked at in the end, since what was handed on must stay as it was. */
function split(chunks: readonly Uint8Array[]): string[] {
  const found: Found[] = [];
  const splitter = splitterInto(found);
  for (const chunk of chunks) splitter.push(chunk);
  return found.map(describePacket);
}

function describePacket({ first, body }: Found): string {
  return `${String(first)} ${Buffer.from(body).toString('hex')}`;
}

/** The bytes in pieces that end at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const anyBody = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 12 }) },
  // Around the places where a length takes one more byte.
  fc
    .tuple(fc.constantFrom(126, 127, 128, 129, 16_383, 16_384), fc.nat(255))
    .map(([size, fill]) => new Uint8Array(size).fill(fill)),
);
const packets = fc.array(fc.record({ first: fc.nat(255), body: anyBody }), { maxLength: 8 });
const shortPackets = fc.array(fc.record({ first: fc.nat(255), body: fc.uint8Array({ maxLength: 9 }) }), {
  maxLength: 5,
});

describe('PacketSplitter', () => {
  it('finds the same packets, wherever the stream is cut', () => {
    fc.assert(
      fc.property(packets, fc.array(fc.nat(), { maxLength: 12 }), (list, places) => {
        const stream = Buffer.concat(list.map(packet));
        expect(split(cut(stream, places))).toEqual(list.map(describePacket));
      }),
      { numRuns: 300 },
    );
  });

  it('finds the same packets, cut at every single place and at all of them', () => {
    fc.assert(
      fc.property(shortPackets, (list) => {
        const stream = Buffer.concat(list.map(packet));
        const expected = list.map(describePacket);
        for (let place = 0; place <= stream.length; place++) expect(split(cut(stream, [place]))).toEqual(expected);
        expect(split([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it.each([1, 2, 3, 4, 5])('finds a packet whose length takes four bytes, cut behind byte %i', (place) => {
    const large = { first: 0x30, body: new Uint8Array(2_097_152).fill(7) };
    const stream = Buffer.concat([packet(large), hex('d000')]);
    const found: Found[] = [];
    const splitter = splitterInto(found);
    for (const chunk of cut(stream, [place])) splitter.push(chunk);
    expect(found.map(({ first, body }) => [first, body.length])).toEqual([
      [0x30, 2_097_152],
      [0xd0, 0],
    ]);
    expect(Buffer.compare(found[0]!.body, large.body)).toBe(0);
  });

  it('hands on a whole packet where it lies', () => {
    const chunk = hex('4002 0001 3004 0001 6178');
    const seen: unknown[] = [];
    new PacketSplitter(UNLIMITED, (first, bytes, start, end) => {
      expect(bytes).toBe(chunk);
      seen.push([first, start, end]);
    }).push(chunk);
    expect(seen).toEqual([
      [0x40, 2, 4],
      [0x30, 6, 10],
    ]);
  });

  it('lets out what its handler throws, whether the packet was whole or in pieces', () => {
    const problem = new Error('no');
    const chunks = [[hex('d000')], [hex('d0'), hex('00')], [hex('4002 00'), hex('01')]];
    for (const pieces of chunks) {
      const splitter = new PacketSplitter(UNLIMITED, () => {
        throw problem;
      });
      expect(caught(() => pieces.forEach((piece) => splitter.push(piece)))).toBe(problem);
    }
  });
});

describe('the length of a packet', () => {
  it.each([
    ['five bytes', '30 ffffffff 01'],
    ['five bytes for a small number', '30 80808080 00'],
    ['two bytes for what fits into one', '30 8700'],
    ['two bytes for 0', 'd0 8000'],
    ['four bytes for what fits into three', '30 ffffff00'],
  ])('of %s is refused, wherever it is cut', (_, bytes) => {
    const stream = hex(`4002 0001 ${bytes} 0000`);
    for (let place = 0; place <= stream.length; place++) {
      for (const pieces of [cut(stream, [place]), [...stream].map((byte) => Uint8Array.of(byte))]) {
        const found: Found[] = [];
        const splitter = splitterInto(found);
        const error = caught(() => pieces.forEach((piece) => splitter.push(piece)));
        expect(error).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x81 });
        expect(found.map(describePacket)).toEqual(['64 0001']);
      }
    }
  });

  it.each([
    ['1 byte', 12, 13],
    ['2 bytes', 130, 131],
    ['3 bytes', 16_388, 16_389],
  ])('of %s may make a packet as large as announced, and not larger', (_, size, tooLarge) => {
    const lengthBytes = size < 128 ? 1 : size < 16_384 ? 2 : 3;
    const bodyOf = (whole: number): Found => ({ first: 0x30, body: new Uint8Array(whole - 1 - lengthBytes) });
    const found: Found[] = [];
    splitterInto(found, size).push(packet(bodyOf(size)));
    expect(found).toHaveLength(1);
    const error = caught(() => splitterInto(found, size).push(packet(bodyOf(tooLarge))));
    expect(error).toMatchObject({ code: 'ERR_MQTT_PROTOCOL', reasonCode: 0x95 });
    expect(found).toHaveLength(1);
  });

  it('is judged as soon as it is known, before room is made for the packet', () => {
    const header = hex('30 ffffff7f');
    for (let place = 0; place < header.length; place++) {
      const splitter = splitterInto([], 1024);
      const sizes = allocations(() => {
        splitter.push(header.subarray(0, place));
        const error = caught(() => splitter.push(header.subarray(place)));
        expect(error).toMatchObject({ reasonCode: 0x95 });
      });
      expect(Math.max(0, ...sizes)).toBeLessThan(1024);
    }
  });
});

describe('stop()', () => {
  it.each([
    ['whole', [hex('c000 d000 d000')]],
    ['in pieces', [hex('c0'), hex('00 d000 d000')]],
    ['followed by other chunks', [hex('c000'), hex('d000'), hex('d0'), hex('00')]],
  ])('in the handler of a packet %s ends it there', (_, chunks) => {
    const types: number[] = [];
    const splitter: PacketSplitter = new PacketSplitter(UNLIMITED, (first) => {
      types.push(first);
      splitter.stop();
    });
    for (const chunk of chunks) splitter.push(chunk);
    expect(types).toEqual([0xc0]);
  });

  it.each(['40', '4002', '4002 00', '40 82'])('between chunks forgets the beginning %j of a packet', (beginning) => {
    const found: Found[] = [];
    const splitter = splitterInto(found);
    splitter.push(hex(beginning));
    splitter.stop();
    splitter.push(hex('02 0001 4002 0001 d000'));
    splitter.push(hex('d000'));
    expect(found).toEqual([]);
  });

  it('makes the splitter deaf to malformed bytes too', () => {
    const splitter = splitterInto([]);
    splitter.push(hex('30 ffff'));
    splitter.stop();
    splitter.push(hex('ffff ff'));
    splitter.push(hex('30 ffffffff 01'));
  });
});

describe('the cost of a packet of 16 MB', () => {
  it.each([65_536, 1_460, 16])('is one copy of it, in chunks of %i bytes', (chunkSize) => {
    expect(copied(16 * 1024 * 1024, chunkSize)).toBeLessThan(16 * 1024 * 1024 + 64);
  });

  it('is one copy of it, byte by byte (1 MB)', () => {
    expect(copied(1024 * 1024, 1)).toBeLessThan(1024 * 1024 + 64);
  });

  it('is no copy at all when it comes whole', () => {
    expect(copied(16 * 1024 * 1024, UNLIMITED)).toBe(0);
  });
});

/** How many bytes are copied while a packet of that size arrives in such chunks. */
function copied(size: number, chunkSize: number): number {
  const stream = packet({ first: 0x30, body: new Uint8Array(size) });
  const found: Found[] = [];
  const splitter = splitterInto(found);
  const total = watchCopies(() => {
    for (let offset = 0; offset < stream.length; offset += chunkSize) {
      splitter.push(stream.subarray(offset, offset + chunkSize));
    }
  });
  expect(found).toHaveLength(1);
  expect(found[0]?.body).toHaveLength(size);
  return total;
}

/** Counts the bytes that go through the two methods of typed arrays that copy. */
function watchCopies(run: () => void): number {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const { set, slice } = prototype;
  let total = 0;
  prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number) {
    total += source.length;
    set.call(this, source, offset);
  };
  prototype.slice = function (this: Uint8Array, from?: number, to?: number) {
    const part = slice.call(this, from, to);
    total += part.length;
    return part;
  };
  try {
    run();
  } finally {
    Object.assign(prototype, { set, slice });
  }
  return total;
}

/** The sizes of the arrays that are made while something runs. */
function allocations(run: () => void): number[] {
  const sizes: number[] = [];
  const Original = globalThis.Uint8Array;
  globalThis.Uint8Array = new Proxy(Original, {
    construct(target, args: unknown[], newTarget) {
      if (typeof args[0] === 'number') sizes.push(args[0]);
      return Reflect.construct(target, args, newTarget) as object;
    },
  });
  try {
    run();
  } finally {
    globalThis.Uint8Array = Original;
  }
  return sizes;
}
