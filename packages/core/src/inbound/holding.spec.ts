import type { DropEvent } from '../connection/connection.js';
import type { MqttMessage } from '../message/mqtt-message.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { Subscription } from '../subscriptions/subscribe-options.js';

interface Subject extends TestConnection {
  readonly drops: DropEvent[];
  readonly warnings: unknown[];
  readonly states: string[];
}

function opened(options: Parameters<typeof createTestConnection>[0] = {}): Subject {
  const test = createTestConnection({
    clientId: 'me',
    session: { clean: false },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
  });
  const [drops, warnings, states]: [DropEvent[], unknown[], string[]] = [[], [], []];
  test.connection.on('drop', (event) => drops.push(event));
  test.connection.on('warning', ({ error }) => warnings.push(error));
  test.connection.on('state', ({ type }) => states.push(type));
  test.connection.open().catch(() => {});
  return Object.assign(Object.create(test) as TestConnection, { drops, warnings, states });
}

/** A connection that resumes a session before anybody observes. */
function resumed(options: Parameters<typeof createTestConnection>[0] = {}): Subject {
  const test = opened(options);
  test.wires[0]!.connack({ sessionPresent: true });
  return test;
}

/** Observes, and has it granted. */
function observe(
  test: Subject,
  ack: 'auto' | 'manual' = 'auto',
): { readonly received: MqttMessage[]; readonly subscription: Subscription } {
  const received: MqttMessage[] = [];
  const subscription = test.connection.subscribe('a', { qos: 2, ack }, (message) => void received.push(message));
  const before = test.wires.at(-1)!.sent.length;
  test.clock.advance();
  if (
    test.wires
      .at(-1)!
      .sent.slice(before)
      .some(({ type }) => type === 'subscribe')
  )
    test.wires.at(-1)!.suback();
  return { received, subscription };
}

function acks({ sent }: ScriptedWire): string[] {
  const names = { 4: 'PUBACK', 5: 'PUBREC', 6: 'PUBREL', 7: 'PUBCOMP' };
  return sent.flatMap((packet) =>
    packet.type === 'ack'
      ? [`${names[packet.ack]} ${packet.packetId}${packet.reasonCode === 0 ? '' : ` ${packet.reasonCode}`}`]
      : [],
  );
}

const payloads = (messages: readonly MqttMessage[]): string[] =>
  messages.map(({ payload, redelivered }) => `${Buffer.from(payload).toString()}${redelivered ? ' again' : ''}`);

describe('what a resumed session brings before anybody observes', () => {
  it('waits unacknowledged for its first observer, in its order', () => {
    const test = resumed();
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1, payload: '1' });
    test.wires[0]!.message({ topic: 'other', qos: 1, packetId: 2 });
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 3, payload: '3' });
    expect(acks(test.wires[0]!)).toEqual([]);
    const { received } = observe(test);
    expect(payloads(received)).toEqual(['1 again', '3 again']);
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1', 'PUBREC 3']);
  });

  it('is not kept at QoS 0', () => {
    const test = resumed();
    test.wires[0]!.message({ topic: 'a' });
    expect(test.drops).toMatchObject([{ direction: 'in', topic: 'a', qos: 0, reason: 'unobserved' }]);
  });

  it('counts against Receive Maximum, and so is bounded', () => {
    const test = resumed({ receiveMaximum: 2 });
    for (let id = 1; id <= 3; id++) test.wires[0]!.message({ topic: 'a', qos: 1, packetId: id });
    expect(test.wires[0]!.failure).toMatchObject({ reasonCode: 0x93 });
  });

  it('is forgotten when the connection is lost: the server sends it again', () => {
    const test = resumed();
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 1, payload: '1' });
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack({ sessionPresent: true });
    test.wires[1]!.message({ topic: 'a', qos: 2, packetId: 1, payload: '1', dup: true });
    const { received } = observe(test);
    expect(received).toHaveLength(1);
    expect(acks(test.wires[1]!)).toEqual(['PUBREC 1']);
  });

  it('is not held where the session is new: nobody can want it', () => {
    const test = opened();
    test.wires[0]!.connack({ sessionPresent: false });
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1']);
    expect(test.drops).toMatchObject([{ reason: 'unobserved' }]);
  });

  it.each([1, 2] as const)('leaves no timer behind, taken or closed (QoS %d)', async (qos) => {
    const test = resumed();
    test.wires[0]!.message({ topic: 'a', qos, packetId: 1 });
    observe(test);
    test.wires[0]!.message({ topic: 'x', qos, packetId: 2 });
    await test.connection.close();
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
  });
});

