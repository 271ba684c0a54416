import { InvalidMessageError, InvalidOptionsError, OverflowError, type Payload, type Publication } from '@rxmqtt/core';
import { Observable, type OperatorFunction, Subject, takeUntil } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { openOnUse } from '../internal/open-on-use.js';
import { mergeInput } from './merge-input.js';
import type { PublishInput, PublishStatus, PublishToOptions } from './publish-to-options.js';

const DEFAULT_WINDOW = 64;
const DEFAULT_CAPACITY = 1_000;

/** An input that was handed on, in the place where its status will leave. */
interface Slot<I> {
  readonly index: number;
  readonly input: I;
  publication: Publication | undefined;
}

/**
 * Publishes what comes in, up to `window` messages at a time, and emits one status per input. Statuses leave in the order of
 * the inputs, but for what is refused at once (a bad message, no room): it leaves at once, with its `index`.
 *
 * An Observable cannot be told to slow down, so what comes faster than the broker takes it waits, `capacity` inputs at most;
 * the next one is refused with OverflowError. No failure of a message ends the stream.
 *
 * Cold · opens the connection when the first input comes · completes when the source has completed and every input has its
 * status · errors with the source only · goes on through reconnects, waiting meanwhile · unsubscribing drops what waits here;
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
      const waiting: Slot<I>[] = [];
      const ordered: Slot<I>[] = [];
      let active = 0;
      let index = 0;
      let sourceDone = false;

      const fail = (slot: Slot<I>, error: InvalidMessageError | OverflowError): void => {
        subscriber.next({ status: 'failed', index: slot.index, input: slot.input, error });
      };
      const emit = ({ index, input, publication }: Slot<I>): void => {
        const outcome = publication?.outcome;
        if (outcome?.status === 'acknowledged') subscriber.next({ status: 'published', index, input, result: outcome.result });
        else if (outcome !== undefined) subscriber.next({ status: 'failed', index, input, error: outcome.error });
      };
      const completeWhenDone = (): void => {
        if (sourceDone && active === 0 && waiting.length === 0) subscriber.complete();
      };
      /** Emits what is settled and has nothing unsettled before it. */
      const release = (): void => {
        while (ordered[0]?.publication?.outcome !== undefined) emit(ordered.shift()!);
        completeWhenDone();
      };
      const start = (slot: Slot<I>): void => {
        const message = mergeInput(slot.input, options);
        if (message instanceof InvalidMessageError) {
          fail(slot, message);
          return;
        }
        const publication = mqtt.connection.publish(message.topic, message.payload, message.options);
        openOnUse(mqtt.connection);
        slot.publication = publication;
        if (publication.outcome?.status === 'failed') {
          emit(slot);
          return;
        }
        ordered.push(slot);
        active++;
        publication.onSettled(() => {
          active--;
          while (active < window && waiting.length > 0 && !subscriber.closed) start(waiting.shift()!);
          release();
        });
      };

      const stopped = new Subject<void>();
      subscriber.add(() => {
        waiting.length = 0;
        stopped.next();
      });
      source.pipe(takeUntil(stopped)).subscribe({
        next: (input) => {
          const slot: Slot<I> = { index: index++, input, publication: undefined };
          if (active < window) start(slot);
          else if (waiting.length < capacity) waiting.push(slot);
          else fail(slot, new OverflowError(input.topic ?? options.topic ?? '', `${String(capacity)} inputs wait in publishTo`));
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          sourceDone = true;
          completeWhenDone();
        },
      });
    });
}

function checkBound(path: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new InvalidOptionsError([{ path, reason: 'must be a whole number above 0' }]);
}
