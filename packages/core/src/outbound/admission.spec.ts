import type { DropEvent } from '../connection/connection.js';
import type { OutboxOptions } from '../options/connection-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { Publication, PublishOptions } from './publish-options.js';

interface Offline extends TestConnection {
  readonly drops: DropEvent[];
  /** Opens the connection and tells what is sent. */
  send(connack?: Parameters<TestConnection['wire']['connack']>[0]): unknown[];
}

/** A connection that is not open: what is published waits. */
function offline(publish: OutboxOptions): Offline {
  const test = createTestConnection({ publish });
  const drops: DropEvent[] = [];
  test.connection.on('drop', (event) => drops.push(event));
  return Object.assign(Object.create(test) as TestConnection, {
    drops,
    send: (connack = {}) => {
      void test.connection.open();
      test.wire.connack(connack);
      return payloads(test);
    },
  });
}

function payloads({ wires }: TestConnection): unknown[] {
  return wires.at(-1)!.sent.flatMap((packet) => (packet.type === 'publish' ? [packet.payload] : []));
}

function fate({ outcome }: Publication): string | undefined {
  return outcome?.status === 'failed' ? outcome.error.name : outcome?.status;
}

const publish = (
  { connection }: TestConnection,
  payloadsOrCount: readonly string[],
  options: PublishOptions = {},
): Publication[] => payloadsOrCount.map((payload) => connection.publish('a', payload, options));

describe("overflow: 'error' and 'dropNewest'", () => {
  it.each(['error', 'dropNewest'] as const)(
    '%s: the message that finds the outbox full fails, all others are untouched',
    (overflow) => {
      const test = offline({ capacity: 2, overflow });
      const publications = publish(test, ['1', '2', '3']);
      expect(publications.map(fate)).toEqual([undefined, undefined, 'OverflowError']);
      expect(test.drops).toEqual([
        {
          direction: 'out',
          topic: 'a',
          qos: 0,
          reason: 'overflow',
          error: expect.objectContaining({ topic: 'a', retryable: true }),
        },
      ]);
      expect(test.send()).toEqual(['1', '2']);
    },
  );

  it('is what happens by default, and names the options', () => {
    const test = offline({ capacity: 1 });
    const [, refused] = publish(test, ['1', '2']);
    expect(refused?.outcome).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/full \(1 messages\).*publish\.capacity/) },
    });
  });

  it('never lets the outbox exceed its capacity, whatever is thrown at it', () => {
    const test = offline({ capacity: 1_000 });
    const publications = publish(
      test,
      Array.from({ length: 3_000 }, (_, i) => String(i)),
      { qos: 1 },
    );
    expect(publications.filter((each) => each.outcome === undefined)).toHaveLength(1_000);
    expect(test.drops).toHaveLength(2_000);
  });
});

describe('the bound by bytes', () => {
  it('counts topic and payload in UTF-8', () => {
    const test = offline({ maxBytes: 10 });
    const { connection } = test;
    // 2 + 4, then 1 + 3 fill it to the brim.
    expect(fate(connection.publish('é', '😀'))).toBeUndefined();
    expect(fate(connection.publish('a', new Uint8Array(3)))).toBeUndefined();
    expect(fate(connection.publish('a', ''))).toBe('OverflowError');
    expect(test.send()).toHaveLength(2);
  });

  it('is free again as soon as messages have left', () => {
    const test = offline({ maxBytes: 4 });
    publish(test, ['abc']);
    expect(fate(publish(test, ['x'])[0]!)).toBe('OverflowError');
    test.send();
    test.wires.at(-1)!.setCongested(true);
    expect(publish(test, ['abc', 'x']).map(fate)).toEqual([undefined, 'OverflowError']);
  });

  it.each(['error', 'dropNewest', 'dropOldest', 'latest', 'block'] as const)(
    'refuses at once what could never fit in, and nothing else, with %s',
    (overflow) => {
      const test = offline({ maxBytes: 5, overflow });
      const publications = [...publish(test, ['1']), test.connection.publish('b', 'x'.repeat(5))];
      expect(publications.map(fate)).toEqual([undefined, 'OverflowError']);
      expect(publications[1]!.outcome).toMatchObject({ error: { message: expect.stringContaining('maxBytes') } });
      expect(test.send()).toEqual(['1']);
    },
  );

  it('does not keep back what need not wait: a message larger than the outbox goes when the way is free', () => {
    const test = offline({ maxBytes: 5 });
    test.send();
    expect(fate(publish(test, ['x'.repeat(1_000)])[0]!)).toBe('acknowledged');
  });
});

