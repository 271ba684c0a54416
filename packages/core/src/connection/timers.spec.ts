import { createTestConnection, type TestConnection } from '../testing/index.js';

/** What timers can wait; a longer one fires at once. */
const LONGEST = 2 ** 31 - 1;

function watched(
  options: Parameters<typeof createTestConnection>[0] = {},
): TestConnection & { readonly delays: number[] } {
  const test = createTestConnection(options);
  const delays: number[] = [];
  const { clock } = test;
  const { setTimeout } = clock;
  jest.spyOn(clock, 'setTimeout').mockImplementation((callback, delay) => {
    delays.push(delay);
    return setTimeout.call(clock, callback, delay);
  });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return Object.assign(Object.create(test) as TestConnection, { delays });
}

const tooLong = (delays: readonly number[]): readonly number[] =>
  delays.filter((delay) => !(delay >= 0 && delay <= LONGEST));

describe('no timer is set for longer than timers can wait', () => {
  it('by an expiry of 136 years', () => {
    const test = watched();
    test.wires[0]!.cut();
    test.connection.publish('a', 'x', { properties: { messageExpiryInterval: 0xffff_ffff } });
    expect(tooLong(test.delays)).toEqual([]);
  });

  it('by a maximum age', () => {
    const test = watched({ publish: { maxAge: 2 ** 40 } });
    test.wires[0]!.cut();
    test.connection.publish('a', 'x');
    expect(tooLong(test.delays)).toEqual([]);
  });

  it('by ackTimeout', () => {
    const test = watched({ receive: { ackTimeout: 2 ** 40 } });
    test.connection.subscribe('a', { ack: 'manual' }, () => {});
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    expect(tooLong(test.delays)).toEqual([]);
  });

  it.each([Infinity, 2 ** 31, Number.NaN])('by a deadline of drain() of %d', (deadline) => {
    const test = watched();
    test.connection.publish('a', 'x', { qos: 1 });
    test.connection.drain({ deadline }).catch(() => {});
    expect(tooLong(test.delays)).toEqual([]);
  });
});
