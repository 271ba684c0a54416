import fc from 'fast-check';
import { describePacket } from './packet-info.js';

function described(first: number, body: readonly number[], version: 3 | 4 | 5 = 5): unknown {
  const bytes = Uint8Array.from([first, body.length, ...body]);
  return describePacket('in', version, {
    first,
    bytes,
    bodyStart: 2,
    end: bytes.length,
    bodySize: body.length,
    size: bytes.length,
  });
}

describe('describePacket', () => {
  it.each<[string, number, number[], 4 | 5, object]>([
    ['CONNACK', 0x20, [1, 0, 0], 5, { type: 'connack', sessionPresent: true, reasonCode: 0 }],
    ['CONNACK of 3.1.1', 0x20, [0, 5], 4, { type: 'connack', sessionPresent: false, reasonCode: 5 }],
    [
      'PUBLISH',
      0x3b,
      [0, 1, 0x61, 0, 7, 0, 1, 2, 3],
      5,
      { type: 'publish', topic: 'a', qos: 1, retain: true, dup: true, packetId: 7, payloadSize: 3 },
    ],
    [
      'PUBLISH of 3.1.1',
      0x30,
      [0, 1, 0x61, 1, 2, 3],
      4,
      { type: 'publish', topic: 'a', qos: 0, retain: false, dup: false, payloadSize: 3 },
    ],
    ['PUBACK, short', 0x40, [0, 9], 5, { type: 'puback', packetId: 9, reasonCode: 0 }],
    ['PUBREC', 0x50, [0, 9, 0x97, 0], 5, { type: 'pubrec', packetId: 9, reasonCode: 0x97 }],
    [
      'SUBSCRIBE',
      0x82,
      [0, 1, 2, 0x0b, 4, 0, 1, 0x61, 1, 0, 1, 0x62, 2],
      5,
      { type: 'subscribe', packetId: 1, filters: ['a', 'b'] },
    ],
    ['UNSUBSCRIBE of 3.1.1', 0xa2, [0, 1, 0, 1, 0x61], 4, { type: 'unsubscribe', packetId: 1, filters: ['a'] }],
    ['SUBACK', 0x90, [0, 1, 0, 0, 0x80], 5, { type: 'suback', packetId: 1, reasonCodes: [0, 0x80] }],
    ['UNSUBACK of 3.1.1', 0xb0, [0, 1], 4, { type: 'unsuback', packetId: 1 }],
    ['PINGREQ', 0xc0, [], 5, { type: 'pingreq' }],
    ['DISCONNECT', 0xe0, [0x8b], 5, { type: 'disconnect', reasonCode: 0x8b }],
    ['DISCONNECT of 3.1.1', 0xe0, [], 4, { type: 'disconnect' }],
    ['AUTH', 0xf0, [0x18, 0], 5, { type: 'auth', reasonCode: 0x18 }],
  ])('tells what %s is about', (_, first, body, version, expected) => {
    expect(described(first, body, version)).toEqual({
      direction: 'in',
      size: body.length + 2,
      retain: undefined,
      dup: undefined,
      ...expected,
    });
  });

  it('takes whatever comes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }),
        fc.constantFrom(3, 4, 5),
        (first, body, version) => {
          expect(described(first, body, version)).toMatchObject({ direction: 'in', size: body.length + 2 });
        },
      ),
    );
  });
});
