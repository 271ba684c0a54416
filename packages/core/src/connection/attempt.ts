import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock, Timer } from '../internal/clock.js';
import type { Authentication } from '../options/authentication.js';
import type { ConnectRequest, Wire, WireFactory, WireHandlers } from '../wire/wire.js';
import { Authenticator } from './authenticator.js';
import { Preparation, type PreparationStep } from './preparation.js';

/** What an attempt takes from its surroundings. */
export interface AttemptDependencies {
  readonly steps: readonly PreparationStep[];
  readonly wires: WireFactory;
  readonly clock: Clock;
  readonly authentication: Authentication | undefined;
}

/** One attempt: first what must be found out, then the wire. */
export class Attempt {
  readonly #abort = new AbortController();
  readonly #dependencies: AttemptDependencies;
  #timer: Timer;
  #request: ConnectRequest | undefined;
  #wire: Wire | undefined;
  #authenticator: Authenticator | undefined;

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
    const preparation = new Preparation(
      steps,
      { attempt: request.attempt, signal },
      {
        ready: (prepared) => {
          clock.clearTimeout(this.#timer);
          if (signal.aborted) return;
          this.#request = prepared;
          this.#wire = wires(prepared, handlers);
          this.#authenticator = this.#authenticate(this.#wire, prepared);
        },
        failed: fail,
      },
    );
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

  /** Who leads the exchanges on the wire, where there are any. */
  get authenticator(): Authenticator | undefined {
    return this.#authenticator;
  }

  /** Stops preparing; whoever is asked is told by the signal. */
  abort(): void {
    this.#dependencies.clock.clearTimeout(this.#timer);
    this.#abort.abort();
  }

  #authenticate(wire: Wire, { authentication: started, connectTimeout }: ConnectRequest): Authenticator | undefined {
    const { authentication, clock } = this.#dependencies;
    if (authentication === undefined || started === undefined) return undefined;
    return new Authenticator(authentication, started.exchange, { wire, clock, timeout: connectTimeout });
  }
}
