import { type Observable, Subject, takeUntil } from 'rxjs';
import { Buffer } from '../internal/buffer.js';
import { Fifo } from '../internal/fifo.js';
import type { ResolvedPullOptions } from './pull-options.js';

interface Waiter<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** One iteration over an Observable: subscribed from the first `next()` until it is left. */
export class PullIterator<T> implements AsyncIterableIterator<T, undefined> {
  readonly #source$: Observable<T>;
  readonly #buffer: Buffer<T>;
  readonly #waiters = new Fifo<Waiter<T>>();
  readonly #left$ = new Subject<void>();
  #state: 'fresh' | 'running' | 'ended' = 'fresh';
  /** What the source has ended with, to be told once, after what waits. */
  #failure: { readonly error: unknown } | undefined;

  constructor(source: Observable<T>, options: ResolvedPullOptions<T>, operator: string) {
    this.#source$ = source;
    this.#buffer = new Buffer({ operator, ...options });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#buffer.size > 0) return Promise.resolve({ done: false, value: this.#buffer.next() as T });
    if (this.#failure !== undefined) {
      const { error } = this.#failure;
      this.#failure = undefined;
      // It is the source's, whatever it is.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      return Promise.reject(error);
    }
    if (this.#state === 'ended') return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      if (this.#state === 'fresh') this.#subscribe();
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    return Promise.resolve(DONE);
  }

  throw(error?: unknown): Promise<IteratorResult<T, undefined>> {
    this.#leave();
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    return Promise.reject(error);
  }

  #subscribe(): void {
    this.#state = 'running';
    this.#source$.pipe(takeUntil(this.#left$)).subscribe({
      next: (value) => {
        this.#take(value);
      },
      error: (error: unknown) => {
        this.#fail(error);
      },
      complete: () => {
        this.#end();
      },
    });
  }

  #take(value: T): void {
    // After an overflow nothing more is wanted, though the source may be in the middle of a loop.
    if (this.#state !== 'running') return;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value });
      return;
    }
    try {
      this.#buffer.push(value);
    } catch (error) {
      this.#fail(error);
      this.#left$.next();
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'ended') return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) this.#failure = { error };
    else waiter.reject(error);
    this.#end();
  }

  #end(): void {
    this.#state = 'ended';
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) waiter.resolve(DONE);
  }

  #leave(): void {
    this.#buffer.clear();
    this.#failure = undefined;
    this.#end();
    this.#left$.next();
  }
}
