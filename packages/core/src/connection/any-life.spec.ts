import fc from 'fast-check';
import { isMqttError } from '../errors/mqtt-error.js';
import type { MqttMessage, QoS } from '../message/mqtt-message.js';
import type { OverflowPolicy, PublishOutcome } from '../outbound/publish-options.js';
import type { Subscription } from '../subscriptions/subscribe-options.js';
import { createTestConnection, type ScriptedWire, type TestConnection } from '../testing/index.js';
import type { ConnectionState } from './connection-state.js';

/** What a user may do, sensible or not. */
type UserAct =
  | {
      readonly act: 'publish';
      readonly qos: QoS;
      readonly timeout?: number;
      readonly expiry?: number;
      readonly bad?: boolean;
    }
  | {
      readonly act: 'subscribe';
      readonly filter: string;
      readonly qos: QoS;
      readonly ack: 'auto' | 'manual';
      readonly concurrency: number;
    }
  | { readonly act: 'unsubscribe' | 'acknowledge' | 'finish'; readonly which: number }
  | { readonly act: 'open' | 'throw' | 'close' }
  | { readonly act: 'drain'; readonly deadline: number }
  | { readonly act: 'wait'; readonly milliseconds: number };

/** What a server or a network may do. */
type ServerAct =
  | { readonly act: 'cut' | 'suback' | 'unsuback' | 'refuse the subscription' }
  | {
      readonly act: 'connack';
      readonly sessionPresent: boolean;
      readonly receiveMaximum: number;
      readonly wildcards: 0 | 1;
    }
  | { readonly act: 'refuse'; readonly reasonCode: number }
  | { readonly act: 'message'; readonly topic: string; readonly qos: QoS; readonly packetId: number }
  | { readonly act: 'answer'; readonly type: 4 | 5 | 6 | 7; readonly packetId: number; readonly reasonCode: number }
  | { readonly act: 'congest'; readonly congested: boolean };

type Act = UserAct | ServerAct;

const qos = fc.constantFrom<QoS>(0, 1, 2);
const packetId = fc.integer({ min: 1, max: 6 });
const calm: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        act: fc.constant('publish' as const),
        qos,
        timeout: fc.constantFrom(0, 50, 5_000),
        expiry: fc.constantFrom(0, 1, 10),
        bad: fc.boolean(),
      },
      { requiredKeys: ['act', 'qos'] },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('subscribe' as const),
      filter: fc.constantFrom('a', 'a/+', '#', 'b'),
      qos,
      ack: fc.constantFrom('auto' as const, 'manual' as const),
      concurrency: fc.constantFrom(1, 64),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constantFrom('unsubscribe' as const, 'acknowledge' as const, 'finish' as const),
      which: fc.nat(5),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Act>(
      { act: 'open' },
      { act: 'cut' },
      { act: 'suback' },
      { act: 'unsuback' },
      { act: 'refuse the subscription' },
      { act: 'throw' },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('connack' as const),
      sessionPresent: fc.boolean(),
      receiveMaximum: fc.constantFrom(1, 2, 65_535),
      wildcards: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('refuse' as const), reasonCode: fc.constantFrom(0x84, 0x89, 0x88) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('message' as const),
      topic: fc.constantFrom('a', 'a/x', 'b'),
      qos,
      packetId,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('answer' as const),
      type: fc.constantFrom<4 | 5 | 6 | 7>(4, 5, 6, 7),
      packetId,
      reasonCode: fc.constantFrom(0, 0, 0, 0x87),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('congest' as const), congested: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant('wait' as const), milliseconds: fc.constantFrom(0, 1, 50, 1_000, 20_000) }),
  },
);
/** What a listener may do as well. */
const reaction: fc.Arbitrary<Act> = fc.oneof(
  { weight: 20, arbitrary: calm },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('close' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('drain' as const), deadline: fc.constantFrom(0, 100, 10_000) }),
  },
);

