import type { MqttError } from '../errors/mqtt-error.js';
import { isPromiseLike } from '../internal/is-promise-like.js';
import type { ConnectRequest } from '../wire/wire.js';

/** What a step gets to know of the attempt. */
export interface StepContext {
  /** The number of the attempt since the last stable connection, from 1. */
  readonly attempt: number;
  /** Aborted when the attempt is given up, so that nobody works for nothing. */
  readonly signal: AbortSignal;
}

/**
 * One thing to find out before a wire can be made, from the options or by asking: where the server is, who we are, what our
 * will is. Steps run in their order, each with what those before it have found.
 */
export interface PreparationStep {
  /** What is found out, in the words of the options. */
  readonly name: string;
  /** The request with this part filled in. Without a promise, the wire is made in the same run. */
  run(request: ConnectRequest, context: StepContext): ConnectRequest | PromiseLike<ConnectRequest>;
  /** The typed error for what `run` threw, or for its taking too long. */
  failed(cause: unknown): MqttError;
}

/** Who is told how a preparation ends: one of both, once. */
export interface PreparationResult {
  ready(request: ConnectRequest): void;
  failed(error: MqttError): void;
}

/** Runs the steps, one after the other and at once as long as none needs time. Its `current` step is what it waits for. */
export class Preparation {
  readonly #steps: readonly PreparationStep[];
  readonly #context: StepContext;
  readonly #result: PreparationResult;
  #index = 0;

  constructor(steps: readonly PreparationStep[], context: StepContext, result: PreparationResult) {
    this.#steps = steps;
    this.#context = context;
    this.#result = result;
  }

  /** The step that is running. */
  get current(): PreparationStep | undefined {
    return this.#steps[this.#index];
  }

  /** Goes on with the current step. */
  run(request: ConnectRequest): void {
    let prepared = request;
    for (let step = this.current; step !== undefined; step = this.current) {
      let found: ConnectRequest | PromiseLike<ConnectRequest>;
      try {
        found = step.run(prepared, this.#context);
      } catch (error) {
        this.#failed(step, error);
        return;
      }
      if (isPromiseLike(found)) {
        this.#await(step, found);
        return;
      }
      prepared = found;
      this.#index++;
    }
    this.#result.ready(prepared);
  }

  #await(step: PreparationStep, found: PromiseLike<ConnectRequest>): void {
    found.then(
      (request) => {
        if (this.#context.signal.aborted) return;
        this.#index++;
        this.run(request);
      },
      (error: unknown) => {
        this.#failed(step, error);
      },
    );
  }

  #failed(step: PreparationStep, cause: unknown): void {
    if (!this.#context.signal.aborted) this.#result.failed(step.failed(cause));
  }
}
