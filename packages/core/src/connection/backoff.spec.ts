import fc from 'fast-check';
import { ConnectionRefusedError, NetworkError, ServerDisconnectError } from '../errors/connection-errors.js';
import { type Clock, systemClock } from '../internal/clock.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { ResolvedReconnect } from '../options/resolve-reconnect.js';
import { Backoff, type Failure } from './backoff.js';

const POLICY: ResolvedReconnect = {
  initialDelay: 100,
  maxDelay: 10_000,
  factor: 2,
  jitter: 'none',
  resetAfter: 5_000,
  maxAttempts: Infinity,
  giveUpAfter: Infinity,
  retryInitial: true,
  pauseWhile: [],
};
const HERE = 'mqtt://test.invalid:1883';
const network = new NetworkError(HERE, 'gone');
const fatal = new ConnectionRefusedError(HERE, 0x8a);
const warn = jest.fn<undefined, [error: unknown, what: string]>();

beforeEach(() => {
  warn.mockClear();
});

function failure(overrides: Partial<Failure> = {}): Failure {
  return { error: network, lasted: undefined, by: 'network', freshCredentials: false, outlook: 'asItIs', ...overrides };
}

let time = 0;
const clock: Clock = { ...systemClock, now: () => time };
beforeEach(() => {
  time = 0;
});

function backoff(policy: Partial<ResolvedReconnect> = {}, random: () => number = () => 0.5): Backoff {
  return new Backoff({ ...POLICY, ...policy }, { random, clock, warn });
}

const never = (): Backoff => new Backoff(undefined, { random: () => 0.5, clock, warn });

function delays(subject: Backoff, failures: readonly Failure[]): (number | undefined)[] {
  return failures.map((each) => subject.next(each)?.delay);
}

const repeat = (count: number, each = failure()): Failure[] => Array.from({ length: count }, () => each);

describe('the delay', () => {
  it('grows by the factor and stops growing at maxDelay', () => {
    expect(delays(backoff(), repeat(9))).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  });

  it('stays the same with factor 1', () => {
    expect(delays(backoff({ factor: 1 }), repeat(3))).toEqual([100, 100, 100]);
  });

  it('is none at all with initialDelay 0', () => {
    expect(delays(backoff({ initialDelay: 0 }), repeat(3))).toEqual([0, 0, 0]);
  });

  it('is a number after thousands of failures', () => {
    const subject = backoff({ factor: 100 });
    expect(delays(subject, repeat(5_000)).at(-1)).toBe(10_000);
  });

  it('is a number after thousands of failures with initialDelay 0 as well', () => {
    expect(delays(backoff({ initialDelay: 0 }), repeat(5_000)).at(-1)).toBe(0);
  });

  it.each([
    [0, [0, 0, 0]],
    [0.25, [25, 50, 100]],
    [0.999, [100, 200, 400]],
  ])('is, with full jitter, the part that chance %d says of the whole', (chance, expected) => {
    expect(
      delays(
        backoff({ jitter: 'full' }, () => chance),
        repeat(3),
      ),
    ).toEqual(expected);
  });

  it('does not ask chance with jitter none', () => {
    const random = jest.fn(() => 0.5);
    delays(backoff({}, random), repeat(3));
    expect(random).not.toHaveBeenCalled();
  });

  it('is never outside of its bounds, for any policy and any chance', () => {
    const policies = fc.record({
      initialDelay: fc.double({ min: 0, max: 5_000, noNaN: true }),
      extra: fc.double({ min: 0, max: 60_000, noNaN: true }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      jitter: fc.constantFrom('full' as const, 'equal' as const, 'none' as const),
    });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policies, fc.array(chance, { minLength: 1, maxLength: 30 }), ({ extra, ...policy }, chances) => {
        const maxDelay = policy.initialDelay + extra;
        let draw = 0;
        const subject = backoff({ ...policy, maxDelay }, () => chances[draw++]!);
        let ceiling = policy.initialDelay;
        let before = 0;
        for (const each of repeat(chances.length)) {
          const delay = subject.next(each)!.delay;
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(Math.min(maxDelay, ceiling) + 0.5);
          if (policy.jitter === 'none') {
            expect(delay).toBeGreaterThanOrEqual(before);
            before = delay;
          }
          ceiling *= policy.factor;
        }
      }),
    );
  });

  it('is spread over the whole range by full jitter, not around its end', () => {
    const chances = Array.from({ length: 100 }, (_, i) => i / 100);
    const drawn = chances.map(
      (chance) => backoff({ jitter: 'full', initialDelay: 1_000 }, () => chance).next(failure())!.delay,
    );
    expect(Math.min(...drawn)).toBe(0);
    expect(Math.max(...drawn)).toBe(990);
    expect(new Set(drawn).size).toBe(100);
  });
});

