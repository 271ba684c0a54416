import type { Handling } from '../inbound/handling.js';
import { assertNever } from '../internal/assert-never.js';
import { Fifo } from '../internal/fifo.js';
import type { Acknowledger, InboundMessage } from '../message/inbound-message.js';
import type { ResolvedSubscribeOptions } from './resolve-subscribe-options.js';

/** What a workload does with messages. */
export interface WorkloadTarget {
  /** Gives a message to the listener; a promise, which never rejects, is its completion. */
  run(message: InboundMessage, handling: (() => Handling) | undefined): void | PromiseLike<void>;
  /** A message of QoS 0 was given up. */
  drop(message: InboundMessage): void;
  /** More came than may wait, and the policy is `error`. */
  overflow(): void;
}

/** What a workload needs of its surroundings. */
export interface WorkloadHost {
  /** As many messages of QoS 0 wait as may (`true`), or only half as many (`false`). */
  pressure(high: boolean): void;
  /** Whether nothing more is read. */
  isPaused(): boolean;
  /** Calls back when all that has been read is handed on. */
  afterRead(callback: () => void): void;
  /** Nothing of QoS 0 runs or waits any more. */
  idle(): void;
}

/** Messages are views of the chunks they came in. Those that wait may hold on to so many chunks. */
const MAX_CHUNKS = 16;

interface Waiting {
  message: InboundMessage;
  /** Which chunk it came in, counting those that brought something that waits. */
  readonly chunk: number;
  readonly handling: Handling | undefined;
  /** Keeps a message of QoS 1 or 2 unacknowledged while it waits. */
  readonly hold: Acknowledger | undefined;
  readonly sequence: number;
}

/** The messages of one subscription whose listener works asynchronously: so many at a time, the others wait in their order. */
export class Workload {
  readonly #options: ResolvedSubscribeOptions;
  readonly #target: WorkloadTarget;
  readonly #host: WorkloadHost;
  readonly #direct = new Fifo<Waiting>();
  readonly #acknowledged = new Fifo<Waiting>();
  /** For `latest`: what waits, by topic. */
  readonly #latest = new Map<string, Waiting>();
  #running = 0;
  /** Of those, of QoS 0. */
  #runningDirect = 0;
  #sequence = 0;
  #high = false;
  /** With `pause`, whether what comes had been read before reading stopped: it cannot be sent back. */
  #readBefore = false;
  /** The chunk that brought what waits last, and its number. */
  #chunk: ArrayBufferLike | undefined;
  #chunks = 0;

  constructor(options: ResolvedSubscribeOptions, target: WorkloadTarget, host: WorkloadHost) {
    this.#options = options;
    this.#target = target;
    this.#host = host;
  }

  /** Messages of QoS 0 that run or wait. (Those of QoS 1 and 2 are unacknowledged, and counted as that.) */
  get unhandled(): number {
    return this.#runningDirect + this.#direct.size;
  }

