import fc from 'fast-check';
import { GlassStore, settled } from '../../test/support/glass-store.js';
import { ModelServer } from '../../test/support/model-server.js';
import type { QoS } from '../message/mqtt-message.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';

/** What may happen, in any order; the process may die at any time, with what the store has written by then. */
type Step =
  | { readonly do: 'publish'; readonly qos: QoS; readonly count: number }
  /** What was staged is written. */
  | { readonly do: 'write' }
  | { readonly do: 'serve'; readonly count: number }
  | { readonly do: 'answer'; readonly count: number }
  | { readonly do: 'cut' }
  | { readonly do: 'connect' }
  | { readonly do: 'crash' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({ qos: fc.constantFrom<QoS>(1, 2), count: fc.integer({ min: 1, max: 3 }) })
      .map((given) => ({ do: 'publish', ...given }) as const),
  },
  { weight: 8, arbitrary: fc.constant({ do: 'write' } as const) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((count) => ({ do: 'serve', count }) as const) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }).map((count) => ({ do: 'answer', count }) as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'cut' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'connect' } as const) },
  { weight: 3, arbitrary: fc.constant({ do: 'crash' } as const) },
);

interface Published {
  readonly name: string;
  readonly qos: QoS;
  stored: boolean;
}

class Run {
  readonly #server = new ModelServer();
  readonly #published: Published[] = [];
  #store = new GlassStore();
  #test: TestConnection;
  #sessions = 0;

  constructor() {
    this.#test = this.#start();
  }

  async run(steps: readonly Step[]): Promise<void> {
    await settled();
    for (const each of steps) {
      await this.#do(each);
      await settled();
    }
    await this.#do({ do: 'crash' });
    for (let i = 0; i < 200; i++) {
      const before = this.#test.wires.at(-1)?.sent.length;
      for (const each of ['connect', 'write', 'serve', 'answer'] as const) await this.#do({ do: each, count: 10 });
      await settled();
      if (this.#server.isDone && this.#isConnected && this.#test.wire.sent.length === before) break;
    }
    this.#judge();
  }

  get #isConnected(): boolean {
    return this.#test.connection.state.type === 'connected';
  }

  #start(): TestConnection {
    const test = createTestConnection({
      clientId: 'c',
      reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' },
      publish: { window: 3 },
      session: { store: this.#store },
    });
    void test.connection.open();
    return test;
  }

  async #do(each: Step): Promise<void> {
    const { connection, clock, wires } = this.#test;
    const wire = wires.at(-1);
    switch (each.do) {
      case 'publish':
        for (let i = 0; i < each.count; i++) {
          const entry: Published = { name: String(this.#published.length), qos: each.qos, stored: false };
          this.#published.push(entry);
          void connection.publish('t', entry.name, { qos: each.qos }).stored.then(() => (entry.stored = true));
        }
        return;
      case 'write':
        clock.advance(0);
        return;
      case 'serve':
        if (this.#isConnected && wire !== undefined) this.#server.serve(wire, each.count);
        return;
      case 'answer':
        if (this.#isConnected && wire !== undefined) this.#server.answer(wire, each.count, () => undefined);
        return;
      case 'cut':
        this.#server.cut();
        wire?.cut();
        return;
      case 'connect':
        await settled();
        if (connection.state.type === 'reconnecting') clock.advance(1);
        if (connection.state.type === 'connecting' && this.#test.wires.length > 0) {
          const { request } = this.#test.wire;
          if (request.clean) this.#server.forget();
          this.#test.wire.connack({ sessionPresent: !request.clean && this.#sessions > 0 });
          this.#sessions++;
        }
        return;
      case 'crash':
        this.#server.cut();
        // The old process does nothing any more; its store is what it was.
        this.#store = new GlassStore(this.#store.snapshot());
        this.#test = this.#start();
        return;
    }
  }

  #judge(): void {
    const { delivered } = this.#server;
    for (const { name, qos, stored } of this.#published) {
      const times = delivered.get(name) ?? 0;
      if (stored && times === 0) throw new Error(`${name} (QoS ${qos}) was stored and lost`);
      if (qos === 2 && times > 1) throw new Error(`${name} (QoS 2) was delivered ${times} times`);
    }
    for (const qos of [1, 2]) {
      const order = [...delivered.keys()].map(Number).filter((index) => this.#published[index]!.qos === qos);
      if (order.some((index, i) => i > 0 && index < order[i - 1]!))
        throw new Error(`QoS ${qos} came as ${order.join(' ')}`);
    }
    if (this.#store.keys.some((key) => /^(message|sent)\//.test(key)))
      throw new Error(`the store keeps ${this.#store.keys.join(', ')}`);
  }
}

describe('a process that dies between any two steps', () => {
  it('loses nothing that was stored, doubles no QoS 2, keeps the order, and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
        await new Run().run(steps);
      }),
      { numRuns: 200 },
    );
  });
});
