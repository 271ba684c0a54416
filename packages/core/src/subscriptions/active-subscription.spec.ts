import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { MessageListener, SubscriptionObserver } from './subscribe-options.js';

const thrown = new Error('thrown by a listener');

interface Subject extends TestConnection {
  readonly warnings: { readonly error: unknown; readonly what: string }[];
}

function connected(): Subject {
  const test = createTestConnection({ reconnect: { initialDelay: 1, maxDelay: 1, jitter: 'none' } });
  test.connection.open().catch(() => {});
  test.wire.connack();
  const warnings: Subject['warnings'] = [];
  test.connection.on('warning', (event) => warnings.push(event));
  return Object.assign(Object.create(test) as TestConnection, { warnings });
}

function observe(test: Subject, observer: MessageListener | SubscriptionObserver, filter = 'a'): void {
  test.connection.subscribe(filter, { qos: 2 }, observer);
  test.clock.advance();
  test.wires[0]!.suback();
}

const acks = ({ wires }: Subject): unknown[] =>
  wires[0]!.sent.flatMap((packet) => (packet.type === 'ack' ? [[packet.ack, packet.packetId, packet.reasonCode]] : []));

async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('a message listener', () => {
  it('that throws harms nobody: the others get it, it is acknowledged, the subscription lives', () => {
    const test = connected();
    const received: string[] = [];
    test.connection.subscribe('a', {}, () => {
      throw thrown;
    });
    test.connection.subscribe('a', { qos: 2 }, ({ qos }) => void received.push(`second ${qos}`));
    test.clock.advance();
    test.wires[0]!.suback();
    for (const qos of [0, 1, 2] as const)
      test.wires[0]!.message({ topic: 'a', qos, packetId: qos, subscriptionIds: [1] });
    expect(received).toEqual(['second 0', 'second 1', 'second 2']);
    expect(acks(test)).toEqual([
      [4, 1, 0],
      [5, 2, 0],
    ]);
    expect(test.warnings.map(({ error }) => error)).toEqual([thrown, thrown, thrown]);
    expect(test.connection.state.type).toBe('connected');
  });

  it('that rejects has its message acknowledged, and there is a warning', async () => {
    const test = connected();
    observe(test, () => Promise.reject(thrown));
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1, subscriptionIds: [1] });
    expect(acks(test)).toEqual([]);
    await turn();
    expect(acks(test)).toEqual([[4, 1, 0]]);
    expect(test.warnings).toEqual([{ error: thrown, what: expect.stringContaining('"a"') }]);
  });

  it.each([
    ['a number, as an arrow around push() does', () => 7],
    ['null', () => null],
    ['text', () => 'x'],
    ['an object', () => ({})],
    ['false', () => false],
    ['an object whose then is no function', () => ({ then: 7 })],
  ])('may return %s in JavaScript: that is no promise, and no warning', (_, listener) => {
    const test = connected();
    observe(test, listener as never);
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1, subscriptionIds: [1] });
    expect(acks(test)).toEqual([[4, 1, 0]]);
    expect(test.warnings).toEqual([]);
  });

  it.each([
    [
      'throws in then()',
      () => ({
        then: () => {
          throw thrown;
        },
      }),
    ],
    ['rejects at once', () => ({ then: (_: unknown, reject: (error: unknown) => void) => reject(thrown) })],
    ['fulfils twice', () => ({ then: (resolve: () => void) => [resolve(), resolve()] })],
  ])('that returns a thenable which %s holds up nothing', async (_, listener) => {
    const test = connected();
    observe(test, listener as never);
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 1, subscriptionIds: [1] });
    test.wires[0]!.message({ topic: 'a', qos: 1, packetId: 2, subscriptionIds: [1] });
    await turn();
    expect(acks(test)).toEqual([
      [4, 1, 0],
      [4, 2, 0],
    ]);
  });

  it('warns in words that no topic can forge', () => {
    const test = connected();
    observe(
      test,
      () => {
        throw thrown;
      },
      '#',
    );
    test.wires[0]!.message({ topic: 'a\n\u001b[31mb', subscriptionIds: [1] });
    expect(test.warnings).toHaveLength(1);
    expect(test.warnings[0]!.what).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('the callbacks of a subscription', () => {
  it('that throw harm nobody, and are warned of', () => {
    const test = connected();
    const fail = (): never => {
      throw thrown;
    };
    const log: string[] = [];
    test.connection.subscribe('a', {}, { message: () => {}, ready: fail, end: fail });
    test.connection.subscribe('b', {}, { message: () => {}, error: fail });
    test.connection.subscribe(
      'c',
      {},
      { message: () => {}, ready: () => log.push('ready'), end: () => log.push('end') },
    );
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0, 0x87, 0]);
    void test.connection.close();
    expect(log).toEqual(['ready', 'end']);
    expect(test.warnings.map(({ what }) => /the (\w+) callback/.exec(what)?.[1])).toEqual(['error', 'ready', 'end']);
  });

  it('hear of the end once: end or error, whichever came first', () => {
    const test = connected();
    const log: string[] = [];
    observe(test, { message: () => {}, error: () => log.push('error'), end: () => log.push('end') });
    test.wires[0]!.cut();
    test.clock.advance(1);
    test.wires[1]!.connack();
    test.wires[1]!.suback(undefined, [0x87]);
    void test.connection.close();
    expect(log).toEqual(['error']);
  });

  it('hear nothing after unsubscribe()', () => {
    const test = connected();
    const log: string[] = [];
    const subscription = test.connection.subscribe(
      'a',
      {},
      {
        message: () => void log.push('message'),
        ready: () => log.push('ready'),
        error: () => log.push('error'),
        end: () => log.push('end'),
      },
    );
    test.clock.advance();
    void subscription.unsubscribe();
    test.wires[0]!.suback();
    test.wires[0]!.message({ topic: 'a' });
    void test.connection.close();
    expect(log).toEqual([]);
  });

  it('are called as methods of their observer', () => {
    class Observer implements SubscriptionObserver {
      readonly log: string[] = [];
      message(): void {
        this.log.push('message');
      }
      ready(): void {
        this.log.push('ready');
      }
      end(): void {
        this.log.push('end');
      }
    }
    const test = connected();
    const observer = new Observer();
    observe(test, observer);
    test.wires[0]!.message({ topic: 'a', subscriptionIds: [1] });
    void test.connection.close();
    expect(observer.log).toEqual(['ready', 'message', 'end']);
  });
});

