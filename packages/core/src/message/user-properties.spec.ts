import fc from 'fast-check';
import { PacketReader } from '../wire/codec/packet-reader.js';
import { PacketWriter } from '../wire/codec/packet-writer.js';
import { encodeProperties, propertiesLength } from '../wire/codec/properties-encoder.js';
import { readProperties } from '../wire/codec/properties-decoder.js';
import { createTestConnection } from '../testing/index.js';
import type { UserProperty } from './publish-properties.js';

const name = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'a', 'b'),
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0')),
);
const pairs = fc.array(fc.tuple(name, name), { maxLength: 12 });

/** What an innocent object looks like, to see whether anybody has touched all objects. */
function innocence(): unknown {
  return [
    Object.getOwnPropertyNames(Object.prototype),
    Object.getOwnPropertyNames(Array.prototype),
    ({} as Record<string, unknown>)['a'],
  ];
}

describe('user properties', () => {
  it('keep order, repeats and odd names on the wire, in and out, and pollute nothing', () => {
    const before = innocence();
    fc.assert(
      fc.property(pairs, (userProperties) => {
        const chunks: Uint8Array[] = [];
        const writer = new PacketWriter({ write: (bytes) => void chunks.push(bytes), scheduleFlush: () => undefined });
        const length = propertiesLength({ userProperties });
        writer.reserve(length + 5);
        writer.variableInteger(length);
        encodeProperties({ userProperties }, writer);
        writer.flush();
        const bytes = Buffer.concat(chunks);
        for (const owner of ['publish', 'connack', 'ack', 'disconnect', 'auth'] as const) {
          expect(readProperties(new PacketReader(bytes, 0, bytes.length), owner).userProperties ?? []).toEqual(
            userProperties,
          );
        }
      }),
    );
    expect(innocence()).toEqual(before);
  });

  it('keep them through publish() and through a subscription', () => {
    const before = innocence();
    fc.assert(
      fc.property(pairs, (userProperties) => {
        const test = createTestConnection();
        const received: (readonly UserProperty[] | undefined)[] = [];
        void test.connection.open();
        test.wire.connack({ properties: { userProperties } });
        expect(test.connection.negotiated?.userProperties).toEqual(userProperties);
        test.connection.subscribe('a', {}, ({ properties }) => void received.push(properties.userProperties));
        test.connection.publish('a', '', { properties: { userProperties } });
        test.clock.advance();
        test.wire.message({ topic: 'a', properties: { userProperties } });
        expect(received).toEqual([userProperties]);
        expect(test.wire.sent.find(({ type }) => type === 'publish')).toMatchObject({ properties: { userProperties } });
      }),
      { numRuns: 50 },
    );
    expect(innocence()).toEqual(before);
  });

  it('are copied: what the caller changes later changes nothing', () => {
    const test = createTestConnection();
    const mine: [string, string][] = [['a', '1']];
    test.connection.publish('a', '', { properties: { userProperties: mine } });
    mine[0]![1] = '2';
    mine.push(['b', '3']);
    void test.connection.open();
    test.wire.connack();
    expect(test.wire.sent).toMatchObject([{ properties: { userProperties: [['a', '1']] } }]);
  });
});
