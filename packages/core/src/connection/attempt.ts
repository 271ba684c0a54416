import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock, Timer } from '../internal/clock.js';
import type { ConnectRequest, Wire, WireFactory, WireHandlers } from '../wire/wire.js';
import { Preparation, type PreparationStep } from './preparation.js';

/** What an attempt takes from its surroundings. */
export interface AttemptDependencies {
  readonly steps: readonly PreparationStep[];
  readonly wires: WireFactory;
  readonly clock: Clock;
}

/** One attempt: first what must be found out, then the wire. */
export class Attempt {
  readonly #abort = new AbortController();
  readonly #dependencies: AttemptDependencies;
  #timer: Timer;
  #request: ConnectRequest | undefined;
  #wire: Wire | undefined;

  constructor(dependencies: AttemptDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Starts it. Preparing may take as long as connecting may.
   * @param onFailed called, at most once, when there will be no wire.
   */
  start(request: ConnectRequest, handlers: WireHandlers, onFailed: (error: MqttError) => void): void {
    const { steps, wires, clock } = this.#dependencies;
    const { signal } = this.#abort;
    const fail = (error: MqttError): void => {
      this.abort();
      onFailed(error);
    };
    const preparation = new Preparation(steps, { attempt: request.attempt, signal }, {
      ready: (prepared) => {
        clock.clearTimeout(this.#timer);
        if (signal.aborted) return;
        this.#request = prepared;
        this.#wire = wires(prepared, handlers);
      },
      failed: fail,
    });
    const { connectTimeout } = request;
    preparation.run(request);
    const waitsFor = preparation.current;
    if (waitsFor === undefined || signal.aborted) return;
    this.#timer = clock.setTimeout(() => {
      const step = preparation.current ?? waitsFor;
      fail(step.failed(new Error(`no ${step.name} came within ${String(connectTimeout)} ms`)));
    }, connectTimeout);
  }

  /** What CONNECT says, once that is known. */
  get request(): ConnectRequest | undefined {
    return this.#request;
  }

  /** The wire, once there is one. */
  get wire(): Wire | undefined {
    return this.#wire;
  }

  /** Stops preparing; whoever is asked is told by the signal. */
  abort(): void {
    this.#dependencies.clock.clearTimeout(this.#timer);
    this.#abort.abort();
  }
}
