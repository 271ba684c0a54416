import fc from 'fast-check';
import type { DropEvent } from '../connection/connection.js';
import type { QoS } from '../message/mqtt-message.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { ReceiveOverflowPolicy, Subscription, SubscribeOptions } from './subscribe-options.js';

interface Subject extends TestConnection {
  readonly subscription: Subscription;
  /** Topic and payload of what the listener got, in order. */
  readonly received: string[];
  readonly drops: DropEvent[];
  readonly errors: Error[];
  /** The listener is done with its oldest message. */
  finish(count?: number): Promise<void>;
  send(payload: string, qos?: QoS, topic?: string): void;
}

async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** A listener that is done when the test says so. */
function slow(options: SubscribeOptions, connection: Parameters<typeof createTestConnection>[0] = {}): Subject {
  const test = createTestConnection({
    clientId: 'me',
    session: { clean: false },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...connection,
  });
  test.connection.open().catch(() => {});
  test.wire.connack();
  const received: string[] = [];
  const drops: DropEvent[] = [];
  const errors: Error[] = [];
  const running: (() => void)[] = [];
  let packetId = 0;
  test.connection.on('drop', (event) => drops.push(event));
  const subscription = test.connection.subscribe(
    '#',
    { qos: 2, ...options },
    {
      message: ({ topic, payload }) => {
        received.push(`${topic} ${Buffer.from(payload).toString()}`);
        return new Promise<void>((resolve) => running.push(resolve));
      },
      error: (error) => errors.push(error),
    },
  );
  test.clock.advance();
  test.wire.suback();
  return Object.assign(Object.create(test) as TestConnection, {
    subscription,
    received,
    drops,
    errors,
    finish: async (count = 1) => {
      for (let i = 0; i < count; i++) {
        running.shift()?.();
        await turn();
      }
    },
    send: (payload: string, qos: QoS = 0, topic = 'a') =>
      test.wire.message({ topic, payload, qos, packetId: qos === 0 ? 0 : ++packetId }),
  });
}

const acks = ({ wires }: TestConnection): number[] =>
  wires.at(-1)!.sent.flatMap((packet) => (packet.type === 'ack' && packet.ack !== 7 ? [packet.packetId] : []));
const payloads = ({ received }: Subject): string[] => received.map((each) => each.split(' ')[1]!);

describe('concurrency', () => {
  it('is how many messages the listener has at once; the others wait in their order, of whichever QoS', async () => {
    const subject = slow({ concurrency: 2 });
    for (const [i, qos] of ([0, 1, 2, 0, 1] as const).entries()) subject.send(String(i), qos);
    expect(payloads(subject)).toEqual(['0', '1']);
    await subject.finish();
    expect(payloads(subject)).toEqual(['0', '1', '2']);
    await subject.finish(2);
    expect(payloads(subject)).toEqual(['0', '1', '2', '3', '4']);
    await subject.finish(2);
    expect(acks(subject)).toEqual([1, 2, 3]);
  });

  it('is 64 unless told otherwise, and has no limit with Infinity', () => {
    for (const [options, expected] of [
      [{}, 64],
      [{ concurrency: Infinity }, 100],
    ] as const) {
      const subject = slow(options);
      for (let i = 0; i < 100; i++) subject.send(String(i));
      expect(subject.received).toHaveLength(expected);
    }
  });

  it('does not count a listener that returns no promise', () => {
    const test = createTestConnection();
    let count = 0;
    test.connection.subscribe('#', { concurrency: 1 }, () => {
      count++;
    });
    test.connection.open().catch(() => {});
    test.wire.connack();
    for (let i = 0; i < 10; i++) test.wire.message({ topic: 'a' });
    expect(count).toBe(10);
  });

  it('leaves what waits unacknowledged', async () => {
    const subject = slow({ concurrency: 1 });
    subject.send('0', 1);
    subject.send('1', 1);
    await subject.finish();
    expect(acks(subject)).toEqual([1]);
    await subject.finish();
    expect(acks(subject)).toEqual([1, 2]);
  });

  it('of one observer does not slow down another', () => {
    const subject = slow({ concurrency: 1 });
    const fast: string[] = [];
    subject.connection.subscribe('#', {}, ({ payload }) => void fast.push(Buffer.from(payload).toString()));
    for (let i = 0; i < 5; i++) subject.send(String(i));
    expect(payloads(subject)).toEqual(['0']);
    expect(fast).toEqual(['0', '1', '2', '3', '4']);
  });

  it('is kept by manual acknowledgement too, which is not the end of the listener', async () => {
    const subject = slow({ concurrency: 1, ack: 'manual' });
    subject.send('0', 1);
    subject.send('1', 1);
    expect(payloads(subject)).toEqual(['0']);
    await subject.finish();
    expect(payloads(subject)).toEqual(['0', '1']);
    expect(acks(subject)).toEqual([]);
  });
});

