import fc from 'fast-check';
import { VirtualClock } from '../testing/virtual-clock.js';
import type { Clock } from '../internal/clock.js';
import { Keepalive } from './keepalive.js';

/** A keepalive of one second, and what it did when. */
class Subject {
  readonly pings: number[] = [];
  deadAt: number | undefined;
  /** What the test writes, and what of it has not left. */
  written = 0;
  unsent = 0;
  readonly keepalive: Keepalive;

  constructor(clock: Clock, seconds = 1, onPing: (subject: Subject) => void = () => undefined) {
    const written = (): number => this.written;
    const unsent = (): number => this.unsent;
    this.keepalive = new Keepalive(clock, seconds, {
      get written() {
        return written();
      },
      get unsent() {
        return unsent();
      },
      ping: () => {
        this.pings.push(clock.now());
        onPing(this);
      },
      dead: () => {
        expect(this.deadAt).toBeUndefined();
        this.deadAt = clock.now();
      },
    });
  }

  /** The server answers each ping after `delay`. */
  static answered(clock: Clock, delay: number): Subject {
    return new Subject(clock, 1, (subject) => {
      clock.setTimeout(() => {
        subject.keepalive.heard();
      }, delay);
    });
  }
}

/**
 * A clock whose event loop can be blocked: meanwhile nothing runs, and afterwards timers come first and the socket second,
 * as in Node.
 */
class BlockableClock implements Clock {
  readonly #time = new VirtualClock();
  /** What waits in the socket. */
  #arrivals: { readonly at: number; readonly read: () => void }[] = [];
  #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#time.now();
  }

  date(): number {
    return this.#time.date();
  }

  setTimeout(callback: () => void, delay: number): unknown {
    const timer = { at: this.now() + delay, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as { at: number; callback: () => void });
  }

  nextTurn(callback: () => void): void {
    this.setTimeout(callback, 0);
  }

  defer(callback: () => void): void {
    callback();
  }

  arrives(at: number, read: () => void): void {
    this.#arrivals.push({ at, read });
  }

  /** Nothing runs for so long; then one turn. */
  block(milliseconds: number): void {
    this.#time.advance(milliseconds);
    this.#turn();
  }

  /** Turns of a millisecond. */
  advance(milliseconds: number): void {
    for (let i = 0; i < milliseconds; i++) this.block(1);
  }

  #turn(): void {
    const now = this.now();
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > now || !this.#timers.delete(timer)) continue;
      timer.callback();
    }
    const come = this.#arrivals.filter(({ at }) => at <= now);
    this.#arrivals = this.#arrivals.filter(({ at }) => at > now);
    for (const { read } of come) read();
  }
}

