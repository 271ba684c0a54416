import fc from 'fast-check';
import { ModelServer } from '../../test/support/model-server.js';
import type { QoS } from '../message/mqtt-message.js';
import { createTestConnection, type ScriptedWire, type SentPacket, type TestConnection } from '../testing/index.js';
import type { OverflowPolicy, Publication, PublishOutcome } from './publish-options.js';

/** What may happen, in any order. What makes no sense at the time is left out. */
type Step =
  | { readonly do: 'publish'; readonly qos: QoS }
  | { readonly do: 'abort'; readonly which: number }
  /** The server reads so many packets. */
  | { readonly do: 'serve'; readonly count: number }
  /** The client reads so many of its answers. */
  | { readonly do: 'answer'; readonly count: number }
  | { readonly do: 'cut' }
  | { readonly do: 'connect'; readonly sessionPresent: boolean; readonly receiveMaximum: number }
  | { readonly do: 'congest'; readonly congested: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<QoS>(0, 1, 2).map((qos) => ({ do: 'publish', qos }) as const) },
  { weight: 1, arbitrary: fc.nat(30).map((which) => ({ do: 'abort', which }) as const) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((count) => ({ do: 'serve', count }) as const) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((count) => ({ do: 'answer', count }) as const) },
  { weight: 2, arbitrary: fc.constant({ do: 'cut' } as const) },
  {
    weight: 4,
    arbitrary: fc
      .record({ sessionPresent: fc.boolean(), receiveMaximum: fc.integer({ min: 1, max: 4 }) })
      .map((connack) => ({ do: 'connect', ...connack }) as const),
  },
  { weight: 2, arbitrary: fc.boolean().map((congested) => ({ do: 'congest', congested }) as const) },
);

interface Published {
  readonly name: string;
  readonly qos: QoS;
  readonly publication: Publication;
  readonly abort: AbortController;
  readonly outcomes: PublishOutcome[];
  /** The server forgot the session while this one was on its way. */
  sessionLost: boolean;
}

interface Limits {
  readonly window: number;
  readonly capacity: number;
  readonly overflow: OverflowPolicy;
}

