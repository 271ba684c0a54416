import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { filter } from '../../../test/topics/arbitraries.js';
import { hex } from '../../../test/support/packets.js';
import { PacketWriter } from './packet-writer.js';
import {
  encodeSubscribe,
  encodeUnsubscribe,
  type SubscribeFilter,
  subscribeFilterLength,
} from './subscribe-encoder.js';

function written(write: (writer: PacketWriter) => void): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new PacketWriter({ write: (bytes) => chunks.push(bytes), scheduleFlush: () => undefined });
  write(writer);
  writer.flush();
  return Buffer.concat(chunks);
}

function parse(bytes: Buffer, protocolVersion: number): unknown[] {
  const read: unknown[] = [];
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (packet) => read.push(packet));
  parser.on('error', (error) => read.push(error));
  parser.parse(bytes);
  return read;
}

const packetId = fc.integer({ min: 1, max: 0xffff });
const filters: fc.Arbitrary<SubscribeFilter[]> = fc.array(
  fc.record({
    filter,
    qos: fc.constantFrom(0, 1, 2),
    noLocal: fc.boolean(),
    retainAsPublished: fc.boolean(),
    retainHandling: fc.constantFrom(0, 1, 2),
  }),
  { minLength: 1, maxLength: 20 },
);

describe('encodeSubscribe', () => {
  it('writes what mqtt-packet reads, on MQTT 5', () => {
    // 0 is none; around the places where an identifier takes one more byte.
    const subscriptionId = fc.constantFrom(0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455);
    fc.assert(
      fc.property(packetId, filters, subscriptionId, (messageId, list, id) => {
        const bytes = written((writer) => {
          encodeSubscribe(messageId, list, id, 5, writer);
        });
        expect(parse(bytes, 5)).toEqual([
          expect.objectContaining({
            cmd: 'subscribe',
            messageId,
            subscriptions: list.map(
              ({ filter: topic, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh }) => ({
                topic,
                qos,
                nl,
                rap,
                rh,
              }),
            ),
            ...(id === 0 ? {} : { properties: { subscriptionIdentifier: id } }),
          }),
        ]);
      }),
    );
  });

  it.each([3, 4] as const)('leaves out what MQTT version %i does not know', (version) => {
    const all = { filter: 'a/ü', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const;
    const bytes = written((writer) => {
      encodeSubscribe(0x0102, [all, { ...all, filter: '#', qos: 0 }], 77, version, writer);
    });
    expect(bytes).toEqual(hex('82 0d 0102 0004 612fc3bc 02 0001 23 00'));
  });

  it('takes the longest filter', () => {
    const longest = 'ä'.repeat(32_767) + 'b';
    const bytes = written((writer) => {
      encodeSubscribe(
        1,
        [{ filter: longest, qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 }],
        0,
        5,
        writer,
      );
    });
    expect(parse(bytes, 5)).toEqual([
      expect.objectContaining({ subscriptions: [expect.objectContaining({ topic: longest })] }),
    ]);
  });
});

describe('encodeUnsubscribe', () => {
  it.each([3, 4, 5] as const)('writes what mqtt-packet reads, on MQTT version %i', (version) => {
    fc.assert(
      fc.property(packetId, fc.array(filter, { minLength: 1, maxLength: 20 }), (messageId, unsubscriptions) => {
        const bytes = written((writer) => {
          encodeUnsubscribe(messageId, unsubscriptions, version, writer);
        });
        expect(parse(bytes, version)).toEqual([
          expect.objectContaining({ cmd: 'unsubscribe', messageId, unsubscriptions }),
        ]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('subscribeFilterLength', () => {
  it('is what one more filter adds', () => {
    fc.assert(
      fc.property(filters, filter, (list, more) => {
        const options = { qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
        const bodyOf = (all: readonly SubscribeFilter[]): number => {
          const bytes = written((writer) => {
            encodeSubscribe(1, all, 0, 4, writer);
          });
          return bytes.length - (bytes[1]! < 128 ? 2 : 3);
        };
        expect(bodyOf([...list, { ...options, filter: more }]) - bodyOf(list)).toBe(subscribeFilterLength(more));
      }),
      { numRuns: 50 },
    );
  });
});