describe('what an observer leaves unacknowledged', () => {
  it('goes to the next observer of the filter, without a reconnect, marked as redelivered', () => {
    const test = opened();
    test.wires[0]!.connack();
    const first = observe(test, 'manual');
    for (const [i, qos] of ([1, 2, 1] as const).entries())
      test.wires[0]!.message({ topic: 'a', qos, packetId: i + 1, payload: String(i) });
    first.received[0]!.ack();
    void first.subscription.unsubscribe();
    const second = observe(test, 'manual');
    expect(payloads(second.received)).toEqual(['1 again', '2 again']);
    for (const message of second.received) message.ack();
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1', 'PUBREC 2', 'PUBACK 3']);
    expect(test.wires).toHaveLength(1);
  });

  it('goes to one that observes in the same tick', () => {
    const test = opened();
    test.wires[0]!.connack();
    const first = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1, payload: 'x' });
    void first.subscription.unsubscribe();
    expect(payloads(observe(test).received)).toEqual(['x again']);
  });

  it.each(['unsubscribes', 'closes the connection'] as const)(
    'stays for the next one when the one that took the first of them %s at that',
    (what) => {
      const test = resumed();
      for (let id = 1; id <= 3; id++) test.wires[0]!.message({ topic: 'a', qos: 1, packetId: id, payload: String(id) });
      const taken: string[] = [];
      const subscription = test.connection.subscribe('a', { qos: 1, ack: 'manual' }, (message) => {
        taken.push(Buffer.from(message.payload).toString());
        message.ack();
        if (what === 'unsubscribes') void subscription.unsubscribe();
        else void test.connection.close();
      });
      test.clock.advance();
      expect(taken).toEqual(['1']);
      // What is acknowledged in a listener leaves when it returns, if there is a connection then.
      expect(acks(test.wires[0]!)).toEqual(what === 'unsubscribes' ? ['PUBACK 1'] : []);
      if (what === 'unsubscribes') expect(payloads(observe(test).received)).toEqual(['2 again', '3 again']);
      test.clock.advance(60_000);
      if (what === 'unsubscribes') expect(acks(test.wires[0]!)).toEqual(['PUBACK 1', 'PUBACK 2', 'PUBACK 3']);
      else expect(acks(test.wires[0]!)).toEqual([]);
    },
  );

  it('is not kept by a connection that its own leaving has ended', async () => {
    const test = opened();
    test.wires[0]!.connack();
    const subscription = test.connection.subscribe(
      'a',
      { qos: 2, ack: 'manual', concurrency: 1 },
      () => new Promise(() => {}),
    );
    test.clock.advance();
    test.wires[0]!.suback();
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 1 });
    test.wires[0]!.message({ topic: 'a' });
    // What waited at QoS 0 is dropped first, and who hears of that closes; then comes what it owes.
    test.connection.on('drop', () => void test.connection.close());
    void subscription.unsubscribe();
    await test.connection.closed;
    expect(test.drops).toMatchObject([{ qos: 0 }]);
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
    expect(test.connection.stats().queues.held).toBe(0);
  });

  it('can still be acknowledged by who had it', () => {
    const test = opened();
    test.wires[0]!.connack();
    const first = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    void first.subscription.unsubscribe();
    first.received[0]!.ack();
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1']);
  });

  it.each([1, 2] as const)('at QoS %d goes to nobody any more when who had it has acknowledged it after all', (qos) => {
    const test = opened();
    test.wires[0]!.connack();
    const first = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos, packetId: 1 });
    void first.subscription.unsubscribe();
    first.received[0]!.ack();
    expect(observe(test).received).toEqual([]);
    test.clock.advance(60_000);
    expect(test.connection.state.type).toBe('connected');
    expect(test.drops).toEqual([]);
  });

  it('is not offered when it came on an earlier connection, and was acknowledged on this one', () => {
    const test = opened();
    test.wires[0]!.connack();
    const first = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1, payload: 'x' });
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack({ sessionPresent: true });
    test.wires[1]!.message({ topic: 'a', qos: 1, packetId: 1, payload: 'x', dup: true });
    first.received[1]!.ack();
    expect(acks(test.wires[1]!)).toEqual(['PUBACK 1']);
    void first.subscription.unsubscribe();
    expect(observe(test).received).toEqual([]);
  });

  it('is not delivered twice at QoS 2 to one that still has it, because another one left', () => {
    const test = opened();
    test.wires[0]!.connack();
    const staying = observe(test, 'manual');
    const leaving = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 1 });
    void leaving.subscription.unsubscribe();
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack({ sessionPresent: true });
    test.wires[1]!.message({ topic: 'a', qos: 2, packetId: 1, dup: true });
    expect(staying.received).toHaveLength(1);
  });

  it('by automatic acknowledgement is nothing: what was given to it is its own, what waited is acknowledged', async () => {
    const test = opened();
    test.wires[0]!.connack();
    let done = (): void => {};
    const subscription = test.connection.subscribe(
      'a',
      { qos: 1, concurrency: 1 },
      () => new Promise<void>((resolve) => (done = resolve)),
    );
    test.clock.advance();
    test.wires[0]!.suback();
    for (let id = 1; id <= 2; id++) test.wires[0]!.message({ topic: 'a', qos: 1, packetId: id });
    void subscription.unsubscribe();
    expect(acks(test.wires[0]!)).toEqual([]);
    done();
    for (let i = 0; i < 20; i++) await Promise.resolve();
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1', 'PUBACK 2']);
    expect(test.drops).toMatchObject([{ reason: 'unobserved' }]);
  });
});

