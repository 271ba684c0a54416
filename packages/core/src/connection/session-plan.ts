import type { ResolvedOptions } from '../options/resolve-options.js';
import type { ProtocolVersion } from '../wire/codec/packet-type.js';
import type { AttemptParameters } from './attempt.js';
import type { Negotiated } from './negotiated.js';

const MQTT_5_REFUSED: ReadonlySet<number> = new Set([0x84]);

/** What one connection attempt has taught for the next: the version the server speaks, our identifier, our session. */
export class SessionPlan {
  readonly #options: ResolvedOptions;
  #version: ProtocolVersion;
  #clientId: string;
  #connected = false;
  /** What the server has granted. */
  #expiry = 0;
  /** On MQTT 3.x: whether an old session was thrown away. */
  #cleaned = false;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#version = options.protocolVersion === 'auto' ? 5 : options.protocolVersion;
    this.#clientId = options.clientId;
  }

  /** The parameters of an attempt. */
  parameters(attempt: number): AttemptParameters {
    return {
      attempt,
      protocolVersion: this.#version,
      clientId: this.#clientId,
      clean: this.#clean(),
      sessionExpiry: this.#options.sessionExpiry,
    };
  }

  /** A connection was made: later ones come back to its session, under the identifier that the server may have assigned. */
  accepted({ clientId, sessionExpiry }: Negotiated): void {
    this.#expiry = sessionExpiry;
    this.#clientId = clientId;
    this.#connected = true;
  }

  /** A refusal came; the answer is whether the older protocol is worth an attempt at once. */
  fallBack(reasonCode: number): boolean {
    if (this.#options.protocolVersion !== 'auto' || this.#version !== 5 || !MQTT_5_REFUSED.has(reasonCode)) return false;
    this.#version = 4;
    return true;
  }

  /** Whether the next connection comes back to the session of this one. */
  get resumes(): boolean {
    return !this.#clean() && (this.#version !== 5 || this.#expiry > 0);
  }

  /** The session expiry for DISCONNECT: an identifier made up here leaves nothing behind. */
  get expiryAtEnd(): number | undefined {
    return this.#options.generatedClientId && this.#options.sessionExpiry !== 0 ? 0 : undefined;
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
    return this.#options.clean === 'first' && this.#version !== 5 && !this.#cleaned;
  }

  /** The old session is thrown away. */
  cleaned(): void {
    this.#cleaned = true;
  }

  #clean(): boolean {
    const { clean = this.#version === 5 ? 'first' : true } = this.#options;
    if (clean !== 'first') return clean;
    return this.#version === 5 ? !this.#connected : !this.#cleaned;
  }
}
