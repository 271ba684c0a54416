import { AuthenticationError } from '../errors/authentication-error.js';
import { ProtocolError } from '../errors/connection-errors.js';
import type { MqttError } from '../errors/mqtt-error.js';
import type { Clock, Timer } from '../internal/clock.js';
import type { Authentication, AuthenticationContext, AuthenticationExchange } from '../options/authentication.js';
import { AUTH_CONTINUE, AUTH_RENEW, type AuthPacket } from '../wire/codec/auth-codec.js';
import { PROTOCOL_ERROR } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import { checkData, startAuthentication } from './authentication-step.js';

/** What an authenticator takes from its surroundings. */
export interface AuthenticatorDependencies {
  readonly wire: Wire;
  readonly clock: Clock;
  /** Milliseconds for each step, ours and the server's. */
  readonly timeout: number;
}

interface Renewal {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: MqttError): void;
}

/** Leads the exchanges on one wire: that of CONNECT, and those that renew it. [MQTT 5, 4.12] */
export class Authenticator {
  readonly #authentication: Authentication;
  readonly #dependencies: AuthenticatorDependencies;
  readonly #abort = new AbortController();
  /** The exchange under way. */
  #exchange: AuthenticationExchange | undefined;
  #renewal: Renewal | undefined;
  #renewalAbort: AbortController | undefined;
  #isThinking = false;
  #timer: Timer;

  constructor(
    authentication: Authentication,
    exchange: AuthenticationExchange,
    dependencies: AuthenticatorDependencies,
  ) {
    this.#authentication = authentication;
    this.#exchange = exchange;
    this.#dependencies = dependencies;
  }

  /** The server's next step. */
  received({ reasonCode, properties }: AuthPacket): void {
    const exchange = this.#exchange;
    const expected = reasonCode === AUTH_CONTINUE || this.#renewal !== undefined;
    if (exchange === undefined || this.#isThinking || !expected) {
      this.#dependencies.wire.fail(new ProtocolError(PROTOCOL_ERROR, 'an AUTH came that nothing was said for'));
      return;
    }
    if (reasonCode === AUTH_CONTINUE) this.#think(() => this.#answer(exchange, properties.authenticationData), false);
    else this.#think(() => this.#finish(exchange, properties.authenticationData), true);
  }

  /**
   * CONNACK has accepted: whoever we talk to must have proved who it is before anything else is believed.
   * @param done called when it has, at once where that needs no time.
   */
  accepted(data: Uint8Array | undefined, done: () => void): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    const { wire } = this.#dependencies;
    if (this.#isThinking) {
      wire.fail(new ProtocolError(PROTOCOL_ERROR, 'a CONNACK came while our authentication was awaited'));
      return;
    }
    let proof: void | PromiseLike<void>;
    try {
      proof = exchange?.finish?.(data);
    } catch (cause) {
      this.#fail('the server has not proved who it is', cause, true);
      return;
    }
    if (proof === undefined) {
      done();
      return;
    }
    wire.hold();
    this.#think(async () => {
      await proof;
      if (this.#abort.signal.aborted) return;
      done();
      wire.release();
    }, true);
  }

  /** Shows anew who we are, on the connection that is there. */
  renew(context: Omit<AuthenticationContext, 'renewal' | 'signal'>): Promise<void> {
    if (this.#renewal !== undefined) return this.#renewal.promise;
    const renewal = createRenewal();
    this.#renewal = renewal;
    const { clock, wire, timeout } = this.#dependencies;
    const abort = new AbortController();
    this.#renewalAbort = abort;
    const { signal } = abort;
    // Nothing has been said yet, so the connection stays as it is.
    const failed = (cause: unknown): void => {
      if (signal.aborted) return;
      clock.clearTimeout(this.#timer);
      this.#renewal = undefined;
      abort.abort();
      renewal.reject(
        new AuthenticationError(this.#authentication.method, 'the exchange could not be started', { cause }),
      );
    };
    this.#timer = clock.setTimeout(() => {
      failed(new Error(`no exchange within ${String(timeout)} ms`));
    }, timeout);
    startAuthentication(this.#authentication, { ...context, renewal: true, signal }).then(
      ({ method, data, exchange }) => {
        if (signal.aborted) return;
        this.#exchange = exchange;
        wire.auth(AUTH_RENEW, method, data);
        this.#awaitServer();
      },
      failed,
    );
    return renewal.promise;
  }

  /** The wire is gone. */
  stop(error: MqttError): void {
    this.#abort.abort();
    this.#renewalAbort?.abort();
    this.#dependencies.clock.clearTimeout(this.#timer);
    this.#renewal?.reject(error);
    this.#renewal = undefined;
    this.#exchange = undefined;
  }

  async #answer(exchange: AuthenticationExchange, data: Uint8Array | undefined): Promise<void> {
    const answer = checkData(await exchange.continue(data));
    if (this.#abort.signal.aborted) return;
    this.#dependencies.wire.auth(AUTH_CONTINUE, this.#authentication.method, answer);
    if (this.#renewal !== undefined) this.#awaitServer();
  }

  async #finish(exchange: AuthenticationExchange, data: Uint8Array | undefined): Promise<void> {
    await exchange.finish?.(data);
    this.#exchange = undefined;
    const renewal = this.#renewal;
    this.#renewal = undefined;
    renewal?.resolve();
  }

  /** Runs a step of ours, within its time. */
  #think(step: () => Promise<void>, isProof: boolean): void {
    this.#isThinking = true;
    this.#limit('a step took too long', 'answer');
    step().then(
      () => {
        this.#isThinking = false;
        if (this.#exchange === undefined || this.#renewal === undefined)
          this.#dependencies.clock.clearTimeout(this.#timer);
      },
      (cause: unknown) => {
        this.#fail(isProof ? 'the server has not proved who it is' : 'a step threw', cause, isProof);
      },
    );
  }

  /** Until CONNACK the connect timeout watches over the server; later, this does. */
  #awaitServer(): void {
    this.#limit('the server did not answer', 'AUTH came');
  }

  /** What has not `come` in time has failed. */
  #limit(what: string, come: string): void {
    const { clock, timeout } = this.#dependencies;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => {
      this.#fail(what, new Error(`no ${come} within ${String(timeout)} ms`), false);
    }, timeout);
  }

  #fail(what: string, cause: unknown, serverRejected: boolean): void {
    if (this.#abort.signal.aborted) return;
    this.#dependencies.wire.fail(new AuthenticationError(this.#authentication.method, what, { cause, serverRejected }));
  }
}

function createRenewal(): Renewal {
  let resolve!: () => void;
  let reject!: (error: MqttError) => void;
  const promise = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // Whoever asked for it is told; nobody else need be.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
