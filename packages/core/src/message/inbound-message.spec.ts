import { UnsupportedError } from '../errors/connection-errors.js';
import { createTestConnection } from '../testing/index.js';
import type { QoS } from './mqtt-message.js';
import { type Acknowledger, InboundMessage, type PropertiesSource } from './inbound-message.js';

const packet = new TextEncoder().encode('the packet');

function message(source: PropertiesSource = () => ({}), bytes: Uint8Array | undefined = packet): InboundMessage {
  return new InboundMessage('a/b', packet.subarray(4), 1, true, true, 7, 3, [3, 4], bytes, 5, source);
}

function recorder(canRefuse = true): {
  readonly acknowledger: { -readonly [Name in keyof Acknowledger]: Acknowledger[Name] };
  readonly settled: number[];
} {
  const settled: number[] = [];
  return { acknowledger: { canRefuse, isSettled: false, settle: (code) => settled.push(code) }, settled };
}

describe('the properties of a received message', () => {
  it('are decoded when somebody looks, and once', () => {
    const source = jest.fn(() => ({ contentType: 'text/plain' }));
    const received = message(source);
    expect(source).not.toHaveBeenCalled();
    expect(received.properties).toEqual({ contentType: 'text/plain' });
    expect(received.properties).toBe(received.properties);
    expect(source.mock.calls).toEqual([[packet, 5]]);
  });

  it('are none, and frozen, when the packet has none', () => {
    const source = jest.fn(() => ({}));
    const received = new InboundMessage('a', packet, 0, false, false, 0, 0, undefined, undefined, 0, source);
    expect(received.properties).toEqual({});
    expect(Object.isFrozen(received.properties)).toBe(true);
    expect(source).not.toHaveBeenCalled();
  });
});

describe('the same message for one more observer', () => {
  it('is equal in everything, whether its properties were looked at or not', () => {
    for (const look of [true, false]) {
      const source = jest.fn(() => ({ contentType: 'text/plain' }));
      const original = message(source);
      if (look) expect(original.properties).toBeDefined();
      const copy = original.withAcknowledger(recorder().acknowledger);
      expect(copy).toMatchObject({
        topic: 'a/b',
        qos: 1,
        retain: true,
        dup: true,
        packetId: 7,
        subscriptionId: 3,
        subscriptionIds: [3, 4],
      });
      expect(copy.payload).toBe(original.payload);
      expect(copy.properties).toEqual({ contentType: 'text/plain' });
      expect(original.properties).toEqual({ contentType: 'text/plain' });
    }
  });

  it('is acknowledged by itself', () => {
    const [mine, yours] = [recorder(), recorder()];
    const original = message();
    const first = original.withAcknowledger(mine.acknowledger);
    original.withAcknowledger(yours.acknowledger);
    first.ack();
    expect(mine.settled).toEqual([0]);
    expect(yours.settled).toEqual([]);
    original.ack();
    expect(mine.settled).toEqual([0]);
    expect(yours.settled).toEqual([]);
  });
});

describe('a copy with more properties, as an operator makes it', () => {
  const copyOf = (original: InboundMessage): InboundMessage =>
    Object.assign(Object.create(Object.getPrototypeOf(original) as object) as InboundMessage, original, { more: 1 });

  it('has the properties of the message, decoded once for each', () => {
    const source = jest.fn(() => ({ contentType: 'text/plain' }));
    const original = message(source);
    const copy = copyOf(original);
    expect(copy.properties).toEqual({ contentType: 'text/plain' });
    expect(copy.properties).toBe(copy.properties);
    expect(original.properties).toEqual(copy.properties);
    expect(source).toHaveBeenCalledTimes(2);
    expect(copyOf(original).properties).toBe(original.properties);
    expect(source).toHaveBeenCalledTimes(2);
  });

  it('is acknowledged as the message is', () => {
    const { acknowledger, settled } = recorder();
    const original = message().withAcknowledger(acknowledger);
    const copy = copyOf(original);
    copy.ack();
    expect(settled).toEqual([0]);
    acknowledger.isSettled = true;
    expect([copy.awaitsAck, original.awaitsAck]).toEqual([false, false]);
  });
});

