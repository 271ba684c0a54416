import fc from 'fast-check';
import type { Negotiated } from '../connection/negotiated.js';
import { VirtualClock } from '../testing/index.js';
import { encodePublish } from '../wire/codec/publish-encoder.js';
import { PacketWriter } from '../wire/codec/packet-writer.js';
import { MessageAcceptor } from './accept-message.js';
import type { Payload, PublishOptions } from './publish-options.js';
import { limitExceeded } from './server-limits.js';

const GENEROUS: Negotiated = {
  protocolVersion: 5,
  clientId: 'me',
  sessionPresent: false,
  keepalive: 60,
  sessionExpiry: 0,
  receiveMaximum: 65_535,
  maximumPacketSize: 268_435_460,
  maximumQoS: 2,
  retainAvailable: true,
  wildcardSubscriptionAvailable: true,
  subscriptionIdentifiersAvailable: true,
  sharedSubscriptionAvailable: true,
  responseInformation: undefined,
  reasonString: undefined,
  userProperties: [],
};

function exceeds(
  limits: Partial<Negotiated>,
  options: PublishOptions = {},
  payload: Payload = 'x',
): string | undefined {
  return limitExceeded(new MessageAcceptor().accept('a', payload, options), { ...GENEROUS, ...limits })?.field;
}

/** The bytes that the message really takes. */
function encodedSize(topic: string, payload: Payload, options: PublishOptions, version: 3 | 4 | 5): number {
  const clock = new VirtualClock();
  let size = 0;
  const writer = new PacketWriter({
    write: (bytes: Uint8Array) => {
      size += bytes.length;
    },
    scheduleFlush: () => clock.defer(() => writer.flush()),
  });
  encodePublish(new MessageAcceptor().accept(topic, payload, options), 1, false, version, writer);
  clock.advance();
  return size;
}

describe('limitExceeded', () => {
  it.each([
    [0, 0, undefined],
    [0, 1, 'qos'],
    [0, 2, 'qos'],
    [1, 1, undefined],
    [1, 2, 'qos'],
    [2, 2, undefined],
  ] as const)('with maximum QoS %d answers QoS %d with %p', (maximumQoS, qos, expected) => {
    expect(exceeds({ maximumQoS }, { qos })).toBe(expected);
  });

  it.each([
    [true, true, undefined],
    [true, false, undefined],
    [false, false, undefined],
    [false, true, 'retain'],
  ] as const)(
    'with retained messages available: %p answers retain: %p with %p',
    (retainAvailable, retain, expected) => {
      expect(exceeds({ retainAvailable }, { retain })).toBe(expected);
    },
  );

  it('names what is wrong, and what would be right', () => {
    const message = new MessageAcceptor().accept('a/b', 'x'.repeat(100), {});
    expect(limitExceeded(message, { ...GENEROUS, maximumPacketSize: 50 })).toMatchObject({
      name: 'LimitExceededError',
      message: expect.stringMatching(/"a\/b".* size of 1\d\d bytes .*\(50\)/),
    });
  });

  it('counts the whole packet to the byte, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((value) => value.replaceAll('\0', ''));
    const properties = fc.record(
      {
        contentType: text,
        messageExpiryInterval: fc.nat(),
        correlationData: fc.uint8Array({ maxLength: 300 }),
        payloadFormatIndicator: fc.constantFrom(0 as const, 1 as const),
        userProperties: fc.array(fc.tuple(text, text), { maxLength: 4 }),
      },
      { requiredKeys: [] },
    );
    const payload = fc.oneof(
      text,
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('x'.repeat(16_384), 'x'.repeat(127), 'x'.repeat(2_000)),
    );
    fc.assert(
      fc.property(
        payload,
        fc.option(properties, { nil: undefined }),
        fc.constantFrom(0 as const, 1 as const),
        fc.constantFrom(4 as const, 5 as const),
        (body, given, qos, version) => {
          const options = given === undefined ? { qos } : { qos, properties: given };
          const size = encodedSize('a', body, options, version);
          expect(exceeds({ protocolVersion: version, maximumPacketSize: size }, options, body)).toBeUndefined();
          expect(exceeds({ protocolVersion: version, maximumPacketSize: size - 1 }, options, body)).toBe('size');
        },
      ),
    );
  });
});
