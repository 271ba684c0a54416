import { InvalidOptionsError, type MqttMessage, OverflowError, isMqttError } from '@rxmqtt/core';
import { type Observable, type Subscriber, asyncScheduler, takeUntil } from 'rxjs';
import { Backlog } from '../internal/backlog.js';
import { dropOf } from '../internal/carried.js';
import type { SourceHandlers } from '../internal/link-source.js';
import { isDropWatched, reportDrop } from '../lifecycle/reports.js';
import { Backoff } from '../reconnecting/backoff.js';
import { Job } from './job.js';
import type { ErrorAction, ProcessContext, ProcessResult } from './process-options.js';
import type { ProcessSettings } from './process-settings.js';
import { type HandlerValue, followAnswer, runHandler } from './run-handler.js';
import { sendDeadLetter } from './send-dead-letter.js';

const MAX_REDELIVERIES = 3;

/** With so many waiting, it is worth looking whether some are void. */
const SWEEP_FROM = 1_024;

/** The work of one subscriber of `processEach`. */
export class Processing<M extends MqttMessage, H> implements SourceHandlers<M> {
  readonly #handler: (message: M, context: ProcessContext) => H;
  readonly #settings: ProcessSettings<M>;
  readonly #subscriber: Subscriber<ProcessResult<M, HandlerValue<H>>>;
  readonly #stopped$: Observable<void>;
  readonly #abort = new AbortController();
  /** Read once: the controller checks whoever asks. */
  readonly #signal = this.#abort.signal;
  readonly #backlog: Backlog<Job<M>>;
  #active = 0;
  /** Jobs that were put back, and have not started again. */
  #again = 0;
  #sweepAt = SWEEP_FROM;
  #sourceDone = false;
  #pumping = false;

