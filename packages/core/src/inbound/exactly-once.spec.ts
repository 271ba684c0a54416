import fc from 'fast-check';
import type { MqttMessage } from '../message/mqtt-message.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { MessageListener, SubscribeOptions } from '../subscriptions/subscribe-options.js';

const PUBREL = 6;

interface Subject extends TestConnection {
  readonly received: MqttMessage[];
}

function connected(
  options: SubscribeOptions = {},
  listener: MessageListener = () => {},
  connection: Parameters<typeof createTestConnection>[0] = {},
): Subject {
  const test = createTestConnection({
    clientId: 'me',
    session: { clean: false },
    reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
    ...connection,
  });
  test.connection.open().catch(() => {});
  const received: MqttMessage[] = [];
  test.connection.subscribe('a', { qos: 2, ...options }, (message) => {
    received.push(message);
    return listener(message);
  });
  test.wire.connack();
  test.clock.advance();
  test.wire.suback();
  return Object.assign(Object.create(test) as TestConnection, { received });
}

function reconnect({ wires, clock }: TestConnection, sessionPresent = true): ScriptedWire {
  wires.at(-1)!.cut();
  clock.advance(1);
  const wire = wires.at(-1)!;
  wire.connack({ sessionPresent });
  return wire;
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

describe('QoS 2', () => {
  it('is delivered at PUBLISH, once over duplicates, and each packet is answered', () => {
    const { wires, received } = connected();
    const wire = wires[0]!;
    for (const dup of [false, true, true]) wire.message({ topic: 'a', qos: 2, packetId: 7, dup });
    wire.acknowledge(PUBREL, 7);
    wire.acknowledge(PUBREL, 7);
    expect(received).toHaveLength(1);
    expect(acks(wire)).toEqual(['PUBREC 7', 'PUBREC 7', 'PUBREC 7', 'PUBCOMP 7', 'PUBCOMP 7 146']);
  });

  it('is new again after PUBREL', () => {
    const { wires, received } = connected();
    for (const payload of ['1', '2']) {
      wires[0]!.message({ topic: 'a', qos: 2, packetId: 7, payload });
      wires[0]!.acknowledge(PUBREL, 7);
    }
    expect(received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['1', '2']);
  });

  it.each([
    [5, 'PUBCOMP 9 146'],
    [4, 'PUBCOMP 9'],
  ] as const)('answers a PUBREL of something unknown, on MQTT %d, with %s', (protocolVersion, expected) => {
    const { wires } = connected({}, undefined, { protocolVersion });
    wires[0]!.acknowledge(PUBREL, 9);
    expect(acks(wires[0]!)).toEqual([expected]);
  });

  it('is delivered once over a reconnect that keeps the session, and its PUBREC goes out on the new connection', () => {
    const test = connected();
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 7 });
    const wire = reconnect(test);
    wire.message({ topic: 'a', qos: 2, packetId: 7, dup: true });
    wire.acknowledge(PUBREL, 7);
    expect(test.received).toHaveLength(1);
    expect(acks(wire)).toEqual(['PUBREC 7', 'PUBCOMP 7']);
  });

  it('whose PUBREL comes on the next connection is completed there', () => {
    const test = connected();
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 7 });
    const wire = reconnect(test);
    wire.acknowledge(PUBREL, 7);
    expect(acks(wire)).toEqual(['PUBCOMP 7']);
  });

  it('that comes again joins the handler that is still running, whose end answers the new delivery', async () => {
    let done = (): void => {};
    const test = connected({}, () => new Promise<void>((resolve) => (done = resolve)));
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 7 });
    const wire = reconnect(test);
    wire.message({ topic: 'a', qos: 2, packetId: 7, dup: true });
    expect(acks(wire)).toEqual([]);
    done();
    await turn();
    expect(test.received).toHaveLength(1);
    expect(acks(wire)).toEqual(['PUBREC 7']);
  });

  it('so it is with manual acknowledgement, and with a refusal', () => {
    for (const [answer, expected] of [
      [(message: MqttMessage) => message.ack(), 'PUBREC 7'],
      [(message: MqttMessage) => message.nack(0x87), 'PUBREC 7 135'],
    ] as const) {
      const test = connected({ ack: 'manual' });
      test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 7 });
      const wire = reconnect(test);
      wire.message({ topic: 'a', qos: 2, packetId: 7, dup: true });
      answer(test.received[0]!);
      expect(test.received).toHaveLength(1);
      expect(acks(wire)).toEqual([expected]);
    }
  });

  it('whose handler has ended between two connections is answered as soon as it comes again', async () => {
    let done = (): void => {};
    const test = connected({}, () => new Promise<void>((resolve) => (done = resolve)));
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 7 });
    test.wires[0]!.cut();
    done();
    await turn();
    test.clock.advance(1);
    const wire = test.wires[1]!;
    wire.connack({ sessionPresent: true });
    wire.message({ topic: 'a', qos: 2, packetId: 7, dup: true });
    expect(acks(wire)).toEqual(['PUBREC 7']);
    expect(test.received).toHaveLength(1);
  });

  it('of a lost session is forgotten: the same identifier carries a new message', () => {
    const test = connected({ ack: 'manual' });
    test.wires[0]!.message({ topic: 'a', qos: 2, packetId: 7, payload: 'old' });
    const wire = reconnect(test, false);
    wire.suback();
    wire.message({ topic: 'a', qos: 2, packetId: 7, payload: 'new' });
    expect(test.received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(['old', 'new']);
    test.received[0]!.ack();
    expect(acks(wire)).toEqual([]);
    test.received[1]!.ack();
    expect(acks(wire)).toEqual(['PUBREC 7']);
  });

  it('of many identifiers is answered in the order of arrival', () => {
    const test = connected({ ack: 'manual' });
    for (const packetId of [3, 1, 2]) test.wires[0]!.message({ topic: 'a', qos: 2, packetId });
    for (const message of [...test.received].reverse()) message.ack();
    expect(acks(test.wires[0]!)).toEqual(['PUBREC 3', 'PUBREC 1', 'PUBREC 2']);
  });
});

