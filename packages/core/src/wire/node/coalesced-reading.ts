import { type Clock, systemClock, type Timer } from '../../internal/clock.js';
import type { Reading } from '../opened-stream.js';

/** So many chunks that come within so many milliseconds are a stream of small ones. */
const SAMPLE = 128;
const SAMPLE_TIME = 16;
/** Milliseconds without reading, the shortest that timers can wait. */
const REST = 1;
/** After so many rests it is looked at what they did to the rate. */
const TRIAL = 16;
/** What part of the rate must be left; the rest is noise. */
const WORTHWHILE = 0.85;
/** After so few of them it is seen whether there is any hope: a server that waits at once for answers sends far less. */
const FIRST_LOOK = 2;
const HOPEFUL = 0.5;
/** After so many rests the rate without them is found out anew: the server may have more to send now. */
const RENEWAL = 16 * TRIAL;
/** Milliseconds until the next trial after one that slowed things down, doubled each time. */
const SHORTEST_RETREAT = 20;
const LONGEST_RETREAT = 5_000;

/** What a socket is for reading. */
export interface ReadSource extends Reading {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/**
 * The mark of a socket that stops reading as soon as it is paused, not when it holds 16 KiB: each read wakes the process up.
 * What is not read waits in the kernel, where it slows the sender down.
 */
export const EAGER_STOP = 1;

/**
 * Reads what comes in many small chunks a millisecond's worth at a time, as network cards coalesce their interrupts: a server
 * that writes each message by itself wakes the process up for each, and each such turn costs ten times what its message does.
 * Together they are one read, and their acknowledgements one write.
 *
 * That suits a server who goes on meanwhile. One that waits for acknowledgements after every few messages would be slowed down:
 * so each rest is a trial, and where less comes than without, reading is prompt again for a while.
 */
export class CoalescedReading implements Reading {
  readonly #source: ReadSource;
  readonly #clock: Clock;
  /** What has come since then, and in how many chunks. */
  #since: number;
  #bytes = 0;
  #chunks = 0;
  /** Bytes per millisecond without rests; 0 while there are none. */
  #promptRate = 0;
  /** By the wire, which what is found out here never undoes. */
  #paused = false;
  /** Whether this is a turn between two rests. */
  #reading = false;
  #rests = 0;
  #timer: Timer;
  #retreat = SHORTEST_RETREAT;
  #promptUntil = 0;

  constructor(source: ReadSource, clock = systemClock) {
    this.#source = source;
    this.#clock = clock;
    this.#since = clock.now();
    source.on('data', (chunk) => {
      this.#came(chunk.length);
    });
    source.on('close', () => {
      this.#stopResting();
    });
  }

  pause(): void {
    this.#paused = true;
    this.#stopResting();
    this.#source.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#source.resume();
  }

  #came(bytes: number): void {
    this.#bytes += bytes;
    if (this.#promptRate > 0 || ++this.#chunks < SAMPLE) return;
    const now = this.#clock.now();
    const elapsed = now - this.#since;
    const rate = this.#rate(now);
    this.#begin(now);
    // Who handled this chunk may have paused. Clocks of tests may stand still: that is no rate.
    if (this.#paused || elapsed <= 0 || elapsed > SAMPLE_TIME || now < this.#promptUntil) return;
    this.#promptRate = rate;
    this.#rest();
  }

  #rest(): void {
    this.#reading = false;
    this.#source.pause();
    this.#timer = this.#clock.setTimeout(this.#read, REST);
  }

  /** For one turn, in which a socket hands over all that has come. */
  readonly #read = (): void => {
    this.#reading = true;
    this.#source.resume();
    this.#clock.nextTurn(this.#haveRead);
  };

  readonly #haveRead = (): void => {
    // It was paused meanwhile, or is gone.
    if (!this.#reading) return;
    if (this.#isTried()) this.#stopResting();
    else this.#rest();
  };

  /** Whether that was enough: rests have done harm, or the rate without them is to be found out anew. */
  #isTried(): boolean {
    const now = this.#clock.now();
    const rests = ++this.#rests;
    if (rests === FIRST_LOOK && this.#rate(now) < HOPEFUL * this.#promptRate) return this.#retreats(now);
    if (rests % TRIAL > 0) return false;
    const rate = this.#rate(now);
    this.#begin(now);
    if (rate < WORTHWHILE * this.#promptRate) return this.#retreats(now);
    this.#retreat = SHORTEST_RETREAT;
    return rests === RENEWAL;
  }

  #retreats(now: number): true {
    this.#promptUntil = now + this.#retreat;
    this.#retreat = Math.min(2 * this.#retreat, LONGEST_RETREAT);
    this.#begin(now);
    return true;
  }

  #stopResting(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#promptRate = 0;
    this.#reading = false;
    this.#rests = 0;
  }

  /** Bytes per millisecond. */
  #rate(now: number): number {
    return this.#bytes / (now - this.#since);
  }

  /** Begins to count. */
  #begin(now: number): void {
    this.#since = now;
    this.#bytes = 0;
    this.#chunks = 0;
  }
}
