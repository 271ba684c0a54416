import fc from 'fast-check';
import { encodeAck } from './ack-codec.js';
import { PacketWriter } from './packet-writer.js';
import { encodePublish } from './publish-encoder.js';
import { encodeSubscribe } from './subscribe-encoder.js';

type Write = (writer: PacketWriter) => void;

/** What a writer handed on, and how it looked then. */
class Recorder {
  readonly writes: Uint8Array[] = [];
  readonly copies: Buffer[] = [];
  scheduled = 0;
  readonly writer = new PacketWriter({
    write: (bytes) => {
      this.writes.push(bytes);
      this.copies.push(Buffer.from(bytes));
    },
    scheduleFlush: () => {
      this.scheduled++;
    },
  });

  get bytes(): Buffer {
    return Buffer.concat(this.writes);
  }
}

function alone(write: Write): Buffer {
  const recorder = new Recorder();
  write(recorder.writer);
  recorder.writer.flush();
  return recorder.bytes;
}

function publish(payload: string | Uint8Array, version: 4 | 5 = 5): Write {
  const payloadLength = Buffer.byteLength(payload);
  const properties = version === 5 ? { contentType: 'ä', userProperties: [['a', 'b']] as const } : undefined;
  const packet = { topic: 't/ö', topicLength: 4, payload, payloadLength, qos: 1, retain: false, properties } as const;
  return (writer) => {
    encodePublish(packet, 0x0102, false, version, writer);
  };
}

const size = fc.oneof(
  fc.nat(200),
  fc.constantFrom(16_383, 16_384, 16_385, 30_000, 65_500, 65_535, 65_536, 70_000, 131_072),
);
const packet: fc.Arbitrary<Write> = fc.oneof(
  fc
    .tuple(size, fc.boolean(), fc.nat(255))
    .map(([length, isText, fill]) => publish(isText ? 'ä'.repeat(length >> 1) : new Uint8Array(length).fill(fill))),
  fc.integer({ min: 1, max: 0xffff }).map(
    (id): Write =>
      (writer) => {
        encodeAck(4, id, 0, writer);
      },
  ),
  fc.nat(60_000).map(
    (length): Write =>
      (writer) => {
        const filter = {
          filter: 'f'.repeat(length + 1),
          qos: 1,
          noLocal: false,
          retainAsPublished: false,
          retainHandling: 0,
        } as const;
        encodeSubscribe(3, [filter, filter], 4, 5, writer);
      },
  ),
);

describe('PacketWriter', () => {
  it('hands on any sequence of packets as each alone, one behind the other, and never changes it again', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: packet },
      fc.constant<Write>((writer) => writer.flush()),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const recorder = new Recorder();
        for (const write of steps) write(recorder.writer);
        recorder.writer.flush();
        // Buffer.compare, since matchers take their time over megabytes.
        expect(Buffer.compare(recorder.bytes, Buffer.concat(steps.map(alone)))).toBe(0);
        recorder.writes.forEach((bytes, i) => {
          expect(Buffer.compare(bytes, recorder.copies[i]!)).toBe(0);
        });
      }),
      { numRuns: 150 },
    );
  });

  it.each([65_534, 65_535, 65_536, 65_537])('crosses the end of its slab with a first batch of %i bytes', (first) => {
    const recorder = new Recorder();
    const acks = Math.floor(first / 4);
    const ack =
      (id: number): Write =>
      (writer) => {
        encodeAck(4, id, 0, writer);
      };
    // Acks take four bytes, or five with a reason code; together they fill the slab to the byte.
    const steps: Write[] = Array.from({ length: acks - 3 }, (_, i) => ack(i + 1));
    for (let rest = first - (acks - 3) * 4; rest > 0; rest -= rest % 4 === 0 ? 4 : 5) {
      const code = rest % 4 === 0 ? 0 : 0x80;
      steps.push((writer) => {
        encodeAck(4, 7, code, writer);
      });
    }
    steps.push(ack(8), ack(9));
    for (const write of steps) write(recorder.writer);
    recorder.writer.flush();
    expect(Buffer.compare(recorder.bytes, Buffer.concat(steps.map(alone)))).toBe(0);
    expect(recorder.writes).toHaveLength(2);
  });

  it('makes one write of what is written between two flushes', () => {
    const recorder = new Recorder();
    for (let i = 0; i < 100; i++) publish('x')(recorder.writer);
    expect(recorder.writes).toHaveLength(0);
    recorder.writer.flush();
    recorder.writer.flush();
    expect(recorder.writes).toHaveLength(1);
  });

  it('asks once for a flush, and again after it', () => {
    const recorder = new Recorder();
    for (let i = 0; i < 3; i++) publish('x')(recorder.writer);
    expect(recorder.scheduled).toBe(1);
    recorder.writer.flush();
    expect(recorder.scheduled).toBe(1);
    publish('x')(recorder.writer);
    expect(recorder.scheduled).toBe(2);
  });

  it('hands on payloads of 16 KiB and more as they are, behind what was written before', () => {
    const recorder = new Recorder();
    const small = new Uint8Array(16_383).fill(1);
    const large = new Uint8Array(16_384).fill(2);
    const last = new Uint8Array(100_000).fill(3);
    for (const payload of [small, large, last, small]) publish(payload, 4)(recorder.writer);
    recorder.writer.flush();
    expect(recorder.writes.map((bytes) => [small, large, last].indexOf(bytes as Uint8Array<ArrayBuffer>))).toEqual([
      -1, 1, -1, 2, -1,
    ]);
    expect(
      Buffer.compare(
        recorder.bytes,
        Buffer.concat([small, large, last, small].map((payload) => alone(publish(payload, 4)))),
      ),
    ).toBe(0);
  });

  it('copies small payloads, so that their owner may go on using them', () => {
    const recorder = new Recorder();
    const payload = new Uint8Array(1_000).fill(1);
    publish(payload, 4)(recorder.writer);
    payload.fill(2);
    recorder.writer.flush();
    expect(recorder.bytes.subarray(-1_000).every((byte) => byte === 1)).toBe(true);
  });

  it('takes a text larger than its slab', () => {
    const whole = alone(publish('ä'.repeat(100_000), 4));
    expect(whole.subarray(-200_000).toString()).toBe('ä'.repeat(100_000));
  });
});
