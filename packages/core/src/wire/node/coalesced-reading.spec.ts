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

  /** @param handle who has listened before, as the transport does. */
  constructor(handle: () => void = () => undefined) {
    super();
    this.on('data', () => {
      handle();
    });
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

  /** A server that waits for answers: while nothing is read, only this part of the chunks comes. */
  comeInTurn(chunks: number, milliseconds: number, part = 0): void {
    let due = 0;
    for (let i = 0; i < chunks; i++) {
      this.clock.advance(milliseconds / chunks);
      if (this.flowing) this.emit('data', new Uint8Array(CHUNK));
      else if ((due += part) >= 1) {
        due--;
        this.#kept += CHUNK;
      }
    }
  }

  /** How many rests there are while it runs. */
  restsIn(run: () => void): number {
    const { rests } = this;
    run();
    return this.rests - rests;
  }
}

describe('coalesced reading', () => {
  it('rests between turns while small chunks come fast', () => {
    const subject = new Subject();
    subject.come(2_000, 100);
    // 128 chunks at 20 a millisecond, and then a rest of a millisecond each.
    expect(subject.rests).toBeGreaterThan(90);
    expect(subject.longest).toBeLessThanOrEqual(1);
  });

  it.each([
    ['few', 127, 6],
    ['slow', 500, 100],
  ])('is prompt where chunks are %s', (_what, chunks, milliseconds) => {
    const subject = new Subject();
    subject.come(chunks, milliseconds);
    expect(subject.rests).toBe(0);
  });

  it('is prompt for a burst after a silence', () => {
    const subject = new Subject();
    subject.clock.advance(1_000);
    subject.come(200, 1);
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
    const restsIn = (milliseconds: number): number =>
      subject.restsIn(() => {
        subject.comeInTurn(milliseconds * 20, milliseconds);
      });
    // Two rests say enough; the next ones come 20, 40, 80 … ms later.
    const early = restsIn(100);
    expect(early).toBeGreaterThanOrEqual(2 * 2);
    expect(early).toBeLessThanOrEqual(4 * 2);
    restsIn(60_000);
    // It goes on asking: what the server waits for may change.
    const late = restsIn(10_000);
    expect(late).toBeGreaterThanOrEqual(2);
    expect(late).toBeLessThanOrEqual(3 * 2);
    // It does, and changes again.
    subject.come(10_000 * 20, 10_000);
    expect(restsIn(150)).toBeGreaterThanOrEqual(2 * 2);
  });

  it.each([
    [0.95, 'goes on', 900, 1_000],
    [0.75, 'ends after 16 rests', 16, 32],
    [0.3, 'ends after two', 2, 6],
  ])('where %d of the rate is left, resting %s', (part, _what, atLeast, atMost) => {
    const subject = new Subject();
    subject.comeInTurn(10_000, 500, part);
    const rests = subject.restsIn(() => {
      subject.comeInTurn(20_000, 1_000, part);
    });
    expect(rests).toBeGreaterThanOrEqual(atLeast);
    expect(rests).toBeLessThanOrEqual(atMost);
  });

  it('finds out when the server has more to send than it had, and waits for answers', () => {
    const subject = new Subject();
    subject.come(10_000, 1_000);
    // So much comes now without rests; with them it is what came before.
    const rests = subject.restsIn(() => {
      subject.comeInTurn(120_000, 2_000, 1 / 6);
    });
    expect(rests).toBeLessThan(300);
  });

  it('begins anew after the wire has paused', () => {
    const subject = new Subject();
    subject.come(1_000, 50);
    subject.reading.pause();
    subject.clock.advance(100);
    expect(subject).toMatchObject({ flowing: false });
    expect(subject.clock.pending).toBe(0);
    subject.reading.resume();
    const rests = subject.restsIn(() => {
      subject.come(127, 6);
    });
    expect(rests).toBe(0);
    expect(subject.flowing).toBe(true);
  });

  it.each(Array.from({ length: 8 }, (_, i) => i + 124))('never resumes what was paused at chunk %d', (last) => {
    let chunks = 0;
    const subject: Subject = new Subject(() => {
      if (++chunks === last) subject.reading.pause();
    });
    subject.come(200, 10);
    subject.clock.advance(100);
    expect(subject.flowing).toBe(false);
    expect(subject.clock.pending).toBe(0);
  });

  it('leaves no timer behind a socket that has closed', () => {
    const subject = new Subject();
    subject.come(128, 6);
    expect(subject.clock.pending).toBe(1);
    subject.emit('close');
    expect(subject.clock.pending).toBe(0);
  });
});