  /** Takes a message: it runs now, or waits, or is given up. */
  give(message: InboundMessage, handling: (() => Handling) | undefined): void {
    if (this.#running < this.#options.concurrency) this.#start(message, handling);
    else if (handling !== undefined) {
      const held = handling();
      this.#acknowledged.push({
        message,
        chunk: this.#keep(message),
        handling: held,
        hold: held.hold(),
        sequence: ++this.#sequence,
      });
    } else this.#queue(message);
  }

  /**
   * A connection resumes the session: what waits of QoS 1 comes again on it, and would be handled twice, or pile up with every
   * reconnect.
   */
  forgetRepeated(): void {
    for (const waiting of this.#acknowledged.clear()) {
      if (waiting.message.qos === 2) this.#acknowledged.push(waiting);
      else waiting.hold?.settle(0);
    }
  }

  /** Nothing runs any more. The answer is what waited, unhandled. */
  stop(): { readonly message: InboundMessage; readonly handling: Handling; readonly hold: Acknowledger }[] {
    for (const { message } of this.#direct.clear()) this.#target.drop(message);
    this.#latest.clear();
    this.#chunk = undefined;
    this.#relax();
    this.#host.idle();
    return this.#acknowledged
      .clear()
      .map(({ message, handling, hold }) => ({ message, handling: handling!, hold: hold! }));
  }

  #start(message: InboundMessage, handling: (() => Handling) | undefined): void {
    const result = this.#target.run(message, handling);
    if (result === undefined) return;
    this.#running++;
    if (handling === undefined) this.#runningDirect++;
    // With manual acknowledgement the message says itself when it is done.
    const hold = this.#options.ack === 'manual' ? undefined : handling?.().hold();
    void result.then(() => {
      this.#running--;
      if (handling === undefined) this.#runningDirect--;
      hold?.settle(0);
      this.#next();
      if (handling === undefined && this.unhandled === 0) this.#host.idle();
    });
  }

  #next(): void {
    while (this.#running < this.#options.concurrency) {
      const waiting = this.#take();
      if (waiting === undefined) return;
      const { message, handling, hold } = waiting;
      this.#start(message, handling === undefined ? undefined : () => handling);
      hold?.settle(0);
    }
  }

  /** The message that came first, whatever its QoS. */
  #take(): Waiting | undefined {
    const direct = this.#direct.first;
    const acknowledged = this.#acknowledged.first;
    if (direct === undefined || (acknowledged !== undefined && acknowledged.sequence < direct.sequence)) {
      if (acknowledged === undefined) this.#chunk = undefined;
      return this.#acknowledged.shift();
    }
    this.#direct.shift();
    if (this.#latest.get(direct.message.topic) === direct) this.#latest.delete(direct.message.topic);
    if (this.#direct.size <= this.#options.capacity / 2) this.#relax();
    return direct;
  }

  #queue(message: InboundMessage): void {
    const { capacity, overflow } = this.#options;
    if (overflow === 'latest') {
      const older = this.#latest.get(message.topic);
      if (older !== undefined) {
        this.#target.drop(older.message);
        this.#keep(message);
        older.message = message;
        return;
      }
    }
    if (this.#direct.size >= capacity) {
      switch (overflow) {
        case 'dropOldest':
        case 'latest': {
          const oldest = this.#direct.shift()!;
          this.#latest.delete(oldest.message.topic);
          this.#target.drop(oldest.message);
          break;
        }
        case 'dropNewest':
          this.#target.drop(message);
          return;
        case 'pause':
          // Of what is read in a pause, to hear whether the server is alive, nothing is kept: it would have no bound.
          if (this.#readBefore && this.#host.isPaused()) break;
          this.#target.drop(message);
          return;
        case 'error':
          this.#target.drop(message);
          this.#target.overflow();
          return;
        default:
          assertNever(overflow);
      }
    }
    const waiting: Waiting = {
      message,
      chunk: this.#keep(message),
      handling: undefined,
      hold: undefined,
      sequence: ++this.#sequence,
    };
    this.#direct.push(waiting);
    if (overflow === 'latest') this.#latest.set(message.topic, waiting);
    if (overflow === 'pause' && !this.#high && this.#direct.size >= capacity) {
      this.#high = true;
      this.#readBefore = true;
      this.#host.afterRead(() => {
        this.#readBefore = false;
      });
      this.#host.pressure(true);
    }
  }

  /** A message will wait. The answer is which chunk it came in. */
  #keep(message: InboundMessage): number {
    const { buffer } = message.payload;
    if (buffer !== this.#chunk) {
      this.#chunk = buffer;
      this.#chunks++;
    }
    const oldest = Math.min(this.#direct.first?.chunk ?? this.#chunks, this.#acknowledged.first?.chunk ?? this.#chunks);
    if (this.#chunks - oldest >= MAX_CHUNKS) message.detach();
    return this.#chunks;
  }

  #relax(): void {
    if (!this.#high) return;
    this.#high = false;
    this.#host.pressure(false);
  }
}
