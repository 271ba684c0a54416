import type { MqttMessage } from '@rxmqtt/core';
import { awaitsAck } from '../internal/carried.js';
import { Fifo } from '../internal/fifo.js';
import { SharedAck } from './shared-ack.js';

/** A key that has come. */
interface Seen {
  readonly key: unknown;
  readonly at: number;
  /** For a message that its observer acknowledges. */
  readonly ack: SharedAck | undefined;
}

/** The keys that have come of late: so many, for so long. */
export class SeenKeys<T> {
  readonly #count: number;
  readonly #time: number;
  readonly #seen = new Map<unknown, Seen>();
  /** The same, the oldest first. */
  readonly #order = new Fifo<Seen>();

  constructor({ count, time }: { readonly count: number; readonly time: number }) {
    this.#count = count;
    this.#time = time;
  }

  /** A value came. The answer is what goes on for it, or `undefined` for a duplicate. */
  take(key: unknown, value: T, now: number): T | undefined {
    this.#forget(now - this.#time);
    const known = this.#seen.get(key);
    if (known !== undefined) {
      if (isOwed(value)) {
        if (known.ack === undefined) value.ack();
        else known.ack.join(value);
      }
      return undefined;
    }
    const ack = isOwed(value) ? new SharedAck(value) : undefined;
    const seen: Seen = { key, at: now, ack };
    this.#seen.set(key, seen);
    this.#order.push(seen);
    if (this.#order.size > this.#count) this.#seen.delete(this.#order.shift()!.key);
    return ack === undefined ? value : (ack.message as T);
  }

  #forget(until: number): void {
    for (let first = this.#order.first; first !== undefined && first.at <= until; first = this.#order.first) {
      this.#order.shift();
      this.#seen.delete(first.key);
    }
  }
}

function isOwed(value: unknown): value is MqttMessage {
  return awaitsAck(value);
}
