import { ProtocolError } from '../errors/connection-errors.js';
import { reactionTo } from '../errors/reason-reactions.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { SessionIdentity } from '../session/session-record.js';
import { IMPLEMENTATION_ERROR, type ProtocolVersion } from '../wire/codec/packet-type.js';
import type { ConnectRequest } from '../wire/wire.js';
import type { Negotiated } from './negotiated.js';
import type { PreparationStep } from './preparation.js';

/** What a connection is to be like, and what it depends on. */
export type SessionParameters = Pick<ConnectRequest, 'protocolVersion' | 'clientId' | 'clean' | 'sessionExpiry'>;

/** What one connection attempt has taught for the next: the version the server speaks, our identifier, our session. */
export class SessionPlan {
  readonly #options: ResolvedOptions;
  /** Servers that do not speak MQTT 5, by label. */
  readonly #old = new Set<string>();
  #version: ProtocolVersion = 5;
  #clientId: string;
  #connected = false;
  /** Whether there is a session of ours to come back to. */
  #hasSession = false;
  /** What the server has granted. */
  #expiry = 0;
  /** On MQTT 3.x: whether an old session was thrown away. */
  #cleaned = false;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#clientId = options.clientId;
  }

  /** The parameters of an attempt to connect to that server. */
  parametersFor(server: string): SessionParameters {
    const { protocolVersion, sessionExpiry } = this.#options;
    this.#version = protocolVersion === 'auto' ? (this.#old.has(server) ? 4 : 5) : protocolVersion;
    return { protocolVersion: this.#version, clientId: this.#clientId, clean: this.#clean(), sessionExpiry };
  }

  /** What the session's store has kept of an earlier process: its session is ours, if it is the one that is asked for. */
  restored(identity: SessionIdentity | undefined): void {
    if (identity === undefined || this.#connected || !continues(this.#options, identity)) return;
    this.#clientId = identity.clientId;
    this.#hasSession = true;
    this.#cleaned = true;
  }

  /** A connection was made: later ones come back to its session, under the identifier that the server may have assigned. */
  accepted({ clientId, sessionExpiry }: Negotiated): void {
    this.#expiry = sessionExpiry;
    this.#clientId = clientId;
    this.#connected = true;
    this.#hasSession = true;
  }

  /** A refusal came; the answer is whether the older protocol is worth an attempt at once. */
  fallBack(server: string, reasonCode: number): boolean {
    if (
      this.#options.protocolVersion !== 'auto' ||
      this.#old.has(server) ||
      reactionTo('connack', reasonCode) !== 'fallBack'
    )
      return false;
    this.#old.add(server);
    return true;
  }

  /** Whether the next connection comes back to the session of this one. */
  get resumes(): boolean {
    return !this.#clean() && (this.#version !== 5 || this.#expiry > 0);
  }

  /**
   * The session expiry for DISCONNECT: the one that is wished, where it can be had; without a wish, an identifier made up here
   * leaves nothing behind, unless a store keeps it. `undefined` leaves it as CONNECT said.
   */
  expiryAtEnd(wished: number | undefined): number | undefined {
    const { generatedClientId, sessionExpiry, store } = this.#options;
    if (wished !== undefined)
      return this.whyExpiryStays(wished) === undefined && this.#version === 5 ? wished : undefined;
    return generatedClientId && store === undefined && sessionExpiry !== 0 ? 0 : undefined;
  }

  /** Why the session expiry cannot become this one at the end; `undefined` where it can, or is what it is anyway. */
  whyExpiryStays(wished: number): string | undefined {
    if (this.#version !== 5) {
      return wished === 0 && this.#clean() ? undefined : 'MQTT 3.x knows no session expiry, but only `session.clean`';
    }
    // A session that CONNECT has begun without an expiry ends with its connection. [MQTT 5, 3.14.2.2.2]
    return wished > 0 && this.#options.sessionExpiry === 0
      ? '`session.expiry` was 0, which cannot be raised at the end'
      : undefined;
  }

  /** Whether there has been a connection at some time. */
  get wasConnected(): boolean {
    return this.#connected;
  }

  /**
   * Whether the connection that was just accepted has done its work. MQTT 3.x keeps no session that began clean, so `'first'`
   * takes two connections there: one to throw the old session away, and one to begin another that is kept. [MQTT-3.1.2-6]
   */
  get isOnlyToClean(): boolean {
    const { clean, store } = this.#options;
    const isFirst = clean === 'first' || (clean === undefined && store !== undefined);
    return isFirst && this.#version !== 5 && this.#clientId !== '' && !this.#cleaned;
  }

  /** The old session is thrown away. */
  cleaned(): void {
    this.#cleaned = true;
  }

  #clean(): boolean {
    const { store } = this.#options;
    // Whoever keeps a session has somebody to come back for it.
    const { clean = this.#version === 5 || store !== undefined ? 'first' : true } = this.#options;
    // Before MQTT 5 nobody learns the name that the server made up, so there is nothing to come back to. [MQTT-3.1.3-8]
    if (this.#version !== 5 && this.#clientId === '') return true;
    if (clean !== 'first') return clean;
    return this.#version === 5 ? !this.#hasSession : !this.#cleaned;
  }
}

/** Whether a stored session is the one that these options ask for. A name that was made up here asks for none in particular. */
export function continues(
  options: Pick<ResolvedOptions, 'clientId' | 'generatedClientId'>,
  { clientId }: SessionIdentity,
): boolean {
  return options.generatedClientId || options.clientId === '' || options.clientId === clientId;
}

/** Which version, session and name: what the plan says of the server that was chosen. */
export function sessionStep(plan: SessionPlan): PreparationStep {
  return {
    name: 'session',
    run: (request) => ({ ...request, ...plan.parametersFor(request.endpoint.label) }),
    failed: (cause) => new ProtocolError(IMPLEMENTATION_ERROR, 'see cause', { cause }),
  };
}
