import type { PauseReason, ReconnectFailure, ReconnectOptions } from '../options/reconnect-options.js';
import { createTestConnection, type TestConnection } from '../testing/index.js';
import type { ConnectionState } from './connection-state.js';
import { browserSignals, type PlatformSignals } from './platform-signals.js';

/** Lets what promises have brought about happen; no time passes. */
async function turn(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function opened(
  reconnect: ReconnectOptions,
  signals?: PlatformSignals,
): TestConnection & { readonly states: ConnectionState[] } {
  const test = createTestConnection({ reconnect: { initialDelay: 100, jitter: 'none', ...reconnect } }, 1, signals);
  const states: ConnectionState[] = [];
  test.connection.on('state', (state) => states.push(state));
  test.connection.open().catch(() => {});
  return Object.assign(Object.create(test) as TestConnection, { states });
}

const types = (states: readonly ConnectionState[]): string[] =>
  states.map((state) =>
    state.type === 'reconnecting' ? `${state.waitingFor ?? 'reconnecting'} ${state.delay}` : state.type,
  );

describe('reconnect.delay', () => {
  it('decides at once, knowing what the numbers say', () => {
    const asked: ReconnectFailure[] = [];
    const test = opened({
      delay: (failure) => {
        asked.push(failure);
        return failure.delay + 7;
      },
    });
    test.wire.cut();
    expect(asked).toMatchObject([
      { attempt: 2, by: 'network', lasted: undefined, delay: 100, error: { name: 'NetworkError' } },
    ]);
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', delay: 107 });
    test.clock.advance(106);
    expect(test.wires).toHaveLength(1);
    test.clock.advance(1);
    test.wire.connack();
    test.clock.advance(50);
    test.wire.cut();
    expect(asked[1]).toMatchObject({ attempt: 3, lasted: 50, delay: 200 });
  });

  it('may take its time, and shows it', async () => {
    const test = opened({ delay: () => Promise.resolve(30) });
    test.wire.cut();
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', waitingFor: 'policy' });
    await turn();
    expect(types(test.states)).toEqual(['connecting', 'policy 100', 'reconnecting 30']);
    test.clock.advance(30);
    expect(test.wires).toHaveLength(2);
  });

  it.each([
    ['at once', () => false as const],
    ['later', () => Promise.resolve(false as const)],
  ])('ends it with false, %s', async (_, delay) => {
    const test = opened({ delay });
    test.wire.cut();
    await turn();
    expect(test.connection.state).toMatchObject({ type: 'failed', by: 'network', cause: { name: 'NetworkError' } });
    expect(test.clock.pending).toBe(0);
  });

  it('that never answers gives up with giveUpAfter, and is told', () => {
    let signal: AbortSignal | undefined;
    const test = opened({
      giveUpAfter: 5_000,
      delay: (failure) => {
        ({ signal } = failure);
        return new Promise(() => {});
      },
    });
    test.wire.cut();
    test.clock.advance(4_999);
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', waitingFor: 'policy' });
    expect(signal?.aborted).toBe(false);
    test.clock.advance(1);
    expect(signal?.aborted).toBe(true);
    expect(test.connection.state).toMatchObject({ type: 'failed', by: 'network', cause: { name: 'NetworkError' } });
    expect(test.clock.pending).toBe(0);
  });

  it('that answers in time, or is not needed any more, leaves no timer of giveUpAfter', async () => {
    const test = opened({
      giveUpAfter: 5_000,
      delay: ({ attempt }) => (attempt === 2 ? Promise.resolve(30) : new Promise(() => {})),
    });
    test.wire.cut();
    await turn();
    expect(test.clock.pending).toBe(1);
    test.clock.advance(30);
    test.wires.at(-1)!.cut();
    void test.connection.close();
    await test.connection.closed;
    expect(test.clock.pending).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    ['rejects', () => Promise.reject(new Error('thrown'))],
    ['gives a negative number', () => -1],
    ['gives no number', () => Promise.resolve('soon' as never)],
    ['gives NaN', () => NaN],
    ['gives null', () => null as never],
    ['gives an object', () => ({}) as never],
    ['gives nothing', () => undefined as never],
    [
      'gives what only looks like a promise',
      () =>
        ({
          then: () => {
            throw new Error('thrown');
          },
        }) as never,
    ],
  ])('that %s leaves it to the numbers, with a warning', async (_, delay) => {
    const test = opened({ delay });
    const warnings: string[] = [];
    test.connection.on('warning', ({ what }) => warnings.push(what));
    test.wire.cut();
    await turn();
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', delay: 100 });
    expect(warnings).toEqual(['reconnect.delay failed; the other options decide']);
    test.clock.advance(100);
    expect(test.wires).toHaveLength(2);
  });

  it('is not asked about what ends it anyway', () => {
    const delay = jest.fn(() => 1);
    const test = opened({ delay, maxAttempts: 2 });
    test.wire.cut();
    test.clock.advance(1);
    test.wire.cut();
    expect(test.connection.state.type).toBe('failed');
    expect(delay).toHaveBeenCalledTimes(1);
    const refused = opened({ delay });
    refused.wire.connack({ reasonCode: 0x8a });
    expect(delay).toHaveBeenCalledTimes(1);
  });

  it('is told when the connection is closed meanwhile, and what it says then is nothing', async () => {
    let signal: AbortSignal | undefined;
    let answer = (_: number): void => {};
    const test = opened({
      delay: (failure) => ((signal = failure.signal), new Promise<number>((resolve) => (answer = resolve))),
    });
    test.wire.cut();
    await test.connection.close();
    expect(signal?.aborted).toBe(true);
    answer(1);
    await turn();
    test.clock.advance(1_000);
    expect(test.wires).toHaveLength(1);
  });

  it('cannot keep two clients of one name from being damped', () => {
    const test = opened({ delay: () => 1 });
    for (let i = 0; i < 3; i++) {
      test.wire.connack();
      test.wire.cut(undefined, 'server');
      if (i < 1) test.clock.advance(1);
    }
    expect(test.connection.state).toMatchObject({ type: 'reconnecting', delay: 5_000 });
  });
});

describe('reconnectNow()', () => {
  it('does not wait for the rest of the delay', () => {
    const test = opened({ initialDelay: 60_000, maxDelay: 60_000 });
    test.wire.cut();
    test.connection.reconnectNow();
    expect(test.wires).toHaveLength(2);
    expect(test.connection.state).toEqual({ type: 'connecting', attempt: 2 });
    test.clock.advance(120_000);
    expect(test.wires).toHaveLength(2);
  });

  it('does not wait for a policy that thinks, whose answer is not wanted then', async () => {
    let answer = (_: number | false): void => {};
    const test = opened({ delay: () => new Promise((resolve) => (answer = resolve)) });
    test.wire.cut();
    test.connection.reconnectNow();
    answer(false);
    await turn();
    expect(test.connection.state.type).toBe('connecting');
    test.wire.connack();
    expect(test.connection.state.type).toBe('connected');
  });

  it('may be called by who hears that the connection is lost', () => {
    const test = opened({ initialDelay: 60_000, maxDelay: 60_000 });
    test.connection.on('state', ({ type }) => {
      if (type === 'reconnecting') test.connection.reconnectNow();
    });
    test.wire.cut();
    expect(test.wires).toHaveLength(2);
    test.wire.connack();
    expect(test.connection.state.type).toBe('connected');
    test.clock.advance(120_000);
    expect(test.wires).toHaveLength(2);
    expect(types(test.states)).toEqual(['connecting', 'reconnecting 60000', 'connecting', 'connected']);
  });

  it.each(['idle', 'connecting', 'connected', 'closed'])('does nothing while %s', async (state) => {
    const test = state === 'idle' ? createTestConnection() : opened({});
    if (state === 'connected') test.wire.connack();
    if (state === 'closed') await test.connection.close();
    const { length } = test.wires;
    test.connection.reconnectNow();
    test.connection.reconnectNow();
    expect(test.wires).toHaveLength(length);
    expect(test.connection.state.type).toBe(state);
  });

  it('helps a connection that drains', () => {
    const test = opened({ initialDelay: 5_000 });
    test.wire.connack();
    test.connection.publish('a', 'x', { qos: 1 });
    void test.connection.drain();
    test.wire.cut();
    test.connection.reconnectNow();
    expect(test.wires).toHaveLength(2);
  });
});

describe('retryInitial: false', () => {
  it('lets open() reject with the first failure', async () => {
    const test = createTestConnection({ reconnect: { retryInitial: false } });
    const open = test.connection.open();
    test.wire.connack({ reasonCode: 0x89 });
    await expect(open).rejects.toMatchObject({ name: 'ConnectionRefusedError', reasonCode: 0x89 });
    expect(test.connection.state.type).toBe('failed');
  });

  it('lets it reject with a failure of the credentials function, too', async () => {
    const test = createTestConnection({
      reconnect: { retryInitial: false },
      credentials: () => Promise.reject(new Error('no token')),
    });
    await expect(test.connection.open()).rejects.toMatchObject({ name: 'CredentialsError' });
  });

  it('retries what had been made', () => {
    const test = opened({ retryInitial: false });
    test.wire.connack();
    test.wire.cut();
    expect(test.connection.state.type).toBe('reconnecting');
  });
});

/** A platform that the test switches. */
class Switches implements PlatformSignals {
  readonly on = new Set<PauseReason>();
  readonly listeners = new Set<() => void>();

  is(reason: PauseReason): boolean {
    return this.on.has(reason);
  }

  watch(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  set(reason: PauseReason, on: boolean): void {
    if (on) this.on.add(reason);
    else this.on.delete(reason);
    for (const listener of [...this.listeners]) listener();
  }
}

describe('pauseWhile', () => {
  it.each(['offline', 'hidden'] as const)('%s puts the attempt off, which is made up for at once', (reason) => {
    const platform = new Switches();
    const test = opened({ pauseWhile: reason }, platform);
    platform.set(reason, true);
    test.wire.cut();
    test.clock.advance(100_000);
    expect(test.wires).toHaveLength(1);
    expect(types(test.states)).toEqual(['connecting', 'reconnecting 100', `${reason} 100`]);
    platform.set(reason, false);
    expect(test.wires).toHaveLength(2);
    expect(platform.listeners.size).toBe(0);
  });

  it('does not shorten the delay', () => {
    const platform = new Switches();
    const test = opened({ pauseWhile: ['offline', 'hidden'] }, platform);
    platform.set('offline', true);
    test.wire.cut();
    test.clock.advance(50);
    platform.set('offline', false);
    test.clock.advance(49);
    expect(test.wires).toHaveLength(1);
    test.clock.advance(1);
    expect(test.wires).toHaveLength(2);
  });

  it('waits until all of it is over', () => {
    const platform = new Switches();
    const test = opened({ pauseWhile: ['offline', 'hidden'] }, platform);
    platform.set('offline', true);
    platform.set('hidden', true);
    test.wire.cut();
    test.clock.advance(100);
    platform.set('offline', false);
    expect(test.wires).toHaveLength(1);
    platform.set('hidden', false);
    expect(test.wires).toHaveLength(2);
  });

  it('is an option: without it nothing is looked at', () => {
    const platform = new Switches();
    const test = opened({}, platform);
    platform.set('offline', true);
    test.wire.cut();
    test.clock.advance(100);
    expect(test.wires).toHaveLength(2);
  });

  it('ends with reconnectNow(), and with close()', async () => {
    const platform = new Switches();
    const test = opened({ pauseWhile: 'offline' }, platform);
    platform.set('offline', true);
    test.wire.cut();
    test.clock.advance(100);
    test.connection.reconnectNow();
    expect(test.wires).toHaveLength(2);
    test.wire.cut();
    test.clock.advance(200);
    await test.connection.close();
    expect(platform.listeners.size).toBe(0);
    platform.set('offline', false);
    expect(test.wires).toHaveLength(2);
  });
});

describe('the signals of a browser', () => {
  it('do not exist in Node', () => {
    expect(browserSignals()).toBeUndefined();
  });

  it('are those of window and document', () => {
    const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    const navigator = { onLine: true };
    const window = Object.assign(new EventTarget(), { navigator, document });
    const signals = browserSignals(window)!;
    const changed = jest.fn();
    const stop = signals.watch(changed);
    expect([signals.is('offline'), signals.is('hidden')]).toEqual([false, false]);
    navigator.onLine = false;
    document.visibilityState = 'hidden';
    expect([signals.is('offline'), signals.is('hidden')]).toEqual([true, true]);
    window.dispatchEvent(new Event('online'));
    document.dispatchEvent(new Event('visibilitychange'));
    expect(changed).toHaveBeenCalledTimes(2);
    stop();
    window.dispatchEvent(new Event('online'));
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('of a worker know of no page', () => {
    const worker = Object.assign(new EventTarget(), { navigator: { onLine: false } });
    const signals = browserSignals(worker)!;
    expect([signals.is('offline'), signals.is('hidden')]).toEqual([true, false]);
    signals.watch(() => {})();
  });
});
