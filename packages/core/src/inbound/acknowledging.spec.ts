import fc from 'fast-check';
import type { MqttMessage, QoS } from '../message/mqtt-message.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { MessageListener, SubscribeOptions } from '../subscriptions/subscribe-options.js';

function connected(options: Parameters<typeof createTestConnection>[0] = {}): TestConnection {
  const test = createTestConnection({
    clientId: 'me',
    session: { clean: false },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...options,
  });
  test.connection.open().catch(() => {});
  test.wire.connack();
  return test;
}

function observe(test: TestConnection, options: SubscribeOptions, listener: MessageListener): void {
  test.connection.subscribe('#', { qos: 2, ...options }, listener);
  const before = test.wire.sent.length;
  test.clock.advance();
  if (test.wire.sent.length > before) test.wire.suback();
}

function reconnect(test: TestConnection, sessionPresent: boolean): ScriptedWire {
  test.wire.cut();
  test.clock.advance(1);
  test.wire.connack({ sessionPresent });
  if (!sessionPresent) test.wire.suback();
  return test.wire;
}

function acks({ sent }: ScriptedWire): string[] {
  const names = { 4: 'PUBACK', 5: 'PUBREC', 6: 'PUBREL', 7: 'PUBCOMP' };
  return sent.flatMap((packet) =>
    packet.type === 'ack'
      ? [`${names[packet.ack]} ${packet.packetId}${packet.reasonCode === 0 ? '' : ` ${packet.reasonCode}`}`]
      : [],
  );
}

async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('a message that is handled when its listener returns', () => {
  it.each([
    [0, []],
    [1, ['PUBACK 7']],
    [2, ['PUBREC 7']],
  ] as const)('at QoS %d is acknowledged with %j at once', (qos, expected) => {
    const test = connected();
    observe(test, {}, () => {});
    test.wire.message({ topic: 'a', qos, packetId: 7 });
    expect(acks(test.wire)).toEqual(expected);
  });

  it('is acknowledged after its listener, not before', () => {
    const test = connected();
    const seen: number[] = [];
    observe(test, {}, () => void seen.push(acks(test.wire).length));
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    test.wire.message({ topic: 'a', qos: 2, packetId: 2 });
    expect(seen).toEqual([0, 1]);
  });
});

describe('a message with manual acknowledgement', () => {
  const received = (session: boolean | 'unacknowledged', qos: QoS = 1): MqttMessage => {
    const test = connected();
    const seen: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void seen.push(message));
    test.wire.message({ topic: 'a', qos, packetId: 7 });
    if (session !== 'unacknowledged') reconnect(test, session);
    return seen[0]!;
  };

  it('awaits it until it is acknowledged', () => {
    const message = received('unacknowledged');
    expect(message.awaitsAck).toBe(true);
    message.ack();
    expect(message.awaitsAck).toBe(false);
  });

  it('awaits none at QoS 0', () => {
    expect(received('unacknowledged', 0).awaitsAck).toBe(false);
  });

  it('awaits none when the resumed session brings it again, unless it is of QoS 2, which comes once', () => {
    expect(received(true).awaitsAck).toBe(false);
    expect(received(true, 2).awaitsAck).toBe(true);
  });

  it('awaits it, in vain, when the session is lost: nobody has another copy', () => {
    expect(received(false).awaitsAck).toBe(true);
  });
});