describe('when nobody comes within the grace time', () => {
  it.each([
    ['ack', 5, 'PUBACK 1'],
    ['nack', 5, 'PUBACK 1 128'],
    ['ack', 4, 'PUBACK 1'],
    ['nack', 4, 'PUBACK 1'],
  ] as const)("abandoned: '%s' on MQTT %d sends %s, and a drop shows", (abandoned, protocolVersion, expected) => {
    const test = resumed({ protocolVersion, receive: { abandoned, graceTime: 1_000 } });
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(999);
    expect(acks(test.wires[0]!)).toEqual([]);
    test.clock.advance(1);
    expect(acks(test.wires[0]!)).toEqual([expected]);
    expect(test.drops).toMatchObject([{ direction: 'in', topic: 'a', qos: 1, reason: 'unobserved' }]);
    expect(test.wires).toHaveLength(1);
  });

  it("abandoned: 'redeliver' connects anew, so that the session brings it again", () => {
    const test = resumed({ receive: { graceTime: 1_000 } });
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(1_000);
    expect(test.connection.state.type).not.toBe('failed');
    expect(acks(test.wires[0]!)).toEqual([]);
    expect(test.wires[0]!.sent.at(-1)).toMatchObject({ type: 'disconnect', reasonCode: 0, sessionExpiry: undefined });
    test.clock.advance(1);
    test.wires[1]!.connack({ sessionPresent: true });
    expect(test.connection.state.type).toBe('connected');
    expect(test.drops).toEqual([]);
  });

  it("abandoned: 'redeliver' acknowledges where the session would not outlive that", () => {
    const test = opened({ session: { clean: true } });
    test.wires[0]!.connack();
    const first = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    void first.subscription.unsubscribe();
    test.clock.advance(10_000);
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1']);
    expect(test.wires).toHaveLength(1);
    expect(test.drops).toMatchObject([{ reason: 'unobserved' }]);
  });
});

