import type { Connection } from '@rxmqtt/core';
import { isPromiseLike } from '../internal/is-promise-like.js';
import type { MergedInput } from './input-merger.js';
import type { PublishStatus } from './publish-to-options.js';
import type { Puller } from './pull-source.js';
import { SendWindow } from './send-window.js';

/** What a loop is told to do with what it pulls. */
export interface PullTarget<S> {
  status(status: PublishStatus<S>): void;
  /** Makes a message of an item and starts it, or gives it a status. What it throws ends the loop as the source's would. */
  send(index: number, item: S, start: (message: MergedInput) => void): void;
  /** The source has ended, by `thrown` if there is one, and every item has its status. */
  end(error: { readonly thrown: unknown } | undefined): void;
}

/** Pulls an item whenever the window has room for it, one at a time. */
export class PullLoop<S> {
  readonly #puller: Puller<S>;
  readonly #target: PullTarget<S>;
  readonly #window: SendWindow<S>;
  #count = 0;
  #running = false;
  #pulling = false;
  #ended = false;
  #stopped = false;
  #error: { readonly thrown: unknown } | undefined;

  constructor(connection: Connection, window: number, puller: Puller<S>, target: PullTarget<S>) {
    this.#puller = puller;
    this.#target = target;
    this.#window = new SendWindow(
      connection,
      window,
      (status) => {
        target.status(status);
      },
      this.run,
    );
  }

  /** Statuses first: whoever has seen enough of them leaves before more is pulled. */
  readonly run = (): void => {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    try {
      while (!this.#isStopped() && (this.#window.emitNext() || this.#pull()));
    } finally {
      this.#running = false;
    }
    if (this.#ended && !this.#pulling && this.#window.count === 0 && !this.#isStopped()) {
      this.#stopped = true;
      this.#target.end(this.#error);
    }
  };

  /** No more is wanted. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    if (!this.#ended) this.#puller.close();
  }

  /** The answer is whether there is more to do at once. */
  #pull(): boolean {
    if (this.#ended || this.#pulling || !this.#window.isOpen) return false;
    try {
      const result = this.#puller.pull();
      if (!isPromiseLike(result)) {
        this.#take(result);
        return true;
      }
      this.#pulling = true;
      // Whatever a `then` of others does, a promise around it settles once.
      Promise.resolve(result).then(
        (pulled) => {
          this.#pulled(() => {
            this.#take(pulled);
          });
        },
        (error: unknown) => {
          this.#pulled(() => {
            this.#fail(error);
          });
        },
      );
      return false;
    } catch (error) {
      this.#fail(error);
      return true;
    }
  }

  #pulled(act: () => void): void {
    this.#pulling = false;
    if (this.#stopped) return;
    act();
    this.run();
  }

  #take(result: IteratorResult<S, unknown>): void {
    if (result.done === true) {
      this.#ended = true;
      return;
    }
    const index = this.#count++;
    try {
      this.#target.send(index, result.value, (message) => {
        this.#window.start(index, result.value, message);
      });
    } catch (error) {
      // Not the source's mistake: it has not ended by itself.
      this.#puller.close();
      this.#fail(error);
    }
  }

  #fail(thrown: unknown): void {
    this.#ended = true;
    this.#error = { thrown };
  }

  /** Whoever gets a status may have left. */
  #isStopped(): boolean {
    return this.#stopped;
  }
}