describe('QoS 0 that comes faster than it is taken', () => {
  const CASES: Readonly<Record<Exclude<ReceiveOverflowPolicy, 'error' | 'pause'>, readonly string[]>> = {
    dropOldest: ['0', '3', '4'],
    dropNewest: ['0', '1', '2'],
    latest: ['0', '4'],
  };

  it.each(Object.entries(CASES))(
    'is bounded by capacity, with %s, and every drop shows',
    async (overflow, expected) => {
      const subject = slow({ concurrency: 1, capacity: 2, overflow: overflow as ReceiveOverflowPolicy });
      for (let i = 0; i < 5; i++) subject.send(String(i));
      await subject.finish(10);
      expect(payloads(subject)).toEqual(expected);
      expect(subject.drops).toHaveLength(5 - expected.length);
      expect(subject.drops[0]).toEqual({ direction: 'in', topic: 'a', qos: 0, reason: 'overflow', error: undefined });
    },
  );

  it('keeps, with latest, the newest of each topic, and the oldest topic goes when there are too many', async () => {
    const subject = slow({ concurrency: 1, capacity: 2, overflow: 'latest' });
    subject.send('first', 0, 'x');
    for (const [payload, topic] of [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'a'],
      ['4', 'c'],
    ] as const)
      subject.send(payload, 0, topic);
    await subject.finish(10);
    expect(subject.received).toEqual(['x first', 'b 2', 'c 4']);
    expect(subject.drops.map(({ topic }) => topic)).toEqual(['a', 'a']);
  });

  it('keeps, with latest, also the newest of a topic that had to go before', async () => {
    const subject = slow({ concurrency: 1, capacity: 2, overflow: 'latest' });
    for (const topic of ['x', 'a', 'b', 'c', 'a']) subject.send(String(subject.drops.length), 0, topic);
    await subject.finish(10);
    expect(subject.received).toEqual(['x 0', 'c 0', 'a 1']);
    expect(subject.drops.map(({ topic }) => topic)).toEqual(['a', 'b']);
  });

  it('ends the subscription with error, and no other', () => {
    const subject = slow({ concurrency: 1, capacity: 1, overflow: 'error' });
    const other: string[] = [];
    subject.connection.subscribe('b', {}, ({ topic }) => void other.push(topic));
    for (let i = 0; i < 5; i++) subject.send(String(i));
    expect(subject.errors).toMatchObject([{ name: 'OverflowError' }]);
    expect(payloads(subject)).toEqual(['0']);
    subject.clock.advance();
    subject.send('x', 0, 'b');
    expect(other).toEqual(['b']);
    expect(subject.wires[0]!.sent).toContainEqual(expect.objectContaining({ type: 'unsubscribe', filters: ['#'] }));
  });

  it('stops the reading with pause, and goes on when half of it is done', async () => {
    const subject = slow({ concurrency: 1, capacity: 4, overflow: 'pause' });
    const wire = subject.wires[0]!;
    for (let i = 0; i < 4; i++) subject.send(String(i));
    expect(wire.paused).toBe(false);
    subject.send('4');
    expect(wire.paused).toBe(true);
    await subject.finish();
    expect(wire.paused).toBe(true);
    await subject.finish();
    expect(wire.paused).toBe(false);
    await subject.finish(10);
    expect(payloads(subject)).toEqual(['0', '1', '2', '3', '4']);
    expect(subject.drops).toEqual([]);
  });

  it('with pause, is read on while an answer is due, and the surplus is dropped', async () => {
    const subject = slow({ concurrency: 1, capacity: 2, overflow: 'pause' });
    const wire = subject.wires[0]!;
    const publication = subject.connection.publish('p', 'x', { qos: 1 });
    for (let i = 0; i < 5; i++) subject.send(String(i));
    expect(wire.paused).toBe(false);
    expect(subject.drops.map(({ reason }) => reason)).toEqual(['overflow', 'overflow']);
    const [packet] = wire.sent.filter(({ type }) => type === 'publish');
    wire.acknowledge(4, (packet as { packetId: number }).packetId);
    expect(publication.outcome?.status).toBe('acknowledged');
    expect(wire.paused).toBe(true);
    subject.connection.publish('p', 'x', { qos: 1 });
    expect(wire.paused).toBe(false);
  });

  it('with pause, loses nothing of what had been read already', async () => {
    const subject = slow({ concurrency: 1, capacity: 2, overflow: 'pause' });
    for (let i = 0; i < 50; i++) subject.send(String(i));
    await subject.finish(60);
    expect(subject.received).toHaveLength(50);
    expect(subject.wires[0]!.paused).toBe(false);
  });

  it('with pause, keeps nothing of what is read in the pause for the sake of keepalive: memory would have no bound', async () => {
    const subject = slow({ concurrency: 1, capacity: 2, overflow: 'pause' });
    for (let i = 0; i < 5; i++) subject.send(String(i));
    subject.clock.advance();
    for (let i = 5; i < 50; i++) subject.send(String(i));
    expect(subject.drops).toHaveLength(45);
    await subject.finish(60);
    expect(payloads(subject)).toEqual(['0', '1', '2', '3', '4']);
    // The next pause begins like the first.
    for (let i = 50; i < 55; i++) subject.send(String(i));
    expect(subject.drops).toHaveLength(45);
    expect(subject.wires[0]!.paused).toBe(true);
  });

  it('with pause, has its bound also where answers that come in between start and end the pause', () => {
    const subject = slow({ concurrency: 1, capacity: 2, overflow: 'pause' });
    const wire = subject.wires[0]!;
    for (let round = 0; round < 20; round++) {
      subject.connection.publish('p', 'x', { qos: 1 });
      for (let i = 0; i < 10; i++) subject.send(String(i));
      const packet = wire.sent.filter(({ type }) => type === 'publish').at(-1);
      wire.acknowledge(4, (packet as { packetId: number }).packetId);
      for (let i = 0; i < 10; i++) subject.send(String(i));
      subject.clock.advance();
    }
    // One runs, two wait, and once the rest of what had been read was kept.
    expect(400 - subject.drops.length).toBeLessThanOrEqual(1 + 2 + 10);
  });

  it.each(['unsubscribe', 'close', 'cut'] as const)('with pause, reads again after %s', async (what) => {
    const subject = slow({ concurrency: 1, capacity: 1, overflow: 'pause' });
    subject.send('0');
    subject.send('1');
    expect(subject.wires[0]!.paused).toBe(true);
    if (what === 'unsubscribe') {
      void subject.subscription.unsubscribe();
      expect(subject.wires[0]!.paused).toBe(false);
    } else if (what === 'close') {
      await subject.connection.close();
      expect(subject.wires[0]!.ended).toBe('ended');
    } else {
      subject.wires[0]!.cut();
      subject.clock.advance(1);
      subject.wires[1]!.connack({ sessionPresent: true });
      expect(subject.wires[1]!.paused).toBe(true);
      await subject.finish(2);
      expect(subject.wires[1]!.paused).toBe(false);
    }
  });

  it('never takes a message of QoS 1 or 2 with it', async () => {
    for (const overflow of ['dropOldest', 'dropNewest', 'latest'] as const) {
      const subject = slow({ concurrency: 1, capacity: 1, overflow });
      for (let i = 0; i < 9; i++) subject.send(String(i), (i % 3) as QoS);
      await subject.finish(20);
      const kept = payloads(subject).filter((payload) => Number(payload) % 3 !== 0);
      expect(kept).toEqual(['1', '2', '4', '5', '7', '8']);
      expect(acks(subject)).toHaveLength(6);
    }
  });

  it('is delivered or dropped, each once, in order, whatever the policy and the pace', async () => {
    const policies = fc.constantFrom<ReceiveOverflowPolicy>('dropOldest', 'dropNewest', 'latest', 'pause');
    const limits = fc.record({
      concurrency: fc.integer({ min: 1, max: 3 }),
      capacity: fc.integer({ min: 1, max: 4 }),
      overflow: policies,
    });
    await fc.assert(
      fc.asyncProperty(
        limits,
        fc.array(fc.constantFrom('send', 'send', 'finish'), { maxLength: 60, size: 'max' }),
        async (options, steps) => {
          const subject = slow(options);
          let sent = 0;
          for (const step of steps) {
            if (step === 'send') subject.send(String(sent++), 0, `t${sent % 3}`);
            else await subject.finish();
          }
          await subject.finish(100);
          expect(subject.received.length + subject.drops.length).toBe(sent);
          if (options.concurrency === 1 && options.overflow !== 'latest') {
            const order = payloads(subject).map(Number);
            expect(order).toEqual([...order].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what waits when the connection is lost', () => {
  it('at QoS 0 is still delivered', async () => {
    const subject = slow({ concurrency: 1 });
    subject.send('0');
    subject.send('1');
    subject.wires[0]!.cut();
    await subject.finish(2);
    expect(payloads(subject)).toEqual(['0', '1']);
  });

  it('at QoS 1 is not kept beside what the server sends again: memory would grow with every reconnect', async () => {
    const subject = slow({ concurrency: 1 });
    for (let i = 0; i < 10; i++) subject.send(String(i), 1);
    for (let round = 1; round <= 20; round++) {
      subject.wires.at(-1)!.cut();
      subject.clock.advance(1);
      subject.wires.at(-1)!.connack({ sessionPresent: true });
      for (let i = 0; i < 10; i++)
        subject.wires.at(-1)!.message({ topic: 'a', payload: String(i), qos: 1, packetId: i + 1, dup: true });
    }
    await subject.finish(500);
    expect(subject.received.length).toBeLessThanOrEqual(20);
    expect([...acks(subject)].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('messages that wait', () => {
  it.each([
    ['in the order of arrival', { concurrency: 1 }, 20],
    ['each the newest of its topic', { concurrency: 1, overflow: 'latest' }, 20],
    ['for a pipeline to acknowledge them', { ack: 'manual', concurrency: 1_000 }, 66],
  ] as const)('%s, hold on to few of the chunks that they came in', async (_, options, most) => {
    const CHUNK = 65_536;
    const test = createTestConnection({ receiveMaximum: 1_000 });
    test.connection.open().catch(() => {});
    test.wire.connack();
    const payloads: Uint8Array[] = [];
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    test.connection.subscribe('#', { qos: 2, ...options }, (message) => {
      // Read late, as a listener does that works on it for long.
      return gate.then(() => void payloads.push(message.payload));
    });
    test.clock.advance();
    test.wire.suback();
    for (let i = 0; i < 300; i++) {
      const payload = new Uint8Array(CHUNK).subarray(100, 110).fill(i);
      const qos = (options as SubscribeOptions).ack === 'manual' ? 1 : ((i % 3) as QoS);
      test.wire.message({ topic: `t/${i}`, payload, qos, packetId: qos === 0 ? 0 : i + 1 });
    }
    release();
    for (let i = 0; i < 400; i++) await turn();
    expect(payloads.map((payload) => payload[0])).toEqual(Array.from({ length: 300 }, (_each, i) => i % 256));
    const held = payloads.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    expect(held).toBeLessThan(most * CHUNK);
  });
});
