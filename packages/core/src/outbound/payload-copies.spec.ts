import { createTestConnection } from '../testing/create-test-connection.js';

function offline(publish: object) {
  const { connection, wire } = (() => {
    const test = createTestConnection({ publish });
    void test.connection.open().catch(() => undefined);
    return test;
  })();
  const payloads = (): string[] => {
    wire.connack();
    return wire.sent.flatMap((packet) => (packet.type === 'publish' ? [Buffer.from(packet.payload).toString()] : []));
  };
  return { connection, payloads };
}

describe('payloads that wait', () => {
  it.each(['dropOldest', 'latest'] as const)(
    'are their own, also where the copy of a dropped one serves again (%s)',
    (overflow) => {
      const { connection, payloads } = offline({ overflow, capacity: 3 });
      const buffer = Buffer.from('0');
      for (let i = 0; i < 10; i++) {
        buffer.write(String(i));
        connection.publish(`t/${i}`, buffer).onSettled(() => undefined);
      }
      buffer.write('x');
      expect(payloads()).toEqual(['7', '8', '9']);
    },
  );

  it('of other lengths do not share', () => {
    const { connection, payloads } = offline({ overflow: 'dropOldest', capacity: 2 });
    for (const text of ['aa', 'bbb', 'c', 'dd']) connection.publish('t', Buffer.from(text)).onSettled(() => undefined);
    expect(payloads()).toEqual(['c', 'dd']);
  });
});

describe('senders that wait for room', () => {
  it('hold no more than a quarter of what the outbox may hold, beside the one that may always wait', () => {
    const { connection } = offline({ overflow: 'block', maxBytes: 1_000 });
    const failed: number[] = [];
    const publish = (number: number, size: number) =>
      connection.publish('t', Buffer.alloc(size - 1)).onSettled(({ status }) => {
        if (status === 'failed') failed.push(number);
      });
    publish(0, 900);
    publish(1, 500);
    publish(2, 100);
    expect(failed).toEqual([2]);
    const small = offline({ overflow: 'block', maxBytes: 1_000 });
    for (let i = 0; i < 8; i++) {
      small.connection.publish('t', Buffer.alloc(i === 0 ? 999 : 49)).onSettled(({ status }) => {
        if (status === 'failed') failed.push(i);
      });
    }
    expect(failed).toEqual([2, 6, 7]);
  });
});
