import { type Clock, LONGEST_DELAY, type Timer } from '../internal/clock.js';
import type { InboundMessage } from '../message/inbound-message.js';
import type { AckQueue, AckSlot } from './ack-queue.js';

/** One message that nobody acknowledges holds up all that came after it: it may do so for `ackTimeout` milliseconds. */
export class AckWatchdog {
  readonly #clock: Clock;
  readonly #ackTimeout: number;
  readonly #onLate: (queue: AckQueue, slot: AckSlot) => void;
  #queues: readonly AckQueue[] = [];
  #timer: Timer;
  #isWatching = false;

  /** @param onLate lets go of the message at the head of a queue. */
  constructor(clock: Clock, ackTimeout: number, onLate: (queue: AckQueue, slot: AckSlot) => void) {
    this.#clock = clock;
    this.#ackTimeout = ackTimeout;
    this.#onLate = onLate;
  }

  /** Watches the queues of a connection from now on. */
  start(queues: readonly AckQueue[]): void {
    this.#queues = queues;
  }

  stop(): void {
    this.#queues = [];
    this.#isWatching = false;
    this.#clock.clearTimeout(this.#timer);
  }

  /** A message takes its place among those that wait for their acknowledgement. */
  enqueue(queue: AckQueue, { packetId, payload }: InboundMessage): AckSlot {
    const slot = queue.push(packetId, payload.length, this.#clock.now());
    this.#watch();
    return slot;
  }

  /** All messages of the connection that have waited so long that they hold up the others, or soon will. */
  late(): AckSlot[] {
    const limit = this.#clock.now() - this.#ackTimeout / 2;
    return this.#queues.flatMap((queue) => queue.unsettledSince(limit));
  }

  #watch(): void {
    if (this.#isWatching || this.#ackTimeout === Infinity) return;
    let since = Infinity;
    for (const { head } of this.#queues) if (head !== undefined && head.since < since) ({ since } = head);
    if (since === Infinity) return;
    this.#isWatching = true;
    const delay = since + this.#ackTimeout - this.#clock.now();
    this.#timer = this.#clock.setTimeout(
      () => {
        this.#isWatching = false;
        for (const queue of this.#queues) this.#release(queue);
        this.#watch();
      },
      Math.min(delay, LONGEST_DELAY),
    );
  }

  #release(queue: AckQueue): void {
    for (let { head } = queue; head !== undefined && head.reasonCode === undefined; { head } = queue) {
      if (this.#clock.now() < head.since + this.#ackTimeout) return;
      this.#onLate(queue, head);
      if (queue.head === head) return;
    }
  }
}