describe('whether it waits for an acknowledgement', () => {
  it('is no for a message that is acknowledged by the library', () => {
    expect(message().awaitsAck).toBe(false);
  });

  it('is yes until it is settled', () => {
    const acknowledger = { canRefuse: true, isSettled: false, settle: () => undefined };
    const received = message().withAcknowledger(acknowledger);
    expect(received.awaitsAck).toBe(true);
    acknowledger.isSettled = true;
    expect(received.awaitsAck).toBe(false);
  });
});

describe('ack and nack', () => {
  it('do nothing for a message that is acknowledged by the library', () => {
    const received = message();
    received.ack();
    received.nack();
    received.nack(3);
  });

  it('settle with their code', () => {
    const { acknowledger, settled } = recorder();
    const received = message().withAcknowledger(acknowledger);
    received.ack();
    received.nack();
    received.nack(0x99);
    expect(settled).toEqual([0, 0x80, 0x99]);
  });

  it.each([0, 0x10, 0x7f, 0x100, 128.5, Number.NaN, Infinity, '0x80' as never])(
    'refuse %p as a negative code',
    (code) => {
      const { acknowledger, settled } = recorder();
      expect(() => message().withAcknowledger(acknowledger).nack(code)).toThrow(RangeError);
      expect(settled).toEqual([]);
    },
  );

  // [MQTT-3.4.2-1], [MQTT-3.5.2-1]: a PUBACK or PUBREC with another code is itself a protocol error.
  it.each([0x81, 0x82, 0x84, 0x8e, 0x92, 0xff])('refuse %d, which no PUBACK and no PUBREC may carry', (code) => {
    const { acknowledger, settled } = recorder();
    expect(() => message().withAcknowledger(acknowledger).nack(code)).toThrow(RangeError);
    expect(settled).toEqual([]);
  });

  it.each([0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99])('take %d, which PUBACK and PUBREC may carry', (code) => {
    const { acknowledger, settled } = recorder();
    message().withAcknowledger(acknowledger).nack(code);
    expect(settled).toEqual([code]);
  });

  it('know no negative acknowledgement on MQTT 3.x, and say so before anything is settled', () => {
    const { acknowledger, settled } = recorder(false);
    const received = message().withAcknowledger(acknowledger);
    expect(() => received.nack()).toThrow(UnsupportedError);
    expect(settled).toEqual([]);
    received.ack();
    expect(settled).toEqual([0]);
  });
});

describe('as data', () => {
  const FIELDS = [
    'topic',
    'payload',
    'qos',
    'retain',
    'dup',
    'packetId',
    'subscriptionId',
    'subscriptionIds',
    'redelivered',
  ];

  it.each([
    ['0', 'auto'],
    ['1', 'auto'],
    ['1', 'manual'],
    ['2', 'manual'],
  ] as const)('a received message of QoS %s can be cloned, for a worker (ack: %s)', (level, ack) => {
    const test = createTestConnection();
    const { connection } = test;
    const qos = Number(level) as QoS;
    const copies: unknown[] = [];
    const subscription = connection.subscribe('a', { qos, ack }, (received) => {
      copies.push(structuredClone(received));
      received.ack();
    });
    void connection.open();
    test.wire.connack();
    test.wire.suback();
    test.wire.message({ topic: 'a', payload: 'text', qos, packetId: qos });
    expect(copies).toMatchObject([{ topic: 'a', qos }]);
    expect(Buffer.from((copies[0] as InboundMessage).payload).toString()).toBe('text');
    void subscription.unsubscribe();
  });

  it('has no packet and no more than its fields, whether its properties were looked at or not', () => {
    for (const look of [true, false]) {
      const received = message(() => ({ contentType: 'text/plain' }));
      if (look) expect(received.properties).toBeDefined();
      expect(Object.keys(received)).toEqual(FIELDS);
      const json = JSON.parse(JSON.stringify(received)) as object;
      expect(Object.keys(json).filter((key) => !FIELDS.includes(key))).toEqual([]);
    }
  });
});