describe("overflow: 'dropOldest'", () => {
  it('gives up what waits longest, and takes the new one', () => {
    const test = offline({ capacity: 2, overflow: 'dropOldest' });
    const publications = publish(test, ['1', '2', '3', '4']);
    expect(publications.map(fate)).toEqual(['OverflowError', 'OverflowError', undefined, undefined]);
    expect(test.drops.map(({ reason }) => reason)).toEqual(['overflow', 'overflow']);
    expect(test.send()).toEqual(['3', '4']);
  });

  it('gives up what waits longest of all QoS together', () => {
    const test = offline({ capacity: 2, overflow: 'dropOldest' });
    const publications = ([1, 0, 2] as const).map((qos) => test.connection.publish('a', String(qos), { qos }));
    expect(publications.map(fate)).toEqual(['OverflowError', undefined, undefined]);
    expect(test.send()).toEqual(['0', '2']);
  });

  it('gives up as many as it takes, by bytes too, and no more', () => {
    const test = offline({ maxBytes: 12, overflow: 'dropOldest' });
    const publications = publish(test, ['aa', 'bb', 'cc', 'dddddd']);
    expect(publications.map(fate)).toEqual(['OverflowError', 'OverflowError', undefined, undefined]);
    expect(test.send()).toEqual(['cc', 'dddddd']);
  });

  it('never gives up what is in flight', () => {
    const test = offline({ capacity: 1, window: 1, overflow: 'dropOldest' });
    test.send();
    const publications = publish(test, ['1', '2', '3'], { qos: 1 });
    expect(publications.map(fate)).toEqual([undefined, 'OverflowError', undefined]);
    test.wires.at(-1)!.acknowledge(4, 1);
    expect(payloads(test)).toEqual(['1', '3']);
  });

  it('leaves nothing unsettled when a listener of the drop closes the connection', () => {
    const test = offline({ capacity: 1, overflow: 'dropOldest' });
    test.connection.on('drop', () => void test.connection.close());
    expect(publish(test, ['1', '2']).map(fate)).toEqual(['OverflowError', 'ClosedError']);
  });
});

describe("overflow: 'latest'", () => {
  it('keeps the newest message of a topic, even if there is room', () => {
    const test = offline({ overflow: 'latest' });
    const { connection } = test;
    const publications = [connection.publish('a', '1'), connection.publish('b', '2'), connection.publish('a', '3')];
    expect(publications.map(fate)).toEqual(['OverflowError', undefined, undefined]);
    expect(test.send()).toEqual(['3', '2']);
  });

  it.each([0, 1] as const)(
    'gives a newer message the place of the older one: a topic that changes often gets its turn (QoS %d)',
    (qos) => {
      const test = offline({ overflow: 'latest' });
      for (const topic of ['a', 'b', 'c']) test.connection.publish(topic, `${topic}0`, { qos });
      for (let i = 1; i < 4; i++)
        for (const topic of ['b', 'a']) test.connection.publish(topic, `${topic}${String(i)}`, { qos });
      expect(test.send()).toEqual(['a3', 'b3', 'c0']);
      expect(test.drops).toHaveLength(6);
      test.wire.cut();
      test.clock.advance(30_000);
      test.wire.connack({ sessionPresent: true });
      // Sent again in the order in which it was sent.
      expect(payloads(test)).toEqual(qos === 0 ? [] : ['a3', 'b3', 'c0']);
    },
  );

  it('keeps the bound by bytes when the newer message is larger: then it waits at the end', () => {
    const test = offline({ overflow: 'latest', maxBytes: 10 });
    for (const topic of ['a', 'b', 'c']) test.connection.publish(topic, 'xx');
    test.connection.publish('b', 'large');
    expect(test.connection.stats().queues.outboxBytes).toBeLessThanOrEqual(10);
    expect(test.send()).toEqual(['xx', 'large']);
  });

  it('drops the oldest where no message of the topic waits', () => {
    const test = offline({ capacity: 2, overflow: 'latest' });
    const publications = ['a', 'b', 'c'].map((topic) => test.connection.publish(topic, topic));
    expect(publications.map(fate)).toEqual(['OverflowError', undefined, undefined]);
    expect(test.send()).toEqual(['b', 'c']);
  });

  it('replaces only messages that are of this policy themselves', () => {
    const test = offline({});
    const publications = [
      test.connection.publish('a', '1'),
      test.connection.publish('a', '2', { overflow: 'latest' }),
      test.connection.publish('a', '3', { overflow: 'latest' }),
    ];
    expect(publications.map(fate)).toEqual([undefined, 'OverflowError', undefined]);
    expect(test.send()).toEqual(['1', '3']);
  });

  it('forgets a message that has left', () => {
    const test = offline({ overflow: 'latest', window: 1 });
    test.send();
    const publications = publish(test, ['1', '2', '3'], { qos: 1 });
    expect(publications.map(fate)).toEqual([undefined, 'OverflowError', undefined]);
    test.wires.at(-1)!.acknowledge(4, 1);
    expect(payloads(test)).toEqual(['1', '3']);
    expect(publish(test, ['4'], { qos: 1 }).map(fate)).toEqual([undefined]);
    expect(publications[2]!.outcome).toBeUndefined();
  });
});