describe('starting again from initialDelay', () => {
  it('happens after a connection that lasted resetAfter', () => {
    expect(delays(backoff(), [...repeat(3), failure({ lasted: 5_000 }), failure()])).toEqual([100, 200, 400, 100, 200]);
  });

  it('does not happen after a connection that was cut sooner, or a server that accepts and hangs up would be stormed', () => {
    expect(delays(backoff(), repeat(6, failure({ lasted: 4_999 })))).toEqual([100, 200, 400, 800, 1_600, 3_200]);
  });

  it('happens after every connection with resetAfter 0', () => {
    expect(delays(backoff({ resetAfter: 0 }), repeat(3, failure({ lasted: 0 })))).toEqual([100, 100, 100]);
  });

  it('does not happen because an attempt took long', () => {
    expect(delays(backoff({ resetAfter: 0 }), repeat(3))).toEqual([100, 200, 400]);
  });
});

describe('giving up', () => {
  it('is at once without a policy', () => {
    expect(never().next(failure())).toBeUndefined();
  });

  it('is at once after an error that no retry would mend', () => {
    expect(backoff().next(failure({ error: fatal }))).toBeUndefined();
  });

  it('is after a takeover, even of a stable connection', () => {
    const takeover = new ServerDisconnectError(HERE, 0x8e);
    expect(backoff().next(failure({ error: takeover, lasted: 100_000 }))).toBeUndefined();
  });

  it('is when maxAttempts in a row have failed', () => {
    expect(delays(backoff({ maxAttempts: 3 }), repeat(5))).toEqual([100, 200, undefined, undefined, undefined]);
    expect(delays(backoff({ maxAttempts: 1 }), repeat(1))).toEqual([undefined]);
    expect(delays(backoff({ maxAttempts: 0 }), repeat(1))).toEqual([undefined]);
  });

  it('counts from the beginning after a stable connection, whose loss is no failed attempt', () => {
    const life = [failure(), failure({ lasted: 5_000 }), failure(), failure()];
    expect(delays(backoff({ maxAttempts: 2 }), life)).toEqual([100, 100, 200, undefined]);
  });

  it('counts connections that did not last, too', () => {
    expect(delays(backoff({ maxAttempts: 2 }), repeat(2, failure({ lasted: 10 })))).toEqual([100, undefined]);
  });
});

describe('giveUpAfter', () => {
  it('is when the last attempt is made, counted from the first failure', () => {
    const subject = backoff({ giveUpAfter: 350 });
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const delay = subject.next(failure())?.delay;
      seen.push(delay);
      time += delay ?? 0;
    }
    expect(seen).toEqual([100, 200, 50, undefined]);
    expect(time).toBe(350);
  });

  it('counts anew after a stable connection', () => {
    const subject = backoff({ giveUpAfter: 1_000 });
    subject.next(failure());
    time = 50_000;
    expect(subject.next(failure())).toBeUndefined();
    expect(subject.next(failure({ lasted: 5_000 }))?.delay).toBe(100);
  });
});

describe('retryInitial: false', () => {
  it('is over with the first failure, whatever it was', () => {
    expect(backoff({ retryInitial: false }).next(failure())).toBeUndefined();
    expect(backoff({ retryInitial: false, shouldRetry: () => true }).next(failure())).toBeUndefined();
  });

  it('tries the other servers nevertheless', () => {
    expect(backoff({ retryInitial: false }).next(failure({ outlook: 'elsewhere' }))?.delay).toBe(0);
  });

  it('changes nothing when there has been a connection', () => {
    expect(delays(backoff({ retryInitial: false }), [failure({ lasted: 10 }), failure()])).toEqual([100, 200]);
  });
});

