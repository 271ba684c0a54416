import {
  InvalidOptionsError,
  OverflowError,
  type Payload,
  type Publication,
  type PublishOutcome,
  isMqttError,
} from '@rxmqtt/core';
import { Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { Fifo } from '../internal/fifo.js';
import { openOnUse } from '../internal/open-on-use.js';
import { type MergedInput, mergeInput } from './merge-input.js';
import type { PublishInput, PublishStatus, PublishToOptions } from './publish-to-options.js';

const DEFAULT_WINDOW = 64;
const DEFAULT_CAPACITY = 1_000;

/** An input, with its place among all of them. */
interface Placed<I> {
  readonly index: number;
  readonly input: I;
}

/** An input that waits for room in the window. */
interface Waiting<I> extends Placed<I> {
  readonly message: MergedInput;
}

/** An input that was handed to the connection, and has no status yet. */
interface Started<I> extends Placed<I> {
  readonly publication: Publication;
}

/**
 * Publishes what comes in, up to `window` messages at a time, and emits one status per input. Statuses leave in the order of
 * the inputs, but for what is refused (a bad message, no room): it leaves as soon as that is known, with its `index`. An input
 * is encoded when it comes; what becomes of its objects and buffers later changes nothing.
 *
 * An Observable cannot be told to slow down, so what comes faster than the broker takes it waits, `capacity` inputs at most;
 * the next one is refused with OverflowError. No failure of a message ends the stream.
 *
 * Cold · opens the connection when the first input comes · completes when the source has completed and every input has its
 * status · errors with the source only, and at once · goes on through reconnects, waiting meanwhile · unsubscribing drops what waits here;
 * what was handed to the connection goes on.
 *
 * @throws InvalidOptionsError at once when `window` or `capacity` is no positive whole number.
 *
 * @example
 * ```ts
 * readings$
 *   .pipe(
 *     map((reading) => ({ topic: `plant/${reading.machine}/temp`, payload: String(reading.celsius) })),
 *     publishTo(mqtt, { qos: 1, window: 16 }),
 *   )
 *   .subscribe((status) => { if (status.status === 'failed') console.warn(status.error.message); });
 * ```
 */
export function publishTo<T = Payload, I extends PublishInput<T> = PublishInput<T>>(
  mqtt: Mqtt,
  options: PublishToOptions<T> = {},
): OperatorFunction<I, PublishStatus<I>> {
  const { window = DEFAULT_WINDOW, capacity = DEFAULT_CAPACITY } = options;
  checkBound('window', window);
  checkBound('capacity', capacity);
  return (source) =>
    new Observable((subscriber) => {
      const waiting = new Fifo<Waiting<I>>();
      // At most `window`, so that no more pile up behind one that takes long.
      const started = new Fifo<Started<I>>();
      let count = 0;
      let sourceDone = false;
      let running = false;

      const start = ({ index, input, message }: Waiting<I>): void => {
        const publication = mqtt.connection.publish(message.topic, message.payload, message.options);
        openOnUse(mqtt.connection);
        if (publication.outcome?.status === 'failed') subscriber.next(statusOf(index, input, publication.outcome));
        else {
          started.push({ index, input, publication });
          publication.onSettled(run);
        }
      };
      /**
       * Starts what there is room for, and emits what is settled and has nothing unsettled before it. One loop for all: what
       * settles, or comes in, while it runs is left to it, so that neither order nor the stack depends on who calls.
       */
      const run = (): void => {
        if (running) return;
        running = true;
        try {
          for (;;) {
            const next = started.size < window ? waiting.shift() : undefined;
            if (next !== undefined) {
              start(next);
              continue;
            }
            const outcome = started.first?.publication.outcome;
            if (outcome === undefined) break;
            const { index, input } = started.shift()!;
            subscriber.next(statusOf(index, input, outcome));
          }
        } finally {
          running = false;
        }
        if (sourceDone && started.size === 0) subscriber.complete();
      };

      const stopped$ = new Subject<void>();
      subscriber.add(() => {
        waiting.clear();
        stopped$.next();
      });
      source.pipe(takeUntil(stopped$)).subscribe({
        next: (input) => {
          const index = count++;
          const full = started.size + waiting.size >= window + capacity;
          const message = full ? overflow(input, options, capacity) : mergeInput(input, options);
          if (isMqttError(message)) {
            subscriber.next({ status: 'failed', index, input, error: message });
            return;
          }
          const waits = running || started.size >= window;
          waiting.push({ index, input, message: waits ? detach(message) : message });
          run();
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          sourceDone = true;
          run();
        },
      });
    });
}

function statusOf<I>(index: number, input: I, outcome: PublishOutcome): PublishStatus<I> {
  if (outcome.status === 'failed') return { status: 'failed', index, input, error: outcome.error };
  return { status: 'published', index, input, result: outcome.result };
}

function overflow<T>(input: PublishInput<T>, options: PublishToOptions<T>, capacity: number): OverflowError {
  return new OverflowError(
    input.topic ?? options.topic ?? '',
    `${String(capacity)} inputs wait in publishTo: send them slower, or raise its capacity`,
  );
}

/** What waits must not change with the buffer of whoever sent it. */
function detach(message: MergedInput): MergedInput {
  const { payload } = message;
  return ArrayBuffer.isView(payload) ? { ...message, payload: new Uint8Array(payload) } : message;
}

function checkBound(path: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new InvalidOptionsError([{ path, reason: 'must be a whole number above 0' }]);
}