describe('QoS 2 from a server as the specification wants it, cut at any packet', () => {
  type Step = { readonly do: 'send' | 'read' | 'arrive' | 'cut' } | { readonly do: 'ack'; readonly which: number };
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('send' as const, 'read' as const, 'arrive' as const) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('ack' as const), which: fc.nat(10) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
  );

  /** Sends messages of QoS 2, and keeps what a session keeps. */
  class ModelServer {
    readonly #flows = new Map<number, { readonly payload: string; phase: 'published' | 'released' }>();
    #queue: ((wire: ScriptedWire) => void)[] = [];
    #read = 0;
    #next = 1;
    sent = 0;

    send(): void {
      const packetId = this.#next++;
      const flow = { payload: String(this.sent++), phase: 'published' as const };
      this.#flows.set(packetId, flow);
      this.#publish(packetId, flow.payload, false);
    }

    resume(): void {
      this.#queue = [];
      this.#read = 0;
      for (const [packetId, { payload, phase }] of this.#flows) {
        if (phase === 'published') this.#publish(packetId, payload, true);
        else this.#release(packetId);
      }
    }

    arrive(wire: ScriptedWire): boolean {
      const packet = this.#queue.shift();
      packet?.(wire);
      return packet !== undefined;
    }

    read({ sent }: ScriptedWire): boolean {
      const packet = sent[this.#read];
      if (packet === undefined) return false;
      this.#read++;
      if (packet.type !== 'ack') return true;
      const flow = this.#flows.get(packet.packetId);
      if (packet.ack === 5) {
        if (flow === undefined) throw new Error(`PUBREC ${packet.packetId} answers nothing`);
        flow.phase = 'released';
        this.#release(packet.packetId);
      } else if (packet.ack === 7) {
        if (packet.reasonCode === 0 && flow?.phase !== 'released')
          throw new Error(`PUBCOMP ${packet.packetId} answers nothing`);
        this.#flows.delete(packet.packetId);
      }
      return true;
    }

    get isDone(): boolean {
      return this.#flows.size === 0;
    }

    #publish(packetId: number, payload: string, dup: boolean): void {
      this.#queue.push((wire) => wire.message({ topic: 'a', qos: 2, packetId, payload, dup }));
    }

    #release(packetId: number): void {
      this.#queue.push((wire) => wire.acknowledge(PUBREL, packetId));
    }
  }

  it('reaches the listener exactly once each, in order, and every flow comes to its end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
        const test = connected({ ack: 'manual' });
        const server = new ModelServer();
        const acked = new Set<number>();
        const ack = (which: number): void => {
          const message = test.received[which];
          if (message === undefined) return;
          acked.add(which);
          message.ack();
        };
        for (const each of steps) {
          const wire = test.wires.at(-1)!;
          if (each.do === 'send') server.send();
          else if (each.do === 'arrive') server.arrive(wire);
          else if (each.do === 'read') server.read(wire);
          else if (each.do === 'ack') ack(each.which);
          else {
            reconnect(test);
            server.resume();
          }
        }
        const wire = test.wires.at(-1)!;
        for (let progress = true; progress; ) {
          progress = false;
          while (server.arrive(wire) || server.read(wire)) progress = true;
          for (let i = 0; i < test.received.length; i++) {
            if (!acked.has(i)) {
              ack(i);
              progress = true;
            }
          }
        }
        expect(test.received.map(({ payload }) => Buffer.from(payload).toString())).toEqual(
          Array.from({ length: server.sent }, (_, i) => String(i)),
        );
        expect(server.isDone).toBe(true);
        expect(test.connection.state.type).toBe('connected');
      }),
      { numRuns: 300 },
    );
  });
});