class Life {
  readonly test: TestConnection;
  readonly outcomes = new Map<string, PublishOutcome[]>();
  readonly subscriptions: { readonly subscription: Subscription; readonly ends: string[]; withdrawn: boolean }[] = [];
  readonly states: ConnectionState[] = [];
  readonly unexpected: unknown[] = [];
  readonly #held: MqttMessage[] = [];
  readonly #running: (() => void)[] = [];
  readonly #reactions: Act[];
  readonly #drains: Promise<unknown>[] = [];
  #depth = 0;

  constructor(overflow: OverflowPolicy, reactions: readonly Act[]) {
    this.#reactions = [...reactions];
    this.test = createTestConnection({
      clientId: 'me',
      session: { clean: false },
      reconnect: { initialDelay: 10, maxDelay: 100 },
      receiveMaximum: 3,
      receive: { graceTime: 500, ackTimeout: 1_000 },
      publish: { capacity: 3, overflow },
    });
    const { connection } = this.test;
    connection.on('state', (state) => {
      this.states.push(state);
      this.#react();
    });
    for (const name of ['attemptFailed', 'lost', 'drop', 'congestion', 'warning'] as const) {
      connection.on(name, () => {
        this.#react();
      });
    }
  }

  /** Does it as a user would: what is thrown at a user must be an error of ours. */
  do(each: Act): void {
    try {
      this.#do(each);
    } catch (error) {
      if (!isMqttError(error) && !(error instanceof Error && error.message === 'thrown by a listener'))
        this.unexpected.push(error);
    }
  }

  /** Everything is over: nobody waits, nothing runs. */
  async end(how: 'close' | 'drain'): Promise<void> {
    const { connection, clock } = this.test;
    if (how === 'close') await connection.close();
    else {
      const drained = connection.drain();
      clock.advance(10_000);
      await drained;
    }
    await Promise.all(this.#drains);
    await Promise.all(this.subscriptions.map(({ subscription }) => subscription.unsubscribe()));
    clock.advance();
  }

  #react(): void {
    if (this.#depth > 3) return;
    const next = this.#reactions.shift();
    if (next === undefined) return;
    this.#depth++;
    try {
      if (next.act === 'throw') throw new Error('thrown by a listener');
      this.do(next);
    } finally {
      this.#depth--;
    }
  }

  #do(each: Act): void {
    const { connection, clock, wires } = this.test;
    const wire = wires.at(-1);
    switch (each.act) {
      case 'publish':
        this.#publish(each);
        return;
      case 'subscribe':
        this.#subscribe(each);
        return;
      case 'unsubscribe': {
        const chosen = this.subscriptions[each.which];
        if (chosen === undefined) return;
        chosen.withdrawn = true;
        void chosen.subscription.unsubscribe();
        return;
      }
      case 'acknowledge':
        this.#held[each.which]?.ack();
        return;
      case 'finish':
        this.#running.splice(each.which, 1).forEach((resolve) => {
          resolve();
        });
        return;
      case 'open':
        connection.open().catch(() => undefined);
        return;
      case 'close':
        void connection.close();
        return;
      case 'drain':
        this.#drains.push(connection.drain({ deadline: each.deadline }));
        return;
      case 'wait':
        // Time passes between events, not within one.
        if (this.#depth === 0) clock.advance(each.milliseconds);
        return;
      case 'throw':
        return;
      default:
        // So it is with packets.
        if (wire !== undefined && this.#depth === 0) this.#serve(wire, each);
    }
  }

