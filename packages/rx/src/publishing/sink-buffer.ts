import type { Payload } from '@rxmqtt/core';
import { Fifo } from '../internal/fifo.js';
import type { SinkOverflow } from './publish-to-options.js';
import type { WaitingInput } from './waiting-input.js';

/** The inputs of one sink that wait for its window. They give way to newer ones as the policy says. */
export class SinkBuffer<I> {
  readonly #overflow: SinkOverflow;
  readonly #maxBytes: number;
  readonly #waiting = new Fifo<WaitingInput<I>>();
  /** For `latest`: what waits, by topic. */
  readonly #latest = new Map<string, WaitingInput<I>>();
  #bytes = 0;

  constructor(overflow: SinkOverflow, maxBytes: number) {
    this.#overflow = overflow;
    this.#maxBytes = maxBytes;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How much waits. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The one that is next. */
  get first(): WaitingInput<I> | undefined {
    return this.#waiting.first;
  }

  /** Whether older ones give way to newer ones. */
  get sheds(): boolean {
    return this.#overflow === 'dropOldest' || this.#overflow === 'latest';
  }

  /**
   * Takes an input, or not.
   * @param room how many inputs there is room for.
   * @returns those that are given up for it; perhaps itself.
   */
  add(entry: WaitingInput<I>, room: number): readonly WaitingInput<I>[] {
    const size = sizeOf(entry);
    if (size > this.#maxBytes) return [entry];
    const older = this.#overflow === 'latest' ? this.#replace(entry) : undefined;
    if (older !== undefined) return [older, ...this.#makeRoom(0)];
    if (room > 0 && this.#bytes + size <= this.#maxBytes) {
      this.#append(entry, size);
      return NONE;
    }
    if (!this.sheds) return [entry];
    const given: WaitingInput<I>[] = [];
    if (room <= 0) {
      const oldest = this.shift();
      if (oldest === undefined) return [entry];
      given.push(oldest);
    }
    given.push(...this.#makeRoom(size));
    this.#append(entry, size);
    return given;
  }

  /** Takes out the one that is next. */
  shift(): WaitingInput<I> | undefined {
    const entry = this.#waiting.shift();
    if (entry === undefined) return undefined;
    this.#bytes -= sizeOf(entry);
    if (this.#latest.get(entry.message.topic) === entry) this.#latest.delete(entry.message.topic);
    return entry;
  }

  /** A newer input takes the place of one for the same topic, so that topics which change often get their turn too. */
  #replace(entry: WaitingInput<I>): WaitingInput<I> | undefined {
    const place = this.#latest.get(entry.message.topic);
    if (place === undefined) return undefined;
    const older = { ...place };
    this.#bytes += sizeOf(entry) - sizeOf(place);
    Object.assign(place, entry);
    return older;
  }

  #append(entry: WaitingInput<I>, size: number): void {
    this.#waiting.push(entry);
    this.#bytes += size;
    if (this.#overflow === 'latest') this.#latest.set(entry.message.topic, entry);
  }

  /** Gives up the oldest until `size` more bytes find room; the last one stays. */
  #makeRoom(size: number): WaitingInput<I>[] {
    const given: WaitingInput<I>[] = [];
    while (this.#bytes + size > this.#maxBytes && this.size > (size === 0 ? 1 : 0)) given.push(this.shift()!);
    return given;
  }
}

const NONE: readonly never[] = Object.freeze([]);

function sizeOf({ message }: WaitingInput<unknown>): number {
  // Whatever is no payload is refused by the connection.
  const length = (message.payload as Payload | null | undefined)?.length;
  return message.topic.length + (length ?? 0);
}