  constructor(
    handler: (message: M, context: ProcessContext) => H,
    settings: ProcessSettings<M>,
    subscriber: Subscriber<ProcessResult<M, HandlerValue<H>>>,
    stopped$: Observable<void>,
  ) {
    this.#handler = handler;
    this.#settings = settings;
    this.#subscriber = subscriber;
    this.#stopped$ = stopped$;
    const { capacity, overflow, ordered } = settings;
    this.#backlog = new Backlog({
      capacity,
      overflow,
      topic: ({ message }) => message.topic,
      lane: ({ message }) => (ordered === 'no' ? undefined : ordered === 'all' ? '' : message.topic),
      bounded: ({ owed }) => !owed,
      drop: (job) => {
        this.#drop(job);
      },
    });
  }

  /** A message came. Throws OverflowError by policy, and TypeError for what is no message. */
  next(message: M): void {
    if (typeof message.ack !== 'function') throw noMessage();
    const job = new Job(message);
    const { concurrency, ordered } = this.#settings;
    const { size } = this.#backlog;
    const isIdle = !this.#pumping && size === 0 && !this.#subscriber.closed;
    // Most find nothing waiting, and need no place among what does.
    if (isIdle && this.#active < concurrency && ordered === 'no') {
      this.#pumping = true;
      this.#active++;
      this.#attempt(job);
      this.#pumping = false;
      // What came meanwhile, if only the end of the source, was left to this.
      if (this.#backlog.size > 0 || this.#sourceDone) this.#pump();
      return;
    }
    if (!this.#backlog.push(job)) throw this.#noRoom(job);
    if (this.#backlog.size > this.#sweepAt) this.#sweep();
    this.#pump();
  }

  /** The source has completed. */
  complete(): void {
    this.#sourceDone = true;
    this.#pump();
  }

  /** Nobody waits for results any more. What is not finished stays unacknowledged. */
  stop(): void {
    this.#backlog.clear();
    this.#abort.abort();
  }

  /** Starts what there is room for. One loop for all, so that handlers that are done at once do not deepen the stack. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#active < this.#settings.concurrency && !this.#subscriber.closed) {
      const job = this.#backlog.next();
      if (job === undefined) break;
      if (job.redeliveries > 0) this.#again--;
      this.#active++;
      this.#run(job);
    }
    this.#pumping = false;
    if (this.#sourceDone && this.#active + this.#again + this.#backlog.size === 0) this.#subscriber.complete();
  }

  #run(job: Job<M>): void {
    if (job.isVoid) {
      this.#finish(job, { status: 'superseded', message: job.message, attempts: job.attempts });
      return;
    }
    this.#attempt(job);
  }

  #attempt(job: Job<M>): void {
    const context: ProcessContext = { signal: this.#signal, attempt: ++job.attempts };
    let answer: H;
    try {
      answer = this.#handler(job.message, context);
    } catch (error) {
      this.#failed(job, error);
      return;
    }
    // What is done when it returns needs nobody to wait for it.
    if (typeof answer !== 'object' || answer === null) this.#done(job, answer as HandlerValue<H>);
    else this.#follow(job, answer);
  }

  #follow(job: Job<M>, answer: H): void {
    followAnswer(answer, this.#stopped$, {
      done: (value) => {
        this.#done(job, value);
      },
      failed: (error) => {
        this.#failed(job, error);
      },
    });
  }

  #done(job: Job<M>, value: HandlerValue<H>): void {
    if (this.#subscriber.closed) return;
    const { message, attempts } = job;
    message.ack();
    this.#finish(job, { status: 'processed', message, attempts, value });
  }

  #failed(job: Job<M>, error: unknown): void {
    if (!this.#subscriber.closed) this.#decide(job, error);
  }

  #decide(job: Job<M>, error: unknown): void {
    const { onError } = this.#settings;
    if (typeof onError !== 'function') {
      this.#act(onError, job, error);
      return;
    }
    const { message, attempts } = job;
    runHandler(() => onError(error, { message, attempts }), this.#stopped$, {
      done: (action) => {
        if (!this.#subscriber.closed) this.#act(action, job, error);
      },
      failed: (thrown) => {
        this.#subscriber.error(thrown);
      },
    });
  }

  #act(action: ErrorAction, job: Job<M>, error: unknown): void {
    switch (action) {
      case 'retry':
        this.#retry(job, error);
        return;
      case 'redeliver':
        this.#redeliver(job, error);
        return;
      case 'deadLetter':
        this.#giveUp(job, error);
        return;
      case 'nack':
        this.#refuse(job, error);
        return;
      case 'ack':
        job.message.ack();
        this.#finish(job, { status: 'skipped', message: job.message, attempts: job.attempts, error });
        return;
      case 'error':
        this.#subscriber.error(error);
        return;
      default:
        this.#subscriber.error(unknownAction(action));
    }
  }

  #retry(job: Job<M>, error: unknown): void {
    this.#afterDelay(job, error, () => {
      this.#run(job);
    });
  }

  /** Puts a job back. Its place is free meanwhile, but not its lane: order matters more there. */
  #redeliver(job: Job<M>, error: unknown): void {
    if (job.redeliveries >= MAX_REDELIVERIES) {
      this.#giveUp(job, error);
      return;
    }
    if (!job.owed && this.#again >= this.#settings.capacity) {
      this.#drop(job);
      this.#finish(job);
      return;
    }
    const waits = this.#afterDelay(job, error, () => {
      this.#backlog.again(job);
      this.#pump();
    });
    if (!waits) return;
    job.redeliveries++;
    this.#again++;
    this.#active--;
    this.#pump();
  }

  /** Goes on after the delay that the policy wants; `false` if it wants no more, and the job is given up. */
  #afterDelay(job: Job<M>, error: unknown, go: () => void): boolean {
    let delay: number | undefined;
    try {
      job.backoff ??= new Backoff(this.#settings.retry);
      delay = job.backoff.next(error, 0);
    } catch (thrown) {
      this.#subscriber.error(thrown);
      return false;
    }
    if (delay === undefined) this.#giveUp(job, error);
    else this.#subscriber.add(asyncScheduler.schedule(go, delay));
    return delay !== undefined;
  }

  /** Publishes a dead letter and acknowledges when that was acknowledged; without a place for it, the stream errors. */
  #giveUp(job: Job<M>, error: unknown): void {
    const { deadLetter, mqtt } = this.#settings;
    const publisher = deadLetter?.mqtt ?? mqtt;
    if (deadLetter === undefined || publisher === undefined) {
      this.#subscriber.error(error);
      return;
    }
    const { message, attempts } = job;
    sendDeadLetter(publisher.connection, deadLetter, message, { error, attempts })
      .pipe(takeUntil(this.#stopped$))
      .subscribe({
        next: ({ topic }) => {
          message.ack();
          this.#finish(job, { status: 'deadLettered', message, attempts, error, topic });
        },
        error: (failure: unknown) => {
          this.#subscriber.error(failure);
        },
      });
  }

  #refuse(job: Job<M>, error: unknown): void {
    const { message, attempts } = job;
    try {
      message.nack();
    } catch (thrown) {
      if (!isMqttError(thrown) || thrown.code !== 'ERR_MQTT_UNSUPPORTED') throw thrown;
      // MQTT 3.x: as on 5, the server forgets it.
      message.ack();
    }
    this.#finish(job, { status: 'refused', message, attempts, error });
  }

  /** @param result unless it has been told. */
  #finish(job: Job<M>, result?: ProcessResult<M, HandlerValue<H>>): void {
    this.#active--;
    this.#backlog.release(job);
    if (result !== undefined) this.#subscriber.next(result);
    this.#pump();
  }

  #drop(job: Job<M>): void {
    const { message, attempts } = job;
    const { mqtt } = this.#settings;
    if (mqtt !== undefined && isDropWatched(mqtt.connection)) {
      reportDrop(mqtt.connection, dropOf(message, this.#noRoom(job)));
    }
    this.#subscriber.next({ status: 'dropped', message, attempts });
  }

  #noRoom({ message }: Job<M>): OverflowError {
    const { capacity } = this.#settings;
    return new OverflowError(message.topic, `${String(capacity)} messages wait in processEach, and more come in`);
  }

  /** With every reconnect, what waits unacknowledged comes again. */
  #sweep(): void {
    const gone = this.#backlog.removeIf((job) => job.isVoid);
    this.#sweepAt = Math.max(SWEEP_FROM, this.#backlog.size * 2);
    for (const { message, attempts } of gone) this.#subscriber.next({ status: 'superseded', message, attempts });
  }
}

function unknownAction(action: never): InvalidOptionsError {
  return new InvalidOptionsError([{ path: 'onError', reason: `has answered ${String(action)}, which is no action` }]);
}

function noMessage(): TypeError {
  return new TypeError(
    'processEach takes messages as they came: a copy made with { ...message } cannot be acknowledged',
  );
}