describe("what abandoned: 'redeliver' brings again", () => {
  /** A message that nobody observed in time, and that has come again. */
  function again(qos: 1 | 2): Subject {
    const test = resumed({ receive: { graceTime: 1_000 } });
    test.wires[0]!.message({ topic: 'a', qos, packetId: 1, payload: 'x' });
    test.clock.advance(1_001);
    test.wires[1]!.connack({ sessionPresent: true });
    test.wires[1]!.message({ topic: 'a', qos, packetId: 1, payload: 'x', dup: true });
    return test;
  }

  it.each([
    [1, 'PUBACK 1'],
    [2, 'PUBREC 1'],
  ] as const)('at QoS %d goes to whoever observes then, who acknowledges it', (qos, expected) => {
    const test = again(qos);
    expect(acks(test.wires[1]!)).toEqual([]);
    const { received } = observe(test, 'manual');
    expect(received.map(({ redelivered }) => redelivered)).toEqual([true]);
    test.clock.advance(999);
    expect(acks(test.wires[1]!)).toEqual([]);
    received[0]!.ack();
    expect(acks(test.wires[1]!)).toEqual([expected]);
  });

  it.each([
    [1, 'PUBACK 1'],
    [2, 'PUBREC 1'],
  ] as const)(
    'at QoS %d is given up when nobody observes it then either: the connection is not made anew for ever',
    (qos, expected) => {
      const test = again(qos);
      test.clock.advance(1_000);
      expect(acks(test.wires[1]!)).toEqual([expected]);
      expect(test.drops).toMatchObject([{ direction: 'in', topic: 'a', qos, reason: 'unobserved' }]);
      expect(test.wires).toHaveLength(2);
      test.clock.advance(60_000);
      expect(test.connection.state.type).toBe('connected');
    },
  );

  it('is a matter of the session: in a new one, the same identifier is another message', () => {
    const test = resumed({ receive: { graceTime: 1_000 } });
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(1_001);
    test.wires[1]!.connack({ sessionPresent: false });
    const first = observe(test, 'manual');
    test.wires[1]!.message({ topic: 'a', qos: 1, packetId: 1 });
    void first.subscription.unsubscribe();
    test.clock.advance(1_001);
    expect(test.wires).toHaveLength(3);
  });
});

