import type { Connection, Payload } from '@rxmqtt/core';
import { Observable, type Observer, Subject } from 'rxjs';
import type { Mqtt } from '../client/mqtt.js';
import { hasEnded } from '../internal/has-ended.js';
import { check, client } from '../internal/rules.js';
import { InputMerger } from './input-merger.js';
import { PublishQueue } from './publish-queue.js';
import { SINK_OPTIONS, sinkBounds } from './publish-rules.js';
import type { FailedStatus, PublishInput, PublishStatus, PublishToOptions } from './publish-to-options.js';

/** What became of the inputs of a sink. */
export interface SinkReport {
  /** How many were published. */
  readonly published: number;
  /** How many were not: refused, given up for want of room, or unsettled when the connection ended. */
  readonly failed: number;
  /** What `error()` was called with, what ended the sink by `onError: 'error'`, or what the connection failed with. */
  readonly error: unknown;
}

/**
 * Where messages are put to be published: an Observer, to be handed around, subscribed with, or called. It never throws.
 *
 * `next` takes an input; `complete` and `error` end the sink, which then publishes what it has taken and is closed. What is
 * put in after that is given up, and shows in `drops$`.
 */
export interface Sink<T = Payload> extends Observer<PublishInput<T>> {
  /** How many inputs it has room for now: in the window, and waiting for it. */
  readonly free: number;

  /**
   * The same over time. Hot; starts with the current number; emits when that has changed; completes when the sink is closed.
   * Whoever can wait puts in no more than this.
   */
  readonly ready$: Observable<number>;

  /**
   * One status per input, as `publishTo` emits them. Hot, no replay: what nobody observes is not kept, only counted. Completes
   * when the sink is closed, never errors.
   */
  readonly results$: Observable<PublishStatus<PublishInput<T>>>;

  /** Fulfils when the sink has ended and every input has its status, also when the connection has ended. Never rejects. */
  readonly closed: Promise<SinkReport>;
}

/**
 * Makes a sink: what {@link Mqtt.sink} is, as a function.
 *
 * Opens the connection when the first input comes · goes on through reconnects, as {@link publishTo} does · closes when it was
 * completed or ended by `error()` and every input has its status, and with the connection.
 *
 * @throws InvalidOptionsError at once, with everything that is wrong with the arguments.
 *
 * @example
 * ```ts
 * const log = sink(mqtt, { topic: 'plant/log', qos: 1, overflow: 'dropOldest' });
 * log.next({ payload: 'started' });
 * log.complete();
 * const { published, failed } = await log.closed;
 * console.log(published, 'published,', failed, 'failed');
 * ```
 */
export function sink<T = Payload>(mqtt: Pick<Mqtt, 'connection'>, options: PublishToOptions<T> = {}): Sink<T> {
  check(['mqtt', mqtt, client], ['', options, SINK_OPTIONS]);
  return new QueueSink(mqtt.connection, options);
}

class QueueSink<T> implements Sink<T> {
  readonly closed: Promise<SinkReport>;
  readonly ready$: Observable<number>;
  readonly results$: Observable<PublishStatus<PublishInput<T>>>;
  readonly #queue: PublishQueue<T, PublishInput<T>>;
  readonly #results$ = new Subject<PublishStatus<PublishInput<T>>>();
  readonly #failures$ = new Subject<FailedStatus<PublishInput<T>>>();
  readonly #slots$ = new Subject<number>();
  readonly #stopListening: () => void;
  readonly #failFast: boolean;
  #settleClosed!: (report: SinkReport) => void;
  #published = 0;
  #failed = 0;
  #error: unknown;
  #state: 'open' | 'ending' | 'closed' = 'open';

  constructor(connection: Connection, options: PublishToOptions<T>) {
    const bounds = sinkBounds(options);
    this.#failFast = options.onError === 'error';
    // As a subscriber, so that what it throws is reported as what any consumer throws, and harms nobody.
    if (typeof options.onError === 'function')
      this.#failures$.subscribe({ next: options.onError, error: () => undefined });
    this.#queue = new PublishQueue<T, PublishInput<T>>(
      connection,
      bounds,
      new InputMerger(options, 'block'),
      this.#emit,
      this.#changed,
    );
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.results$ = this.#results$.asObservable();
    this.ready$ = this.#freeSlots();
    this.#stopListening = connection.on('state', (state) => {
      if (hasEnded(state)) this.#end(state.type === 'failed' ? state.cause : undefined);
    });
  }

  get free(): number {
    return this.#state === 'open' ? this.#queue.free : 0;
  }

  // Bound, so that they can be handed around by themselves.
  readonly next = (input: PublishInput<T>): void => {
    if (this.#state === 'open') this.#queue.push(input);
    else this.#queue.refuse(input);
  };

  readonly error = (error: unknown): void => {
    this.#end(error);
  };

  readonly complete = (): void => {
    this.#end(undefined);
  };

  readonly #emit = (status: PublishStatus<PublishInput<T>>): void => {
    if (status.status === 'published') this.#published++;
    else {
      this.#failed++;
      this.#failures$.next(status);
    }
    this.#results$.next(status);
    if (status.status === 'failed' && this.#failFast && this.#state === 'open') {
      this.#queue.stop();
      this.#end(status.error);
    }
  };

  readonly #changed = (): void => {
    if (this.#state === 'open') this.#slots$.next(this.#queue.free);
    else this.#closeWhenIdle();
  };

  #end(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#error = error;
    this.#slots$.next(0);
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#state !== 'ending' || !this.#queue.isIdle) return;
    this.#state = 'closed';
    this.#queue.stop();
    this.#stopListening();
    this.#settleClosed({ published: this.#published, failed: this.#failed, error: this.#error });
    this.#results$.complete();
    this.#slots$.complete();
    this.#failures$.complete();
  }

  #freeSlots(): Observable<number> {
    return new Observable((subscriber) => {
      let last: number | undefined;
      const emit = (free: number): void => {
        if (free === last) return;
        last = free;
        subscriber.next(free);
      };
      // Listens first: whoever gets the current number may put something in at once.
      subscriber.add(
        this.#slots$.subscribe({
          next: emit,
          error: (error: unknown) => {
            subscriber.error(error);
          },
          complete: () => {
            subscriber.complete();
          },
        }),
      );
      if (this.#state !== 'closed') emit(this.free);
    });
  }
}