/** Runs a schedule, and looks at every packet and every outcome as it comes. */
class Run {
  readonly #limits: Limits;
  readonly #test: TestConnection;
  readonly #server = new ModelServer();
  readonly #published: Published[] = [];
  #window = 0;
  #checked = 0;
  /** Identifiers that the server has on this connection and the client knows no answer for. */
  readonly #underWay = new Set<number>();
  readonly #lastSent = new Map<string, number>();
  #resumed = false;
  #inSession = new Set<string>();

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#test = createTestConnection({
      reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
      publish: limits,
    });
    void this.#test.connection.open();
    this.#connect(false, 4);
  }

  run(steps: readonly Step[]): void {
    for (const each of steps) {
      this.#do(each);
      this.#check();
    }
    this.#settleAll();
  }

  #do(each: Step): void {
    const { wires, connection } = this.#test;
    const wire = wires.at(-1)!;
    const isConnected = connection.state.type === 'connected';
    switch (each.do) {
      case 'publish':
        this.#publish(each.qos);
        return;
      case 'abort':
        this.#published[each.which]?.abort.abort();
        return;
      case 'serve':
        if (isConnected) this.#server.serve(wire, each.count);
        return;
      case 'answer':
        if (isConnected) this.#answer(wire, each.count);
        return;
      case 'cut':
        this.#server.cut();
        wire.cut();
        return;
      case 'connect':
        if (!isConnected) {
          this.#test.clock.advance(1);
          this.#connect(each.sessionPresent, each.receiveMaximum);
        }
        return;
      case 'congest':
        if (isConnected) wire.setCongested(each.congested);
        return;
    }
  }

  #publish(qos: QoS): void {
    const name = String(this.#published.length);
    const abort = new AbortController();
    const publication = this.#test.connection.publish(`topic ${this.#published.length % 3}`, name, {
      qos,
      signal: abort.signal,
    });
    const outcomes: PublishOutcome[] = [];
    publication.onSettled((outcome) => outcomes.push(outcome));
    this.#published.push({ name, qos, publication, abort, outcomes, sessionLost: false });
  }

  #answer(wire: ScriptedWire, count: number): void {
    this.#server.answer(wire, count, ({ type, packetId }) => {
      this.#check();
      if (type !== 5) this.#underWay.delete(packetId);
    });
  }

  #connect(sessionPresent: boolean, receiveMaximum: number): void {
    this.#window = Math.min(this.#limits.window, receiveMaximum);
    this.#checked = 0;
    this.#underWay.clear();
    this.#lastSent.clear();
    this.#resumed = sessionPresent;
    if (!sessionPresent) {
      this.#server.forget();
      this.#inSession = new Set();
      for (const each of this.#published) each.sessionLost = true;
    }
    this.#test.wire.connack({ sessionPresent, properties: { receiveMaximum } });
  }

  #check(): void {
    const { sent } = this.#test.wires.at(-1)!;
    for (; this.#checked < sent.length; this.#checked++) {
      const packet = sent[this.#checked]!;
      if (packet.type === 'publish') this.#checkPublish(packet);
      else if (packet.type === 'ack') this.#underWay.add(packet.packetId);
      else throw new Error(`nobody asked for ${packet.type}`);
    }
    if (this.#underWay.size > this.#window)
      throw new Error(`${this.#underWay.size} are under way in a window of ${this.#window}`);
    for (const { name, outcomes } of this.#published)
      if (outcomes.length > 1) throw new Error(`${name} settled ${outcomes.length} times`);
  }

  #checkPublish({ qos, topic, packetId, dup, payload }: Extract<SentPacket, { type: 'publish' }>): void {
    const index = Number(payload);
    // With 'latest' a message takes the place of an older one of its topic, and so comes before older ones of others.
    const lane = this.#limits.overflow === 'latest' ? `${String(qos)} ${topic}` : String(qos);
    const last = this.#lastSent.get(lane) ?? -1;
    if (index <= last) throw new Error(`QoS ${qos}: ${index} was sent after ${last}`);
    this.#lastSent.set(lane, index);
    if (qos === 0) return;
    if (this.#underWay.has(packetId)) throw new Error(`identifier ${packetId} is in use`);
    this.#underWay.add(packetId);
    const again = this.#resumed && this.#inSession.has(String(payload));
    if (dup !== again) throw new Error(`${index} was sent ${again ? 'again without' : 'first with'} DUP`);
    this.#inSession.add(String(payload));
  }

  /** In the end everything gets through. */
  #settleAll(): void {
    const { connection } = this.#test;
    if (connection.state.type !== 'connected') this.#do({ do: 'connect', sessionPresent: true, receiveMaximum: 4 });
    this.#check();
    const wire = this.#test.wire;
    this.#do({ do: 'congest', congested: false });
    this.#check();
    for (let rounds = 0; rounds < 1_000; rounds++) {
      const before = wire.sent.length;
      this.#server.serve(wire, 10);
      this.#answer(wire, 10);
      this.#check();
      if (this.#server.isDone && wire.sent.length === before) break;
    }
    for (const each of this.#published) this.#checkOutcome(each);
  }

  #checkOutcome({ name, qos, outcomes, sessionLost }: Published): void {
    const [outcome] = outcomes;
    const delivered = this.#server.delivered.get(name) ?? 0;
    if (outcome === undefined) throw new Error(`${name} (QoS ${qos}) never settled`);
    if (outcome.status === 'acknowledged') {
      if (qos > 0 && delivered === 0) throw new Error(`${name} (QoS ${qos}) was acknowledged and never delivered`);
    } else {
      const { name: error } = outcome.error;
      const allowed = ['AbortedError', 'UnknownOutcomeError', 'OverflowError'];
      if (!allowed.includes(error)) throw new Error(`${name} failed with ${error}`);
      if (error === 'UnknownOutcomeError' && !sessionLost)
        throw new Error(`${name} (QoS ${qos}) is in doubt for no reason`);
      const mayStillArrive =
        error === 'UnknownOutcomeError' || (outcome.error as { mayStillArrive?: boolean }).mayStillArrive === true;
      if (!mayStillArrive && delivered > 0) throw new Error(`${name} failed with ${error} and was delivered`);
    }
    if (qos === 0 && delivered > 1) throw new Error(`${name} (QoS 0) was delivered ${delivered} times`);
    if (qos === 2 && delivered > 1 && !sessionLost) throw new Error(`${name} (QoS 2) was delivered ${delivered} times`);
  }
}

function holdsFor(overflow: OverflowPolicy, capacity: fc.Arbitrary<number>, numRuns: number): void {
  const limits = fc.record({ window: fc.integer({ min: 1, max: 5 }), capacity });
  fc.assert(
    fc.property(limits, fc.array(step, { minLength: 5, maxLength: 80, size: 'max' }), (given, steps) => {
      new Run({ ...given, overflow }).run(steps);
    }),
    { numRuns },
  );
}

describe('through any schedule of publishing, aborting, answers, cuts and congestion', () => {
  it('every publication settles once and truly, order is kept per QoS, and no window is exceeded', () => {
    holdsFor('error', fc.constant(1_000), 250);
  });

  it.each(['error', 'dropOldest', 'latest', 'block'] as const)(
    'so it is when the outbox overflows by the policy %s',
    (overflow) => {
      holdsFor(overflow, fc.integer({ min: 1, max: 4 }), 150);
    },
  );
});