describe('a message that nobody acknowledges', () => {
  function stuck(options: Parameters<typeof createTestConnection>[0]): Subject & { readonly held: MqttMessage[] } {
    const test = opened(options);
    test.wires[0]!.connack();
    const { received } = observe(test, 'manual');
    for (let id = 1; id <= 3; id++) test.wires[0]!.message({ topic: 'a', qos: 1, packetId: id });
    received[1]!.ack();
    return Object.assign(test, { held: received });
  }

  it.each([
    ['ack', ['PUBACK 1', 'PUBACK 2', 'PUBACK 3']],
    ['nack', ['PUBACK 1 128', 'PUBACK 2', 'PUBACK 3 128']],
  ] as const)(
    "is released after ackTimeout with a warning, by abandoned: '%s', and what waited behind it follows",
    (abandoned, expected) => {
      const test = stuck({ receive: { ackTimeout: 5_000, abandoned } });
      test.clock.advance(4_999);
      expect(acks(test.wires[0]!)).toEqual([]);
      test.clock.advance(1);
      expect(acks(test.wires[0]!)).toEqual(expected);
      expect(test.warnings).toMatchObject([{ code: 'ERR_MQTT_UNACKNOWLEDGED' }, { code: 'ERR_MQTT_UNACKNOWLEDGED' }]);
      test.held[0]!.ack();
      expect(acks(test.wires[0]!)).toEqual(expected);
    },
  );

  it('is given its own time: a later one is released later', () => {
    const test = opened({ receive: { ackTimeout: 5_000, abandoned: 'ack' } });
    test.wires[0]!.connack();
    observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(3_000);
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 2 });
    test.clock.advance(2_000);
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1']);
    test.clock.advance(3_000);
    expect(acks(test.wires[0]!)).toEqual(['PUBACK 1', 'PUBREC 2']);
    expect(test.clock.pending).toBe(0);
  });

  it("by abandoned: 'redeliver' has the connection made anew", () => {
    const test = stuck({ receive: { ackTimeout: 5_000 } });
    test.clock.advance(5_000);
    expect(test.warnings).toHaveLength(1);
    expect(test.connection.state.type).toBe('reconnecting');
    test.clock.advance(1);
    test.wires[1]!.connack({ sessionPresent: true });
    expect(test.connection.state.type).toBe('connected');
  });

  it("by abandoned: 'redeliver' is delivered again, and not waited for a second time, so that others flow", () => {
    const test = stuck({ receive: { ackTimeout: 5_000 }, receiveMaximum: 3 });
    test.clock.advance(5_001);
    const [, wire] = test.wires;
    wire!.connack({ sessionPresent: true });
    for (let id = 1; id <= 3; id++) wire!.message({ topic: 'a', qos: 1, packetId: id, dup: true });
    // The second had been acknowledged, behind the first: it is waited for like any other.
    expect(acks(wire!)).toEqual(['PUBACK 1']);
    expect(test.held).toHaveLength(6);
    test.held[4]!.ack();
    expect(acks(wire!)).toEqual(['PUBACK 1', 'PUBACK 2', 'PUBACK 3']);
    // The identifiers are given to others now, which are waited for again.
    wire!.message({ topic: 'a', qos: 1, packetId: 1 });
    expect(acks(wire!)).toHaveLength(3);
    test.held[6]!.ack();
    expect(acks(wire!)).toHaveLength(4);
    test.clock.advance(60_000);
    expect(test.wires).toHaveLength(2);
  });

  it("by abandoned: 'redeliver' is not delivered again at QoS 2, but answered when it comes", () => {
    const test = opened({ receive: { ackTimeout: 5_000 } });
    test.wires[0]!.connack();
    const { received } = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 1 });
    test.clock.advance(5_001);
    test.wires[1]!.connack({ sessionPresent: true });
    test.wires[1]!.message({ topic: 'a', qos: 2, packetId: 1, dup: true });
    expect(received).toHaveLength(1);
    expect(acks(test.wires[1]!)).toEqual(['PUBREC 1']);
    received[0]!.ack();
    test.wires[1]!.acknowledge(6, 1);
    expect(acks(test.wires[1]!)).toEqual(['PUBREC 1', 'PUBCOMP 1']);
  });

  it("by abandoned: 'redeliver' takes no message along that came lately", () => {
    const test = opened({ receive: { ackTimeout: 5_000 } });
    test.wires[0]!.connack();
    const { received } = observe(test, 'manual');
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1 });
    test.clock.advance(4_000);
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 2 });
    test.clock.advance(1_001);
    test.wires[1]!.connack({ sessionPresent: true });
    for (const packetId of [1, 2]) test.wires[1]!.message({ topic: 'a', qos: 1, packetId, dup: true });
    expect(acks(test.wires[1]!)).toEqual(['PUBACK 1']);
    received[3]!.ack();
    expect(acks(test.wires[1]!)).toEqual(['PUBACK 1', 'PUBACK 2']);
  });

  it('may stay for ever with ackTimeout: Infinity', () => {
    const test = stuck({ receive: { ackTimeout: Infinity } });
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
    test.clock.advance(86_400_000);
    expect(acks(test.wires[0]!)).toEqual([]);
  });

  it('that is acknowledged in time is not warned of', () => {
    const test = stuck({ receive: { ackTimeout: 5_000 } });
    for (const message of test.held) message.ack();
    test.clock.advance(60_000);
    expect(test.warnings).toEqual([]);
    expect(test.connection.state.type).toBe('connected');
  });
});
