import { StoreError } from '../errors/store-error.js';
import type { Clock } from '../internal/clock.js';
import type { SessionStore, StoreOperation } from './session-store.js';

/** Called when a step is durable, or with the reason why it never will be. */
export type Written = (error: StoreError | undefined) => void;

/** What one event of the protocol changes: all of it, or nothing. */
interface Step {
  readonly operations: readonly StoreOperation[];
  readonly written: Written | undefined;
}

/**
 * Writes steps to a store in the order in which they were taken, never two batches at once: whatever the process leaves
 * behind is a state that it was in. The steps of a tick, and those taken during a write, go together in the next one.
 */
export class Journal {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  #steps: Step[] = [];
  #writing = false;
  #scheduled = false;
  #whenIdle: (() => void)[] = [];

  constructor(store: SessionStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Takes a step. */
  take(operations: readonly StoreOperation[], written?: Written): void {
    this.#steps.push({ operations, written });
    this.#schedule();
  }

  /** Calls back when everything taken so far is written, or has failed. */
  whenWritten(callback: () => void): void {
    this.take([], callback);
  }

  /** Calls back when nothing is left to be written. */
  whenIdle(callback: () => void): void {
    if (!this.#writing && this.#steps.length === 0) callback();
    else this.#whenIdle.push(callback);
  }

  #schedule(): void {
    if (this.#writing || this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const steps = this.#steps;
    this.#steps = [];
    this.#writing = true;
    this.#write(steps, (error) => {
      // One bad step must not take along those that were written with it: each is tried by itself.
      if (error !== undefined && steps.length > 1) void this.#writeEach(steps);
      else this.#written(steps, error);
    });
  }

  #write(steps: readonly Step[], done: (error: StoreError | undefined) => void): void {
    const operations = steps.length === 1 ? steps[0]!.operations : steps.flatMap((step) => step.operations);
    if (operations.length === 0) {
      done(undefined);
      return;
    }
    const failed = (cause: unknown): void => {
      done(new StoreError('the session store could not write', { cause }));
    };
    let writing: PromiseLike<void> | undefined;
    try {
      writing = this.#store.write(operations);
    } catch (error) {
      failed(error);
      return;
    }
    if (writing === undefined) done(undefined);
    else {
      writing.then(() => {
        done(undefined);
      }, failed);
    }
  }

  async #writeEach(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const error = await new Promise<StoreError | undefined>((resolve) => {
        this.#write([step], resolve);
      });
      step.written?.(error);
    }
    this.#written([], undefined);
  }

  #written(steps: readonly Step[], error: StoreError | undefined): void {
    for (const { written } of steps) written?.(error);
    this.#writing = false;
    if (this.#steps.length > 0) this.#schedule();
    else for (const callback of this.#whenIdle.splice(0)) callback();
  }
}