describe('shouldRetry', () => {
  it('is asked with the error, and its answer counts', () => {
    const asked: MqttError[] = [];
    const subject = backoff({
      shouldRetry: (error) => {
        asked.push(error);
        return error === fatal;
      },
    });
    expect(subject.next(failure({ error: fatal }))).toEqual({ attempt: 2, delay: 100 });
    expect(subject.next(failure({ error: network }))).toBeUndefined();
    expect(asked).toEqual([fatal, network]);
  });

  it('cannot overrule maxAttempts', () => {
    expect(delays(backoff({ maxAttempts: 2, shouldRetry: () => true }), repeat(2))).toEqual([100, undefined]);
  });

  it('that throws leaves it to the error, with a warning', () => {
    const thrown = new Error('thrown by the function');
    const shouldRetry = (): never => {
      throw thrown;
    };
    expect(backoff({ shouldRetry }).next(failure())?.delay).toBe(100);
    expect(backoff({ shouldRetry }).next(failure({ error: fatal }))).toBeUndefined();
    expect(warn.mock.calls).toEqual([
      [thrown, expect.stringContaining('shouldRetry')],
      [thrown, expect.any(String)],
    ]);
  });

  it.each([
    ['a promise', () => Promise.reject(new Error('too late'))],
    ['a number', () => 1],
    ['null', () => null],
  ])('that gives %s leaves it to the error, with a warning', (_, shouldRetry) => {
    const subject = backoff({ shouldRetry: shouldRetry as never });
    expect(subject.next(failure({ error: fatal }))).toBeUndefined();
    expect(subject.next(failure({ error: network }))).toBeDefined();
    expect(warn.mock.calls).toEqual([
      [expect.any(TypeError), expect.stringContaining('shouldRetry')],
      [expect.any(TypeError), expect.any(String)],
    ]);
  });

  it('can refuse stale credentials as well', () => {
    const error = new ConnectionRefusedError(HERE, 0x86);
    expect(backoff({ shouldRetry: () => false }).next(failure({ error, freshCredentials: true }))).toBeUndefined();
  });
});

describe('credentials that are refused', () => {
  const refused = (reasonCode: number, freshCredentials: boolean): Failure =>
    failure({ error: new ConnectionRefusedError(HERE, reasonCode), freshCredentials });

  it.each([0x86, 0x87])(
    'are fetched again at once when that is possible, once, then with growing delays (0x%s)',
    (code) => {
      expect(delays(backoff(), repeat(4, refused(code, true)))).toEqual([0, 200, 400, 800]);
    },
  );

  it.each([0x86, 0x87])('end it when they are fixed (0x%s)', (code) => {
    expect(backoff().next(refused(code, false))).toBeUndefined();
  });

  it.each([0x84, 0x85, 0x8a, 0x8c])('are not what another refusal is about (0x%s)', (code) => {
    expect(backoff().next(refused(code, true))).toBeUndefined();
  });

  it('are fetched at once again only after a stable connection', () => {
    const flaky = [refused(0x87, true), failure({ lasted: 10 }), refused(0x87, true)];
    expect(delays(backoff(), flaky)).toEqual([0, 200, 400]);
    const stable = [refused(0x87, true), failure({ lasted: 5_000 }), refused(0x87, true)];
    expect(delays(backoff(), stable)).toEqual([0, 100, 0]);
  });

  it('are not waited for with maxAttempts 0', () => {
    expect(backoff({ maxAttempts: 0 }).next(refused(0x87, true))).toBeUndefined();
  });
});