describe('promises of a listener', () => {
  it('delay the acknowledgement, not the next message', async () => {
    const test = connected();
    const done: (() => void)[] = [];
    const received: string[] = [];
    observe(test, {}, ({ topic }) => {
      received.push(topic);
      return new Promise<void>((resolve) => done.push(resolve));
    });
    for (const [i, topic] of ['a', 'b', 'c'].entries()) test.wire.message({ topic, qos: 1, packetId: i + 1 });
    expect(received).toEqual(['a', 'b', 'c']);
    done[2]!();
    await turn();
    expect(acks(test.wire)).toEqual([]);
    done[0]!();
    await turn();
    expect(acks(test.wire)).toEqual(['PUBACK 1']);
    done[1]!();
    await turn();
    expect(acks(test.wire)).toEqual(['PUBACK 1', 'PUBACK 2', 'PUBACK 3']);
  });

  it('settling in any order leave PUBACKs in the order of arrival, PUBRECs in theirs, each as early as possible', async () => {
    const messages = fc.array(fc.tuple(fc.constantFrom<QoS>(0, 1, 2), fc.boolean()), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(messages, fc.infiniteStream(fc.nat()), async (list, choices) => {
        const test = connected();
        const open: { readonly packetId: number; settle(): void }[] = [];
        observe(test, { concurrency: Infinity }, (message) => {
          const packetId = Number(message.topic);
          const fails = list[packetId - 1]![1];
          return new Promise<void>((resolve, reject) =>
            open.push({ packetId, settle: () => (fails ? reject(new Error('x')) : resolve()) }),
          );
        });
        for (const [i, [qos]] of list.entries())
          test.wire.message({ topic: String(i + 1), qos, packetId: qos === 0 ? 0 : i + 1 });
        const done = new Set<number>();
        while (open.length > 0) {
          const [chosen] = open.splice(choices.next().value! % open.length, 1);
          chosen!.settle();
          done.add(chosen!.packetId);
          await turn();
          const prefix = (qos: QoS): number[] => {
            const ids = list.flatMap(([each], i) => (each === qos ? [i + 1] : []));
            const end = ids.findIndex((id) => !done.has(id));
            return end < 0 ? ids : ids.slice(0, end);
          };
          const sent = acks(test.wire);
          expect(sent.filter((ack) => ack.startsWith('PUBACK'))).toEqual(prefix(1).map((id) => `PUBACK ${id}`));
          expect(sent.filter((ack) => ack.startsWith('PUBREC'))).toEqual(prefix(2).map((id) => `PUBREC ${id}`));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('may wait for what their own listener publishes', async () => {
    const test = connected();
    observe(test, {}, async () => {
      await test.connection.publish('answer', 'x', { qos: 1 });
    });
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    await turn();
    expect(acks(test.wire)).toEqual([]);
    const [answer] = test.wire.sent.filter((packet) => packet.type === 'publish');
    test.wire.acknowledge(4, answer!.packetId);
    await turn();
    expect(acks(test.wire)).toEqual(['PUBACK 1']);
  });
});

describe('manual acknowledgement', () => {
  it('comes when the message says so, in the order of arrival, each once', () => {
    const test = connected();
    const held: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    for (const [i, qos] of ([1, 2, 1, 2] as const).entries()) test.wire.message({ topic: 'a', qos, packetId: i + 1 });
    expect(acks(test.wire)).toEqual([]);
    held[2]!.ack();
    held[3]!.ack();
    expect(acks(test.wire)).toEqual([]);
    held[0]!.ack();
    held[0]!.ack();
    expect(acks(test.wire)).toEqual(['PUBACK 1', 'PUBACK 3']);
    held[1]!.ack();
    expect(acks(test.wire)).toEqual(['PUBACK 1', 'PUBACK 3', 'PUBREC 2', 'PUBREC 4']);
  });

  it('is not replaced by the promise of the listener', async () => {
    const test = connected();
    observe(test, { ack: 'manual' }, () => Promise.resolve());
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    await turn();
    expect(acks(test.wire)).toEqual([]);
  });

  it('may say no on MQTT 5: with its code, and QoS 2 is over with that', () => {
    const test = connected();
    const held: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    test.wire.message({ topic: 'a', qos: 2, packetId: 2, payload: 'first' });
    held[0]!.nack(0x99);
    held[1]!.nack();
    expect(acks(test.wire)).toEqual(['PUBACK 1 153', 'PUBREC 2 128']);
    test.wire.message({ topic: 'a', qos: 2, packetId: 2, payload: 'second' });
    expect(held).toHaveLength(3);
    test.wire.acknowledge(6, 9);
    expect(acks(test.wire).at(-1)).toBe('PUBCOMP 9 146');
  });

  it('cannot say no on MQTT 3.1.1, and still can say yes', () => {
    const test = connected({ protocolVersion: 4 });
    const held: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    expect(() => held[0]!.nack()).toThrow(expect.objectContaining({ name: 'UnsupportedError' }));
    expect(acks(test.wire)).toEqual([]);
    held[0]!.ack();
    expect(acks(test.wire)).toEqual(['PUBACK 1']);
  });

  it('does nothing at QoS 0', () => {
    const test = connected();
    observe(test, { ack: 'manual' }, (message) => {
      message.ack();
      message.nack();
    });
    test.wire.message({ topic: 'a' });
    expect(acks(test.wire)).toEqual([]);
  });

  it('does nothing where the library acknowledges', () => {
    const test = connected();
    const held: MqttMessage[] = [];
    observe(test, {}, (message) => {
      held.push(message);
      return new Promise(() => {});
    });
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    held[0]!.ack();
    expect(acks(test.wire)).toEqual([]);
  });
});

describe('several observers of a message', () => {
  it('are all waited for: automatic ones, slow ones, manual ones', async () => {
    const test = connected();
    const held: MqttMessage[] = [];
    let done = (): void => {};
    observe(test, {}, () => {});
    observe(test, {}, () => new Promise<void>((resolve) => (done = resolve)));
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    for (const [qos, expected] of [
      [1, 'PUBACK 1'],
      [2, 'PUBREC 1'],
    ] as const) {
      held.length = 0;
      const before = acks(test.wire).length;
      test.wire.message({ topic: 'a', qos, packetId: 1 });
      held[0]!.ack();
      held[0]!.ack();
      done();
      await turn();
      expect(acks(test.wire)).toHaveLength(before);
      held[1]!.ack();
      expect(acks(test.wire).slice(before)).toEqual([expected]);
    }
  });

  it('refuse it together when one of them does', () => {
    const test = connected();
    const held: MqttMessage[] = [];
    for (let i = 0; i < 3; i++) observe(test, { ack: 'manual' }, (message) => void held.push(message));
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    held[0]!.ack();
    held[1]!.nack(0x83);
    held[2]!.ack();
    expect(acks(test.wire)).toEqual(['PUBACK 1 131']);
  });
});

describe('acknowledgements and connections', () => {
  it.each([true, false])(
    'an acknowledgement never goes out on another connection than its message came on (session kept: %p)',
    (kept) => {
      const test = connected();
      const held: MqttMessage[] = [];
      observe(test, { ack: 'manual' }, (message) => void held.push(message));
      test.wire.message({ topic: 'old', qos: 1, packetId: 1 });
      const wire = reconnect(test, kept);
      held[0]!.ack();
      expect(acks(wire)).toEqual([]);
      wire.message({ topic: 'new', qos: 1, packetId: 1 });
      held[0]!.ack();
      expect(acks(wire)).toEqual([]);
      held[1]!.ack();
      expect(acks(wire)).toEqual(['PUBACK 1']);
    },
  );

  it('a promise that settles after its connection is gone acknowledges nothing', async () => {
    const test = connected();
    let done = (): void => {};
    observe(test, {}, () => new Promise<void>((resolve) => (done = resolve)));
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    test.wire.cut();
    done();
    await turn();
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    expect(acks(test.wire)).toEqual([]);
  });

  it('QoS 1 that comes again is delivered again, as a duplicate, with an acknowledgement of its own', () => {
    const test = connected();
    const held: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    const wire = reconnect(test, true);
    wire.message({ topic: 'a', qos: 1, packetId: 1, dup: true });
    expect(held.map(({ dup }) => dup)).toEqual([false, true]);
    held[1]!.ack();
    expect(acks(wire)).toEqual(['PUBACK 1']);
  });

  it('a listener that closes the connection leaves its message unacknowledged, and no timer', async () => {
    for (const listener of [
      (test: TestConnection) => void test.connection.close(),
      async (test: TestConnection) => test.connection.close(),
      (test: TestConnection) => {
        test.wire.cut();
      },
    ]) {
      const test = connected({ reconnect: false });
      observe(test, {}, () => listener(test));
      test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
      await turn();
      expect(acks(test.wire)).toEqual([]);
      test.clock.advance();
      expect(test.clock.pending).toBe(0);
    }
  });

  it('so does one that closes it and returns a promise', async () => {
    const test = connected();
    observe(test, {}, async () => {
      void test.connection.close();
      await Promise.resolve();
    });
    test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
    await turn();
    expect(acks(test.wire)).toEqual([]);
    test.clock.advance();
    expect(test.clock.pending).toBe(0);
  });
});

describe('more messages than we allow', () => {
  it.each([
    ['QoS 1', [1, 1, 1]],
    ['QoS 2', [2, 2, 2]],
    ['both', [1, 2, 1]],
  ] as const)('(%s) end the connection with 0x93, are not delivered, and it is made again', (_, list) => {
    const test = connected({ receiveMaximum: 2 });
    const received: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void received.push(message));
    expect(test.wire.request.receiveMaximum).toBe(2);
    for (const [i, qos] of list.entries()) test.wire.message({ topic: 'a', qos, packetId: i + 1 });
    expect(received).toHaveLength(2);
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError', reasonCode: 0x93 });
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', by: 'client' });
  });

  it('come again on the next connection: bytes are the limit then, or a server that cannot count would never get through', () => {
    const test = connected({ receiveMaximum: 2, receive: { maxBytes: 10 } });
    const warnings: string[] = [];
    test.connection.on('warning', ({ what }) => void warnings.push(what));
    const received: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void received.push(message));
    const send = (count: number): void => {
      for (let id = 1; id <= count; id++) test.wire.message({ topic: 'a', qos: 1, packetId: id, payload: '12' });
    };
    send(3);
    expect(test.wire.failure).toMatchObject({ reasonCode: 0x93 });
    test.clock.advance(1);
    test.wire.connack({ sessionPresent: true });
    received.length = 0;
    send(5);
    expect(test.wire.failure).toBeUndefined();
    expect(received).toHaveLength(5);
    for (const message of received) message.ack();
    expect(acks(test.wire)).toHaveLength(5);
    expect(warnings).toEqual([expect.stringContaining('cannot count')]);
    send(6);
    expect(test.wire.failure).toMatchObject({ reasonCode: 0x97 });
  });

  it('are as many as we allow when those before are acknowledged; QoS 2 counts until PUBREL', () => {
    const test = connected({ receiveMaximum: 2 });
    observe(test, {}, () => {});
    for (let id = 1; id <= 10; id++) test.wire.message({ topic: 'a', qos: 1, packetId: id });
    test.wire.message({ topic: 'a', qos: 2, packetId: 11 });
    test.wire.message({ topic: 'a', qos: 2, packetId: 12 });
    expect(test.wire.failure).toBeUndefined();
    test.wire.acknowledge(6, 11);
    test.wire.message({ topic: 'a', qos: 2, packetId: 13 });
    expect(test.wire.failure).toBeUndefined();
    test.wire.message({ topic: 'a', qos: 2, packetId: 14 });
    expect(test.wire.failure).toMatchObject({ reasonCode: 0x93 });
  });

  it('are not those that the protocol does not count: QoS 0, duplicates of one identifier, what was refused', () => {
    const test = connected({ receiveMaximum: 1 });
    const held: MqttMessage[] = [];
    observe(test, { ack: 'manual' }, (message) => void held.push(message));
    test.wire.message({ topic: 'a', qos: 2, packetId: 1 });
    for (let i = 0; i < 5; i++) test.wire.message({ topic: 'a' });
    test.wire.message({ topic: 'a', qos: 2, packetId: 1, dup: true });
    expect(test.wire.failure).toBeUndefined();
    held[0]!.nack();
    test.wire.message({ topic: 'a', qos: 1, packetId: 2 });
    expect(test.wire.failure).toBeUndefined();
  });

  it('count from zero on every connection', () => {
    const test = connected({ receiveMaximum: 2 });
    observe(test, { ack: 'manual' }, () => {});
    for (let round = 0; round < 3; round++) {
      test.wire.message({ topic: 'a', qos: 1, packetId: 1 });
      test.wire.message({ topic: 'a', qos: 2, packetId: 2 });
      expect(test.wire.failure).toBeUndefined();
      reconnect(test, true);
    }
  });

  it('are bounded in bytes on MQTT 3.1.1, which has no Receive Maximum', () => {
    const test = connected({ protocolVersion: 4, receive: { maxBytes: 100 } });
    observe(test, { ack: 'manual' }, () => {});
    test.wire.message({ topic: 'a', qos: 1, packetId: 1, payload: 'x'.repeat(60) });
    test.wire.message({ topic: 'a', qos: 2, packetId: 2, payload: 'x'.repeat(40) });
    expect(test.wire.failure).toBeUndefined();
    test.wire.message({ topic: 'a', qos: 1, packetId: 3, payload: 'x' });
    expect(test.wire.failure).toMatchObject({ name: 'ProtocolError' });
    expect(test.connection.state.type).toBe('reconnecting');
  });

  it('on MQTT 3.1.1 may be one that is larger than the bound by itself', () => {
    const test = connected({ protocolVersion: 4, receive: { maxBytes: 100 } });
    observe(test, { ack: 'manual' }, () => {});
    test.wire.message({ topic: 'a', qos: 1, packetId: 1, payload: 'x'.repeat(1_000) });
    expect(test.wire.failure).toBeUndefined();
  });
});