describe('`ready`', () => {
  it('fulfils at the first SUBACK, and is the same promise', async () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', { qos: 1 }, () => {});
    expect(subscription.ready).toBe(subscription.ready);
    test.clock.advance();
    test.wires[0]!.suback();
    await expect(subscription.ready).resolves.toEqual([{ filter: 'a', qos: 1 }]);
  });

  it('of a subscription whose grant has come before somebody asks, fulfils too', async () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', { qos: 1 }, () => {});
    test.clock.advance();
    test.wires[0]!.suback();
    await expect(subscription.ready).resolves.toEqual([{ filter: 'a', qos: 1 }]);
  });

  it.each(['before', 'after'])('rejects with ClosedError when it was withdrawn, asked %s', async (when) => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, () => {});
    const early = when === 'before' ? subscription.ready : undefined;
    early?.catch(() => {});
    void subscription.unsubscribe();
    await expect(early ?? subscription.ready).rejects.toMatchObject({ name: 'ClosedError' });
  });

  it('rejects with the refusal, also for who asks afterwards', async () => {
    const test = connected();
    const subscription = test.connection.subscribe('a', {}, { message: () => {}, error: () => {} });
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0x87]);
    await expect(subscription.ready).rejects.toMatchObject({ name: 'SubscribeRejectedError', reasonCode: 0x87 });
  });

  it('that nobody asks for makes no promise and no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', onUnhandled);
    const test = connected();
    test.connection.subscribe('a', {}, () => {});
    test.connection.subscribe('b', {}, () => {});
    test.clock.advance();
    test.wires[0]!.suback(undefined, [0x87, 0]);
    await test.connection.close();
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});
