import { EventEmitter } from 'node:events';
import { VirtualClock } from '../../testing/virtual-clock.js';
import { CoalescedReading } from './coalesced-reading.js';

const CHUNK = 100;

/** A socket, and a server that sends whenever it can. */
class Subject extends EventEmitter {
  readonly clock = new VirtualClock();
  readonly reading: CoalescedReading;
  /** Bytes that came while nothing was read. */
  #kept = 0;
  flowing = true;
  rests = 0;
  /** The longest time without reading. */
  longest = 0;
  #since = 0;

  constructor() {
    super();
    this.reading = new CoalescedReading(this, this.clock);
  }

  pause(): void {
    if (!this.flowing) return;
    this.flowing = false;
    this.rests++;
    this.#since = this.clock.now();
  }

  resume(): void {
    if (this.flowing) return;
    this.flowing = true;
    this.longest = Math.max(this.longest, this.clock.now() - this.#since);
    // A socket reads in the turn after.
    this.clock.defer(() => {
      if (this.#kept === 0 || !this.flowing) return;
      const all = this.#kept;
      this.#kept = 0;
      this.emit('data', new Uint8Array(all));
    });
  }

  /** Chunks that come in that time, evenly. */
  come(chunks: number, milliseconds: number, bytes = CHUNK): void {
    for (let i = 0; i < chunks; i++) {
      this.clock.advance(milliseconds / chunks);
      if (this.flowing) this.emit('data', new Uint8Array(bytes));
      else this.#kept += bytes;
    }
  }

  /** A server that waits for answers after so many chunks: nothing comes while nothing is read. */
  comeInTurn(chunks: number, milliseconds: number): void {
    for (let i = 0; i < chunks; i++) {
      this.clock.advance(milliseconds / chunks);
      if (this.flowing) this.emit('data', new Uint8Array(CHUNK));
    }
  }
}

describe('coalesced reading', () => {
  it('rests between turns while small chunks come fast', () => {
    const subject = new Subject();
    subject.come(2_000, 100);
    // 64 chunks at 20 a millisecond, and then a rest of a millisecond each.
    expect(subject.rests).toBeGreaterThan(90);
    expect(subject.longest).toBeLessThanOrEqual(1);
  });

  it.each([
    ['few', 63, 4],
    ['slow', 500, 100],
  ])('is prompt where chunks are %s', (_what, chunks, milliseconds) => {
    const subject = new Subject();
    subject.come(chunks, milliseconds);
    expect(subject.rests).toBe(0);
  });

  it('is prompt for a burst after a silence', () => {
    const subject = new Subject();
    subject.clock.advance(1_000);
    subject.come(100, 1);
    expect(subject.rests).toBe(0);
  });

  it('measures nothing where time stands still', () => {
    const subject = new Subject();
    for (let i = 0; i < 1_000; i++) subject.emit('data', new Uint8Array(CHUNK));
    expect(subject.rests).toBe(0);
  });

  it('is prompt again when nothing comes any more', () => {
    const subject = new Subject();
    subject.come(1_000, 50);
    subject.clock.advance(20);
    const { rests } = subject;
    subject.clock.advance(1_000);
    expect(subject).toMatchObject({ rests, flowing: true });
    expect(subject.clock.pending).toBe(0);
  });

  it('leaves a server alone that waits for answers, and asks ever more seldom', () => {
    const subject = new Subject();
    const restsIn = (milliseconds: number): number => {
      const { rests } = subject;
      subject.comeInTurn(milliseconds * 20, milliseconds);
      return subject.rests - rests;
    };
    // A trial is 8 rests; at once, and 20, 40, 80 … ms after the one before.
    expect(restsIn(100)).toBeLessThanOrEqual(3 * 8);
    restsIn(30_000);
    // It goes on asking: what the server waits for may change.
    const late = restsIn(10_000);
    expect(late).toBeGreaterThanOrEqual(8);
    expect(late).toBeLessThanOrEqual(3 * 8);
    // It does, and changes again.
    subject.come(10_000 * 20, 10_000);
    expect(restsIn(100)).toBeGreaterThanOrEqual(2 * 8);
  });

  it('begins anew after the wire has paused, which it never undoes', () => {
    const subject = new Subject();
    subject.come(1_000, 50);
    subject.reading.pause();
    subject.clock.advance(100);
    expect(subject).toMatchObject({ flowing: false });
    expect(subject.clock.pending).toBe(0);
    subject.reading.resume();
    const { rests } = subject;
    subject.come(63, 3);
    expect(subject).toMatchObject({ rests, flowing: true });
  });

  it('paused in the turn in which it reads, it stays paused', () => {
    const subject = new Subject();
    subject.come(64, 4);
    expect(subject.flowing).toBe(false);
    subject.once('data', () => {
      subject.reading.pause();
    });
    subject.come(100, 5);
    expect(subject.flowing).toBe(false);
    expect(subject.clock.pending).toBe(0);
  });

  it('leaves no timer behind a socket that has closed', () => {
    const subject = new Subject();
    subject.come(64, 4);
    expect(subject.clock.pending).toBe(1);
    subject.emit('close');
    expect(subject.clock.pending).toBe(0);
  });
});