describe('Keepalive', () => {
  it('pings within the interval when all is quiet, again and again', () => {
    const clock = new VirtualClock();
    const { pings } = Subject.answered(clock, 10);
    clock.advance(5_000);
    expect(pings).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it('goes on pinging while the server never stops sending', () => {
    const clock = new VirtualClock();
    const subject = new Subject(clock);
    for (let i = 0; i < 1_000; i++) {
      clock.advance(10);
      subject.keepalive.heard();
    }
    expect(subject.pings).toHaveLength(10);
    expect(subject.deadAt).toBeUndefined();
  });

  it('takes any byte for an answer, until the last moment', () => {
    const clock = new VirtualClock();
    const subject = Subject.answered(clock, 499);
    clock.advance(60_000);
    expect(subject.deadAt).toBeUndefined();
    expect(subject.pings).toHaveLength(60);
  });

  it('finds a server that falls silent, at any moment, within 1.5 intervals and a little', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 10, 60),
        fc.nat(100_000),
        fc.integer({ min: 1, max: 500 }),
        (seconds, silentFrom, every) => {
          const clock = new VirtualClock();
          const subject = new Subject(clock, seconds);
          let last = 0;
          while (clock.now() + every <= silentFrom) {
            clock.advance(every);
            subject.keepalive.heard();
            last = clock.now();
          }
          clock.advance(seconds * 1_500 + 500);
          expect(subject.deadAt).toBeDefined();
          expect(subject.deadAt! - last).toBeLessThanOrEqual(seconds * 1_500 + 500);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never suspects a server that answers within half an interval', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 10, 60),
        fc.array(fc.nat(499), { minLength: 1, maxLength: 5 }),
        (seconds, delays) => {
          const clock = new VirtualClock();
          const subject = new Subject(clock, seconds, ({ keepalive, pings }) => {
            const delay = delays[pings.length % delays.length]! * seconds;
            clock.setTimeout(() => {
              keepalive.heard();
            }, delay);
          });
          clock.advance(seconds * 20_000);
          expect(subject.deadAt).toBeUndefined();
          expect(subject.pings).toHaveLength(20);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('does not count what came before the ping as its answer', () => {
    const clock = new VirtualClock();
    const subject = new Subject(clock);
    clock.advance(999);
    subject.keepalive.heard();
    clock.advance(551);
    expect(subject.deadAt).toBe(1_550);
  });

  it('never pings with an interval of 0', () => {
    const clock = new VirtualClock();
    const { pings, keepalive } = new Subject(clock, 0);
    clock.advance(1_000_000);
    keepalive.stop();
    expect(pings).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it.each([0, 999, 1_000, 1_200, 1_500, 1_549])('is over when it is stopped at %i ms', (moment) => {
    const clock = new VirtualClock();
    const subject = new Subject(clock);
    clock.advance(moment);
    const pings = subject.pings.length;
    subject.keepalive.stop();
    expect(clock.pending).toBe(0);
    clock.advance(10_000);
    expect(subject.pings).toHaveLength(pings);
    expect(subject.deadAt).toBeUndefined();
  });

  it('calls the server dead once, and is over then', () => {
    const clock = new VirtualClock();
    const subject = new Subject(clock);
    clock.advance(100_000);
    expect(subject.pings).toEqual([1_000]);
    expect(subject.deadAt).toBe(1_550);
    expect(clock.pending).toBe(0);
  });
});

describe('a blocked event loop', () => {
  it.each([501, 520, 550, 551, 600, 1_000, 5_000, 60_000])('for %i ms behind a ping is no false alarm', (duration) => {
    const clock = new BlockableClock();
    const subject = new Subject(clock, 1, ({ keepalive, pings }) => {
      // The answer comes after 20 ms, but cannot be read.
      clock.arrives(pings.at(-1)! + 20, () => {
        keepalive.heard();
      });
    });
    clock.advance(1_000);
    clock.block(duration);
    clock.advance(3_000);
    expect(subject.deadAt).toBeUndefined();
    expect(subject.pings.length).toBeGreaterThanOrEqual(3);
  });

  it('at any time, for any time, several times over, is no false alarm', () => {
    const blocks = fc.array(fc.tuple(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 1, max: 4_000 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(blocks, fc.integer({ min: 1, max: 400 }), (list, latency) => {
        const clock = new BlockableClock();
        const subject = new Subject(clock, 1, ({ keepalive, pings }) => {
          clock.arrives(pings.at(-1)! + latency, () => {
            keepalive.heard();
          });
        });
        for (const [run, block] of list) {
          clock.advance(run);
          clock.block(block);
        }
        clock.advance(2_000);
        expect(subject.deadAt).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the server as much time again for its answer, which may have been held up as well', () => {
    const clock = new BlockableClock();
    const subject = new Subject(clock);
    clock.advance(1_000);
    clock.block(5_000);
    // Such as a packet that was lost while the machine slept.
    clock.arrives(clock.now() + 450, () => {
      subject.keepalive.heard();
    });
    clock.advance(1_000);
    expect(subject.deadAt).toBeUndefined();
    expect(subject.pings.length).toBeGreaterThanOrEqual(2);
  });

  it('does not hide a server that is dead', () => {
    const clock = new BlockableClock();
    const subject = new Subject(clock);
    clock.advance(1_000);
    clock.block(5_000);
    const seeingAgain = clock.now();
    clock.advance(1_500);
    expect(subject.deadAt).toBeDefined();
    expect(subject.deadAt! - seeingAgain).toBeLessThanOrEqual(1_000);
  });
});

describe('an upload that the ping waits behind', () => {
  /** An upload of `size` bytes, of which `rate` leave each millisecond, in slices. */
  function upload(subject: Subject, clock: VirtualClock, size: number, rate: number, slice = 1): void {
    subject.written += size;
    subject.unsent += size;
    const move = (): void => {
      subject.unsent -= Math.min(slice, subject.unsent);
      if (subject.unsent > 0) clock.setTimeout(move, slice / rate);
    };
    clock.setTimeout(move, slice / rate);
  }

  it.each([
    // keepalive, upload in ms from when, slice in ms
    [1, 500, 6_000, 10],
    [1, 0, 6_000, 100],
    [1, 990, 20_000, 400],
    [10, 4_000, 300_000, 50],
    [10, 9_999, 300_000, 4_000],
    [60, 0, 1_000_000, 20_000],
  ])(
    'with a keepalive of %i s, from %i ms on for %i ms, a slice each %i ms, is no false alarm',
    (seconds, from, duration, slice) => {
      const clock = new VirtualClock();
      const subject = new Subject(clock, seconds, ({ keepalive }) => {
        const answer = (): void => {
          if (subject.unsent === 0) keepalive.heard();
          else clock.setTimeout(answer, 5);
        };
        clock.setTimeout(answer, 5);
      });
      clock.advance(from);
      upload(subject, clock, duration, 1, slice);
      clock.advance(duration + seconds * 5_000);
      expect(subject.deadAt).toBeUndefined();
      expect(subject.unsent).toBe(0);
      // And then it pings as before.
      const pings = subject.pings.length;
      clock.advance(seconds * 3_000);
      expect(subject.pings.length).toBeGreaterThanOrEqual(pings + 2);
    },
  );

  it('whose peer dies on the way is given up within 1.5 intervals of the last byte, and a little', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 10, 60),
        fc.nat(5_000),
        fc.integer({ min: 500, max: 100_000 }),
        fc.integer({ min: 1, max: 400 }),
        (seconds, from, dies, slice) => {
          const clock = new VirtualClock();
          const subject = new Subject(clock, seconds);
          clock.advance(from % (seconds * 1_000));
          subject.written = 10_000_000;
          subject.unsent = 10_000_000;
          const end = clock.now() + dies;
          while (clock.now() + slice <= end && subject.deadAt === undefined) {
            clock.advance(slice);
            subject.unsent -= slice;
          }
          expect(subject.deadAt).toBeUndefined();
          const last = clock.now();
          clock.advance(seconds * 1_500 + 100);
          expect(subject.deadAt).toBeDefined();
          expect(subject.deadAt! - last).toBeLessThanOrEqual(seconds * 1_500 + 50);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that only the kernel swallows is no sign of life', () => {
    for (const every of [1, 7, 20, 130, 400]) {
      const clock = new VirtualClock();
      const subject = new Subject(clock);
      // Small batches leave in the turn in which they are written, until the kernel is full.
      let room = 40_000;
      const publish = (): void => {
        const bytes = 1_000;
        const taken = Math.min(bytes, room);
        room -= taken;
        subject.written += bytes;
        subject.unsent += bytes - taken;
        if (subject.deadAt === undefined) clock.setTimeout(publish, every);
      };
      publish();
      clock.advance(5_000);
      expect(subject.deadAt).toBe(1_550);
    }
  });

  it('is looked at only while there is one: eight timers per interval otherwise', () => {
    const clock = new VirtualClock();
    const set = jest.spyOn(clock, 'setTimeout');
    const subject = new Subject(clock, 60, ({ keepalive }) => {
      keepalive.heard();
    });
    clock.advance(600_000);
    expect(subject.pings).toHaveLength(10);
    expect(set.mock.calls.length).toBeLessThanOrEqual(81);
  });
});
