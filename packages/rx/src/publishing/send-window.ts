import type { Connection, MqttError, Publication } from '@rxmqtt/core';
import { Fifo } from '../internal/fifo.js';
import { openOnUse } from '../internal/open-on-use.js';
import type { MergedInput } from './input-merger.js';
import type { PublishStatus } from './publish-to-options.js';

/** An input that was handed to the connection, and has no status yet. */
interface Started<I> {
  readonly index: number;
  readonly input: I;
  readonly publication: Publication;
}

/**
 * What one sink has handed to the connection: so many at most, counting those that are settled and wait for an earlier one, so
 * that nothing piles up behind one that takes long. Statuses leave in the order of the inputs.
 */
export class SendWindow<I> {
  readonly #connection: Connection;
  readonly #size: number;
  readonly #emit: (status: PublishStatus<I>) => void;
  readonly #settled: () => void;
  readonly #started = new Fifo<Started<I>>();

  /** @param settled is called when a publication has settled, from wherever that happens. */
  constructor(connection: Connection, size: number, emit: (status: PublishStatus<I>) => void, settled: () => void) {
    this.#connection = connection;
    this.#size = size;
    this.#emit = emit;
    this.#settled = settled;
  }

  get isOpen(): boolean {
    return this.#started.size < this.#size;
  }

  /** How many have no status yet. */
  get count(): number {
    return this.#started.size;
  }

  /** Publishes; what is refused at once has its status at once. */
  start(index: number, input: I, { topic, payload, options }: MergedInput): void {
    const publication = this.#connection.publish(topic, payload, options);
    openOnUse(this.#connection);
    if (publication.outcome?.status === 'failed') {
      this.#emit(failed(index, input, publication.outcome.error));
      return;
    }
    this.#started.push({ index, input, publication });
    publication.onSettled(this.#settled);
  }

  /** Emits the status of the oldest, if that is settled; the answer is whether it was. */
  emitNext(): boolean {
    const outcome = this.#started.first?.publication.outcome;
    if (outcome === undefined) return false;
    const { index, input } = this.#started.shift()!;
    if (outcome.status === 'failed') this.#emit(failed(index, input, outcome.error));
    else this.#emit({ status: 'published', index, input, result: outcome.result });
    return true;
  }
}

/** The status of an input that failed. */
export function failed<I>(index: number, input: I, error: MqttError): PublishStatus<I> {
  return { status: 'failed', index, input, error };
}