  #serve(wire: ScriptedWire, each: ServerAct): void {
    const isConnected = wire.keepalive !== undefined;
    const asked = (type: 'subscribe' | 'unsubscribe'): boolean => wire.sent.some((packet) => packet.type === type);
    switch (each.act) {
      case 'connack':
        if (!isConnected) {
          wire.connack({
            sessionPresent: each.sessionPresent,
            properties: { receiveMaximum: each.receiveMaximum, wildcardSubscriptionAvailable: each.wildcards },
          });
        }
        return;
      case 'refuse':
        if (!isConnected) wire.connack({ reasonCode: each.reasonCode });
        return;
      case 'cut':
        wire.cut();
        return;
      case 'suback':
        if (isConnected && asked('subscribe')) wire.suback();
        return;
      case 'refuse the subscription':
        if (isConnected && asked('subscribe')) {
          const last = wire.sent.filter((packet) => packet.type === 'subscribe').at(-1);
          if (last !== undefined)
            wire.suback(
              last.packetId,
              last.filters.map((_, i) => (i % 2 === 0 ? 0x87 : 0)),
            );
        }
        return;
      case 'unsuback':
        if (isConnected && asked('unsubscribe')) wire.unsuback();
        return;
      case 'message':
        if (isConnected)
          wire.message({ topic: each.topic, qos: each.qos, packetId: each.qos === 0 ? 0 : each.packetId });
        return;
      case 'answer':
        if (isConnected) wire.acknowledge(each.type, each.packetId, each.type === 6 ? 0 : each.reasonCode);
        return;
      case 'congest':
        if (isConnected) wire.setCongested(each.congested);
        return;
    }
  }

  #publish({ qos: level, timeout, expiry, bad = false }: Extract<Act, { act: 'publish' }>): void {
    const name = String(this.outcomes.size);
    const outcomes: PublishOutcome[] = [];
    this.outcomes.set(name, outcomes);
    this.test.connection
      .publish(bad ? '#' : 'p', name, {
        qos: level,
        ...(timeout === undefined ? {} : { timeout }),
        ...(expiry === undefined ? {} : { properties: { messageExpiryInterval: expiry } }),
      })
      .onSettled((outcome) => {
        outcomes.push(outcome);
        this.#react();
      });
  }

  #subscribe({ filter, qos: level, ack, concurrency }: Extract<Act, { act: 'subscribe' }>): void {
    const ends: string[] = [];
    const subscription = this.test.connection.subscribe(
      filter,
      { qos: level, ack, concurrency },
      {
        message: (message) => {
          this.#held.push(message);
          if (ends.length > 0) this.unexpected.push(`a message after ${ends.join()}`);
          this.#react();
          return new Promise<void>((resolve) => this.#running.push(resolve));
        },
        ready: () => {
          this.#react();
        },
        error: () => {
          ends.push('error');
          this.#react();
        },
        end: () => {
          ends.push('end');
          this.#react();
        },
      },
    );
    this.subscriptions.push({ subscription, ends, withdrawn: false });
  }
}

describe('whatever happens in a life, also inside of listeners', () => {
  it.each(['close', 'drain'] as const)(
    '%s() ends it: everything has settled once, nothing runs any more, and nothing unexpected was thrown',
    async (how) => {
      const lives = fc.record({
        overflow: fc.constantFrom<OverflowPolicy>('error', 'dropOldest', 'latest', 'block'),
        acts: fc.array(calm, { minLength: 5, maxLength: 60, size: 'max' }),
        reactions: fc.array(reaction, { maxLength: 30, size: 'max' }),
      });
      await fc.assert(
        fc.asyncProperty(lives, async ({ overflow, acts, reactions }) => {
          const life = new Life(overflow, reactions);
          life.do({ act: 'open' });
          life.do({ act: 'connack', sessionPresent: false, receiveMaximum: 65_535, wildcards: 1 });
          for (const each of acts) life.do(each);
          await life.end(how);
          const { connection, clock, wires } = life.test;
          expect(life.unexpected).toEqual([]);
          for (const [name, outcomes] of life.outcomes)
            if (outcomes.length !== 1) throw new Error(`publication ${name} settled ${outcomes.length} times`);
          for (const { ends, withdrawn } of life.subscriptions)
            if (ends.length > 1 || (ends.length === 0 && !withdrawn))
              throw new Error(`a subscription ended ${ends.length} times`);
          expect(['closed', 'failed']).toContain(connection.state.type);
          expect(life.states.filter(({ type }) => type === 'closed' || type === 'failed')).toHaveLength(1);
          expect(life.states.at(-1)).toBe(connection.state);
          expect(clock.pending).toBe(0);
          const attempts = wires.length;
          clock.advance(3_600_000);
          expect(wires).toHaveLength(attempts);
          for (const { ended } of wires) expect(ended).not.toBe('open');
        }),
        { numRuns: 250 },
      );
    },
  );
});
