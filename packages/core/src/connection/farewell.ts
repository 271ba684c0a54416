import { InvalidOptionsError, UnsupportedError } from '../errors/connection-errors.js';
import { NotConnectedError } from '../errors/not-connected-error.js';
import { OptionChecker } from '../options/option-checker.js';
import { DISCONNECT_WITH_WILL } from '../wire/codec/packet-type.js';
import type { Wire } from '../wire/wire.js';
import type { CloseOptions } from './connection.js';
import type { SessionPlan } from './session-plan.js';

const MAX_UINT32 = 0xffff_ffff;

/** How a connection says goodbye: what `close()` and `drain()` were asked for, as far as it can be had. */
export class Farewell {
  readonly #plan: SessionPlan;
  readonly #warn: (error: unknown, what: string) => void;
  #wish: CloseOptions = {};

  constructor(plan: SessionPlan, warn: (error: unknown, what: string) => void) {
    this.#plan = plan;
    this.#warn = warn;
  }

  /** What a call asks for; what an earlier one has asked for stands where this one leaves it open. Answers why it cannot be used. */
  wish({ sessionExpiry, withWill, ...others }: CloseOptions): InvalidOptionsError | undefined {
    const check = new OptionChecker();
    check.keys('', others, ['sessionExpiry', 'withWill']);
    if (sessionExpiry !== undefined) check.integer('sessionExpiry', sessionExpiry, 0, 0, MAX_UINT32);
    check.boolean('withWill', withWill, false);
    if (check.problems.length > 0) return new InvalidOptionsError(check.problems);
    this.#wish = {
      ...this.#wish,
      ...(sessionExpiry === undefined ? {} : { sessionExpiry }),
      ...(withWill === undefined ? {} : { withWill }),
    };
    return undefined;
  }

  /**
   * Ends the wire, if there is one, and calls back when that is gone.
   * @param isConnected whether the server has accepted us on it, and so listens to more than CONNECT.
   */
  say(wire: Wire | undefined, isConnected: boolean, done: () => void): void {
    const { withWill = false, sessionExpiry } = this.#wish;
    const expiry = isConnected ? this.#plan.expiryAtEnd(sessionExpiry) : undefined;
    if (sessionExpiry !== undefined && expiry === undefined) this.#tellUnkept(sessionExpiry, isConnected);
    if (wire === undefined) done();
    else wire.end(withWill ? DISCONNECT_WITH_WILL : 0, expiry, done);
  }

  /** Closing does not fail for what cannot be had: there would be no way out. */
  #tellUnkept(sessionExpiry: number, isConnected: boolean): void {
    if (!this.#plan.wasConnected) return;
    const what = `the server was not told to keep the session for ${String(sessionExpiry)} s`;
    const why = isConnected ? this.#plan.whyExpiryStays(sessionExpiry) : undefined;
    if (!isConnected)
      this.#warn(new NotConnectedError(`${what}; it keeps it as long as \`session.expiry\` said`), what);
    else if (why !== undefined) this.#warn(new UnsupportedError(`${what}: ${why}`), what);
  }
}