describe("overflow: 'block'", () => {
  it('lets senders wait for room, in their order, and tells by `stored` when they have it', async () => {
    const test = offline({ capacity: 2, overflow: 'block' });
    const publications = publish(test, ['1', '2', '3', '4']);
    const stored: number[] = [];
    for (const [index, { stored: promise }] of publications.entries()) void promise.then(() => stored.push(index));
    await Promise.resolve();
    expect(stored).toEqual([0, 1]);
    expect(publications.map(fate)).toEqual([undefined, undefined, undefined, undefined]);
    expect(test.send()).toEqual(['1', '2', '3', '4']);
    await Promise.all(publications);
    expect(stored).toEqual([0, 1, 2, 3]);
  });

  it('lets as many wait as the outbox has room for, and no more', () => {
    const test = offline({ capacity: 2, overflow: 'block' });
    expect(publish(test, ['1', '2', '3', '4', '5']).map(fate)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      'OverflowError',
    ]);
  });

  it('lets nobody overtake, not even a small message that would fit in', () => {
    const test = offline({ maxBytes: 6, overflow: 'block' });
    publish(test, ['aaaa', 'bbbb', '']);
    expect(test.send()).toEqual(['aaaa', 'bbbb', '']);
  });

  it('lets a message of another policy not overtake either: it finds the outbox full', () => {
    const test = offline({ maxBytes: 6, overflow: 'block' });
    publish(test, ['aaaa', 'bbbb']);
    expect(fate(test.connection.publish('a', '', { overflow: 'error' }))).toBe('OverflowError');
  });

  it('ends the wait by signal, time limit, expiry and close, each with its error', () => {
    const test = offline({ capacity: 1, overflow: 'block' });
    const abort = new AbortController();
    const [first] = publish(test, ['stays']);
    const wait = (options: PublishOptions): Publication => test.connection.publish('a', 'x', options);
    const { connection, clock } = test;
    const aborted = wait({ signal: abort.signal });
    abort.abort();
    const late = wait({ timeout: 50 });
    clock.advance(50);
    const expired = wait({ properties: { messageExpiryInterval: 1 } });
    clock.advance(1_000);
    const closed = wait({});
    void connection.close();
    expect([aborted, late, expired, closed].map(fate)).toEqual([
      'AbortedError',
      'TimeoutError',
      'ExpiredError',
      'ClosedError',
    ]);
    expect([aborted, late].map(({ outcome }) => outcome)).toMatchObject([
      { error: { mayStillArrive: false } },
      { error: { mayStillArrive: false } },
    ]);
    expect(fate(first!)).toBe('ClosedError');
  });

  it('gives the turn of one that went away to the next', () => {
    const test = offline({ capacity: 1, overflow: 'block' });
    const abort = new AbortController();
    test.connection.publish('a', '1', { signal: abort.signal });
    publish(test, ['2']);
    abort.abort();
    expect(fate(publish(test, ['3'])[0]!)).toBeUndefined();
    expect(test.send()).toEqual(['2', '3']);
  });

  it('lets QoS 0 that waits for room not be overtaken by QoS 0 that finds the way free', () => {
    const test = offline({ capacity: 2, window: 1, overflow: 'block' });
    test.send();
    publish(test, ['in flight'], { qos: 1 });
    test.wires.at(-1)!.cut();
    publish(test, ['fills', 'the outbox'], { qos: 1 });
    publish(test, ['first']);
    test.clock.advance(1_000);
    test.wires.at(-1)!.connack({ sessionPresent: true });
    publish(test, ['second']);
    for (const id of [1, 2, 3]) test.wires.at(-1)!.acknowledge(4, id);
    expect(payloads(test)).toEqual(['in flight', 'first', 'second', 'fills', 'the outbox']);
  });

  it('who gets room while there is a connection is sent at once', () => {
    const test = offline({ capacity: 1, window: 1, overflow: 'block' });
    test.send();
    publish(test, ['in flight'], { qos: 1 });
    test.wires.at(-1)!.cut();
    const abort = new AbortController();
    test.connection.publish('a', 'fills the outbox', { qos: 1, signal: abort.signal });
    publish(test, ['first']);
    test.clock.advance(1_000);
    test.wires.at(-1)!.connack({ sessionPresent: true });
    abort.abort();
    expect(payloads(test)).toContain('first');
  });
});

describe('the policy of a message', () => {
  it('wins over that of the connection', () => {
    const test = offline({ capacity: 1, overflow: 'dropOldest' });
    publish(test, ['1']);
    expect(fate(test.connection.publish('a', '2', { overflow: 'error' }))).toBe('OverflowError');
    expect(test.send()).toEqual(['1']);
  });
});

describe('`stored`', () => {
  it('fulfils for what is accepted, and rejects with the error of what is not', async () => {
    const test = offline({ capacity: 1 });
    const [accepted, refused] = publish(test, ['1', '2']);
    await accepted!.stored;
    await expect(refused!.stored).rejects.toMatchObject({ name: 'OverflowError' });
    await expect(test.connection.publish('#', '').stored).rejects.toMatchObject({ name: 'InvalidTopicError' });
  });

  it('stays fulfilled when the message fails later', async () => {
    const test = offline({});
    const [publication] = publish(test, ['1']);
    const { stored } = publication!;
    await test.connection.close();
    expect(fate(publication!)).toBe('ClosedError');
    await stored;
    await publication!.stored;
  });
});