describe('a server that hangs up on new connections without a reason', () => {
  const quarrel = failure({ lasted: 50, by: 'server' });

  it('most likely has another client of this name: after the second time the delay is 5 s at least', () => {
    expect(delays(backoff({ maxDelay: 60_000 }), repeat(8, quarrel))).toEqual([
      100, 5_000, 5_000, 5_000, 5_000, 5_000, 6_400, 12_800,
    ]);
  });

  it('is not given more than maxDelay', () => {
    expect(delays(backoff({ maxDelay: 1_000 }), repeat(3, quarrel))).toEqual([100, 1_000, 1_000]);
  });

  it.each([
    ['a connection that lasted', failure({ lasted: 5_000, by: 'server' })],
    ['a network that broke', failure({ lasted: 50, by: 'network' })],
    ['an attempt that failed', failure({ by: 'server' })],
    ['a server that says why', failure({ lasted: 50, by: 'server', error: new ServerDisconnectError(HERE, 0x8b) })],
  ])('is not suspected after %s', (_, other) => {
    const subject = backoff();
    subject.next(quarrel);
    subject.next(other);
    expect(subject.next(quarrel)?.delay).toBeLessThan(1_000);
  });
});

describe('two clients of one name', () => {
  it('make peace enough: at most six connections in ten seconds, for ever', () => {
    for (const seed of [0.01, 0.3, 0.5, 0.7, 0.99]) {
      // Each connection is taken over by the other client's next one.
      const clients = [0, 1].map(() => ({
        policy: backoff({ jitter: 'full', initialDelay: 250, maxDelay: 30_000 }, () => seed),
        since: 0,
        due: 0,
      }));
      const connects: number[] = [];
      let holder: (typeof clients)[number] | undefined;
      while (time < 300_000) {
        const next = clients.reduce((a, b) => (a.due <= b.due ? a : b));
        time = next.due;
        connects.push(time);
        next.due = Infinity;
        next.since = time;
        if (holder !== undefined)
          holder.due =
            time + (holder.policy.next(failure({ lasted: time - holder.since, by: 'server' }))?.delay ?? Infinity);
        holder = next;
      }
      const busiest = connects.map((at) => connects.filter((other) => other >= at && other < at + 10_000).length);
      expect(Math.max(...busiest)).toBeLessThanOrEqual(6);
    }
  });
});

describe('the number of the attempt', () => {
  it('counts from 2 after the first has failed', () => {
    const subject = backoff();
    expect(repeat(3).map((each) => subject.next(each)?.attempt)).toEqual([2, 3, 4]);
  });

  it('is 1 for the first attempt since a stable connection, as ConnectingState.attempt and CredentialsContext.attempt say', () => {
    const subject = backoff();
    subject.next(failure());
    expect(subject.next(failure({ lasted: 5_000 }))?.attempt).toBe(1);
    expect(subject.next(failure())?.attempt).toBe(2);
  });
});

describe('several servers', () => {
  it('are tried without a wait, and make delays grow by the round', () => {
    const subject = backoff({ initialDelay: 100, factor: 2, jitter: 'none' });
    const elsewhere = failure({ outlook: 'elsewhere' });
    const later = failure({ outlook: 'later' });
    expect(delays(subject, [elsewhere, elsewhere, later, elsewhere, elsewhere, later])).toEqual([0, 0, 100, 0, 0, 200]);
  });

  it('are each an attempt', () => {
    const subject = backoff({ maxAttempts: 3 });
    const elsewhere = failure({ outlook: 'elsewhere' });
    expect([subject.next(elsewhere)?.attempt, subject.next(elsewhere)?.attempt, subject.next(elsewhere)]).toEqual([
      2,
      3,
      undefined,
    ]);
  });

  it('are tried again when one of them may come back, whatever the last one said', () => {
    expect(backoff().next(failure({ error: fatal, outlook: 'later' }))?.attempt).toBe(2);
    expect(backoff().next(failure({ error: fatal, outlook: 'elsewhere' }))).toMatchObject({ attempt: 2, delay: 0 });
  });

  it('are all tried once even where nothing is ever tried again', () => {
    const subject = never();
    expect(subject.next(failure({ outlook: 'elsewhere' }))).toMatchObject({ attempt: 2, delay: 0 });
    expect(subject.next(failure({ outlook: 'later' }))).toBeUndefined();
    expect(subject.next(failure({ outlook: 'elsewhere', lasted: 10 }))).toBeUndefined();
  });
});
