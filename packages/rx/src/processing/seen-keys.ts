import type { MqttMessage } from '@rxmqtt/core';
import { asyncScheduler } from 'rxjs';
import { awaitsAck } from '../internal/carried.js';
import { SharedAck } from './shared-ack.js';

/** The keys that have come of late: so many, for so long. */
export class SeenKeys<T> {
  readonly #count: number;
  readonly #time: number;
  /** Counted from here, times are small integers, and none of them needs an object. */
  readonly #begun = asyncScheduler.now();
  /** When each has come, the oldest first. */
  readonly #seen = new Map<unknown, number>();
  /** Those that came with messages that their observer acknowledges. */
  readonly #acks = new Map<unknown, SharedAck>();
  /** What comes after the oldest one. It lasts: one that is made anew passes all that has been deleted before it finds a key. */
  readonly #others = this.#seen.entries();
  #oldest: readonly [unknown, number] | undefined;

  constructor({ count = 10_000, time = 60_000 }: { readonly count?: number; readonly time?: number }) {
    this.#count = count;
    this.#time = time;
  }

  /** A value came. The answer is what goes on for it, or `undefined` for a duplicate. */
  take(key: unknown, value: T): T | undefined {
    const now = asyncScheduler.now() - this.#begun;
    while (this.#seen.size > 0 && this.#first()[1] <= now - this.#time) this.#forget();
    if (this.#seen.has(key)) {
      if (awaitsAck(value)) this.#join(key, value);
      return undefined;
    }
    if (this.#seen.size >= this.#count) this.#forget();
    this.#seen.set(key, now);
    if (!awaitsAck(value)) return value;
    const ack = new SharedAck(value);
    this.#acks.set(key, ack);
    return ack.message as T;
  }

  #join(key: unknown, duplicate: MqttMessage): void {
    const ack = this.#acks.get(key);
    if (ack === undefined) duplicate.ack();
    else ack.join(duplicate);
  }

  /** The oldest one; there must be one. */
  #first(): readonly [unknown, number] {
    return (this.#oldest ??= this.#others.next().value!);
  }

  #forget(): void {
    const [key] = this.#first();
    this.#seen.delete(key);
    this.#acks.delete(key);
    this.#oldest = undefined;
  }
}
